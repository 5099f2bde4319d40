// Dates: how long ago, and where in the day, the week and the year.
#include "gradus/learn/data/cell_rule.hpp"
#include "gradus/learn/data/encoders/parts.hpp"

namespace gradus::data {
namespace {

constexpr std::string_view parts[] = {"auto", "none"};
constexpr std::string_view orders[] = {"auto", "dmy", "mdy", "ymd"};
constexpr Key keys[] = {
    {"parts", KeyType::word, "auto", "those of day, week and year that vary, or the time alone", {}, parts},
    {"order", KeyType::word, "auto", "of dates such as 3/4/2020: as fits all cells, or as said", {}, orders}};

constexpr double day = 86'400, week = 7 * day, year = 365.2425 * day;
constexpr double monday = 4 * day;  // 1970-01-05
// Fewer than this of a turn tell nothing of where in it one is.
constexpr double enough_of_a_year = 0.75 * year, enough_of_a_week = 3 * day;

/// A turn that comes again: its name, its length, and when one begins.
struct Turn {
  std::string_view name;
  double length, begin;
};
constexpr Turn turns[] = {{"day", day, 0}, {"week", week, monday}, {"year", year, 0}};

double place_in(const Turn& turn, double seconds) {
  const double turned = (seconds - turn.begin) / turn.length;
  return turned - std::floor(turned);
}

/// points: for each turn 1 where it has features, else 0.
void fit(const Keys& of, std::span<const double> cells, const std::string& place, EncoderState& state) {
  state.scaling = fit_scaling(cells, place);
  const double span = state.scaling.maximum - state.scaling.minimum;
  const auto varies = [&](auto number) {
    return std::any_of(cells.begin(), cells.end(), [&](double x) { return number(x) != number(cells[0]); });
  };
  const bool times = varies([](double x) { return x - day * std::floor(x / day); });
  const bool dates = varies([](double x) { return std::floor(x / day); });
  // A week in steps of months has weekdays by chance alone.
  const bool weekdays = dates && span >= enough_of_a_week &&
                        varies([](double x) { return std::floor(place_in(turns[1], x) * 7); }) &&
                        varies([](double x) { return civil(x).day; });
  const bool seasons = dates && span >= enough_of_a_year && varies([](double x) { return civil(x).month; });
  state.points = {times ? 1.0 : 0, weekdays ? 1.0 : 0, seasons ? 1.0 : 0};
  if (of.word("parts") == parts[1]) state.points = {0, 0, 0};
}

std::int64_t width(const Keys&, const EncoderState& state) {
  return 1 + 2 * static_cast<std::int64_t>(std::count(state.points.begin(), state.points.end(), 1.0));
}

void names(const Keys&, const EncoderState& state, const std::string& column, std::vector<std::string>& out) {
  out.push_back(column);
  for (std::size_t i = 0; i < state.points.size(); ++i) {
    if (state.points[i] == 0) continue;
    for (const char* wave : {" sin", " cos"}) out.push_back(column + " in " + std::string(turns[i].name) + wave);
  }
}

void encode(const Keys& of, const EncoderState& state, std::span<const double> cells, std::span<double> out) {
  const auto features = static_cast<std::size_t>(width(of, state));
  for (std::size_t row = 0; row < cells.size(); ++row) {
    std::size_t at = row * features;
    out[at++] = state.scaling.encode(cells[row]);
    for (std::size_t i = 0; i < state.points.size(); ++i) {
      if (state.points[i] == 0) continue;
      put_turn(place_in(turns[i], cells[row]), out.subspan(at, 2));
      at += 2;
    }
  }
}

double decode(const Keys&, const EncoderState& state, std::span<const double> features) {
  return state.scaling.decode(features[0]);
}

}  // namespace

extern const EncoderKind date_kind{
    {"date", "the time as standard; sine and cosine of the place in the day, the week and the year, where they vary",
     keys},
    Cells::dates,
    fit,
    nullptr,
    width,
    names,
    encode,
    decode,
    [](const EncoderState& state) {
      return state.points.size() == std::size(turns) &&
             std::all_of(state.points.begin(), state.points.end(), [](double x) { return x == 0 || x == 1; });
    }};

kinds::Recipe<EncoderKind> date_encoder() { return kinds::make(date_kind); }

}  // namespace gradus::data
