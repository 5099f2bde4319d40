// Numbers in several ways at once, for nets that find out which of them tells something.
#include "gradus/learn/data/encoders/parts.hpp"

namespace gradus::data {
namespace {

constexpr Key keys[] = {
    {"bins", KeyType::whole, "16", "bins with equally many training rows each, as piecewise", {.low = 1, .high = 1024}},
    {"levels",
     KeyType::whole,
     "0",
     "a feature for each number, where all are whole and so many at most",
     {.low = 0, .high = 4096}}};

/// Whole numbers are levels where there are three at least, and as many rows of each on average.
constexpr std::size_t least_levels = 3, least_rows = 3;

/// points: how many edges the bins have, these, and the levels; both ascending, each once.
void fit(const Keys& of, std::span<const double> cells, const std::string& place, EncoderState& state) {
  state.scaling = fit_scaling(cells, place);
  const std::vector<double> order = sorted(cells);
  const std::int64_t bins = of.whole("bins");
  state.points = {0};
  for (std::int64_t i = 0; i <= bins; ++i) {
    const double edge = quantile(order, static_cast<double>(i) / static_cast<double>(bins));
    if (state.points.size() == 1 || edge > state.points.back()) state.points.push_back(edge);
  }
  state.points[0] = static_cast<double>(state.points.size() - 1);
  std::vector<double> levels = order;
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  const bool whole = std::all_of(levels.begin(), levels.end(), [](double x) { return x == std::floor(x); });
  const auto most = static_cast<std::size_t>(of.whole("levels"));
  if (!whole || levels.size() > most || levels.size() < least_levels || levels.size() * least_rows > cells.size())
    return;
  state.points.insert(state.points.end(), levels.begin(), levels.end());
}

std::span<const double> edges_of(const EncoderState& state) {
  return std::span(state.points).subspan(1, static_cast<std::size_t>(state.points[0]));
}
std::span<const double> levels_of(const EncoderState& state) {
  return std::span(state.points).subspan(1 + static_cast<std::size_t>(state.points[0]));
}
std::size_t bins_of(const EncoderState& state) { return std::max<std::size_t>(1, edges_of(state).size()) - 1; }

std::int64_t width(const Keys&, const EncoderState& state) {
  return static_cast<std::int64_t>(1 + bins_of(state) + levels_of(state).size());
}

void names(const Keys&, const EncoderState& state, const std::string& column, std::vector<std::string>& out) {
  out.push_back(column);
  for (std::size_t i = 1; i <= bins_of(state); ++i) out.push_back(column + " bin " + std::to_string(i));
  for (const double level : levels_of(state)) {
    std::string digits = std::to_string(level);
    out.push_back(column + "=" + digits.substr(0, digits.find('.')));
  }
}

void encode(const Keys& of, const EncoderState& state, std::span<const double> cells, std::span<double> out) {
  const auto edges = edges_of(state), levels = levels_of(state);
  const std::size_t bins = bins_of(state), all = static_cast<std::size_t>(width(of, state));
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto to = out.subspan(i * all, all);
    to[0] = state.scaling.encode(cells[i]);
    for (std::size_t bin = 0; bin < bins; ++bin)
      to[1 + bin] = std::clamp((cells[i] - edges[bin]) / (edges[bin + 1] - edges[bin]), 0.0, 1.0);
    const auto found = std::lower_bound(levels.begin(), levels.end(), cells[i]);
    if (found != levels.end() && *found == cells[i])
      to[1 + bins + static_cast<std::size_t>(found - levels.begin())] = 1;
  }
}

bool ascending(std::span<const double> points) {
  return std::adjacent_find(points.begin(), points.end(), std::greater_equal<>()) == points.end();
}

bool valid(const EncoderState& state) {
  if (state.points.empty()) return false;
  const double count = state.points[0], room = static_cast<double>(state.points.size() - 1);
  if (!(count >= 0 && count <= room && count == std::floor(count))) return false;
  return ascending(edges_of(state)) && ascending(levels_of(state));
}

}  // namespace

extern const EncoderKind mixed_kind{
    {"mixed",
     "the number as standard, how much of each bin lies below it, and a feature for each level; held at the "
     "ends of what was learnt from but for the first",
     keys},
    Cells::numbers,
    fit,
    nullptr,
    width,
    names,
    encode,
    [](const Keys&, const EncoderState& state, std::span<const double> features) {
      return state.scaling.decode(features[0]);
    },
    valid};

std::int64_t count_levels(const Encoder& encoder) {
  return &encoder.kind() == &mixed_kind ? static_cast<std::int64_t>(levels_of(encoder).size()) : 0;
}

}  // namespace gradus::data
