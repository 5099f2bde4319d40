// Numbers by their middle half, far ones drawn in.
#include "gradus/learn/data/encoders/parts.hpp"

namespace gradus::data {
namespace {

constexpr Key keys[] = {
    {"clip", KeyType::number, "3", "nothing is farther from 0 than this; 0: no bound", kinds::not_negative}};

/// points: the median, and what distances from it are multiplied with.
void fit(const Keys&, std::span<const double> cells, const std::string& place, EncoderState& state) {
  state.scaling = fit_scaling(cells, place);
  const std::vector<double> order = sorted(cells);
  const double middle_half = quantile(order, 0.75) - quantile(order, 0.25);
  const double range = state.scaling.maximum - state.scaling.minimum;
  const double factor = middle_half > 0 ? 1 / middle_half : range > 0 ? 2 / range : 0.0;
  state.points = {quantile(order, 0.5), factor};
}

void encode(const Keys& of, const EncoderState& state, std::span<const double> cells, std::span<double> out) {
  const double clip = of.number("clip"), median = state.points[0], factor = state.points[1];
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const double u = factor * (cells[i] - median);
    if (clip == 0) out[i] = u;
    else out[i] = std::abs(u) < 1e100 ? u / std::sqrt(1 + (u / clip) * (u / clip)) : std::copysign(clip, u);
  }
}

double decode(const Keys& of, const EncoderState& state, std::span<const double> features) {
  const double clip = of.number("clip"), x = features[0];
  double u = x;
  if (clip > 0) {
    const double share = std::clamp(x / clip, -1.0, 1.0), most = state.points[1];
    u = x / std::sqrt(std::max(1 - share * share, 1e-12));
    if (most > 0) {  // nothing that was ever seen is farther
      u = std::clamp(u, most * (state.scaling.minimum - state.points[0]),
                     most * (state.scaling.maximum - state.points[0]));
    }
  }
  return state.points[1] > 0 ? state.points[0] + u / state.points[1] : state.points[0];
}

}  // namespace

extern const EncoderKind robust_kind{
    {"robust",
     "u = (x - median) / (0.75 quantile - 0.25 quantile), drawn in to u / sqrt(1 + (u / clip)^2) (Holzmueller, "
     "Grinsztajn and Steinwart 2024)",
     keys},
    Cells::numbers,
    fit,
    nullptr,
    one_feature,
    column_name,
    encode,
    decode,
    [](const EncoderState& state) { return state.points.size() == 2 && state.points[1] >= 0; }};

}  // namespace gradus::data
