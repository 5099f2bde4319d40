// Numbers as several features that a net bends more easily; nothing of them is trained.
#include "gradus/learn/data/encoders/parts.hpp"

namespace gradus::data {
namespace {

constexpr Key periodic_keys[] = {
    {"count", KeyType::whole, "4", "waves, each twice as fast as the one before", {.low = 1, .high = 64}},
    {"slowest", KeyType::number, "0.125", "turns of the slowest a deviation", kinds::positive}};

void fit_periodic(const Keys&, std::span<const double> cells, const std::string& place, EncoderState& state) {
  state.scaling = fit_scaling(cells, place);
}

std::int64_t width_periodic(const Keys& of, const EncoderState&) { return 1 + 2 * of.whole("count"); }

void names_periodic(const Keys& of, const EncoderState&, const std::string& column, std::vector<std::string>& out) {
  out.push_back(column);
  for (std::int64_t i = 1; i <= of.whole("count"); ++i) {
    out.push_back(column + " sin " + std::to_string(i));
    out.push_back(column + " cos " + std::to_string(i));
  }
}

void encode_periodic(const Keys& of, const EncoderState& state, std::span<const double> cells, std::span<double> out) {
  const auto count = static_cast<std::size_t>(of.whole("count")), width = 1 + 2 * count;
  const double slowest = of.number("slowest");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const double z = state.scaling.encode(cells[i]);
    out[i * width] = z;
    for (std::size_t wave = 0; wave < count; ++wave) {
      put_turn(z * std::ldexp(slowest, static_cast<int>(wave)), out.subspan(i * width + 1 + 2 * wave, 2));
    }
  }
}

double decode_first(const Keys&, const EncoderState& state, std::span<const double> features) {
  return state.scaling.decode(features[0]);
}

constexpr Key piecewise_keys[] = {
    {"bins", KeyType::whole, "8", "bins with equally many training rows each", {.low = 1, .high = 1024}}};

/// points: the edges of the bins, each once.
void fit_piecewise(const Keys& of, std::span<const double> cells, const std::string& place, EncoderState& state) {
  state.scaling = fit_scaling(cells, place);
  const std::vector<double> order = sorted(cells);
  const std::int64_t bins = of.whole("bins");
  state.points.clear();
  for (std::int64_t i = 0; i <= bins; ++i) {
    const double edge = quantile(order, static_cast<double>(i) / static_cast<double>(bins));
    if (state.points.empty() || edge > state.points.back()) state.points.push_back(edge);
  }
}

std::int64_t width_piecewise(const Keys&, const EncoderState& state) {
  return std::max<std::int64_t>(1, std::ssize(state.points) - 1);
}

void names_piecewise(const Keys& of, const EncoderState& state, const std::string& column,
                     std::vector<std::string>& out) {
  for (std::int64_t i = 1; i <= width_piecewise(of, state); ++i) out.push_back(column + " bin " + std::to_string(i));
}

/// 1 below the bin of the cell, its share inside, 0 above; before the first and behind the last edge it goes on.
void encode_piecewise(const Keys&, const EncoderState& state, std::span<const double> cells, std::span<double> out) {
  if (state.points.size() < 2) return;
  const std::size_t bins = state.points.size() - 1;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    for (std::size_t bin = 0; bin < bins; ++bin) {
      double share = (cells[i] - state.points[bin]) / (state.points[bin + 1] - state.points[bin]);
      if (bin > 0) share = std::max(share, 0.0);
      if (bin + 1 < bins) share = std::min(share, 1.0);
      out[i * bins + bin] = share;
    }
  }
}

double decode_piecewise(const Keys&, const EncoderState& state, std::span<const double> features) {
  if (state.points.size() < 2) return state.points.front();
  double x = state.points.front();
  for (std::size_t bin = 0; bin < features.size(); ++bin) {
    x += features[bin] * (state.points[bin + 1] - state.points[bin]);
  }
  return x;
}

}  // namespace

extern const EncoderKind periodic_kind{
    {"periodic", "the number as standard, and sine and cosine of waves over it", periodic_keys},
    Cells::numbers,
    fit_periodic,
    nullptr,
    width_periodic,
    names_periodic,
    encode_periodic,
    decode_first};

extern const EncoderKind piecewise_kind{
    {"piecewise", "how much of each bin lies below the number (Gorishniy, Rubachev and Babenko 2022)", piecewise_keys},
    Cells::numbers,
    fit_piecewise,
    nullptr,
    width_piecewise,
    names_piecewise,
    encode_piecewise,
    decode_piecewise,
    [](const EncoderState& state) {
      const auto& edges = state.points;
      return !edges.empty() && std::adjacent_find(edges.begin(), edges.end(), std::greater_equal<>()) == edges.end();
    }};

}  // namespace gradus::data
