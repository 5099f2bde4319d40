// Numbers by their rank, spread as a normal distribution.
#include "gradus/learn/data/encoders/parts.hpp"

namespace gradus::data {
namespace {

constexpr Key keys[] = {{"quantiles",
                         KeyType::whole,
                         "1000",
                         "points kept, at most; 30 rows for each, but at least 10",
                         {.low = 2, .high = 100'000}}};

constexpr double least_share = 1e-7;  // as scikit-learn: ranks are kept this far from 0 and 1

double normal_share(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

/// The z below which a share `p` of a normal distribution lies: Acklam's rational function (relative error 1.15e-9),
/// then one step of Halley's method. REQUIRES: 0 < p < 1.
double normal_quantile(double p) {
  constexpr double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                          1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
  constexpr double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
                          -1.328068155288572e+01};
  constexpr double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                          -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
  constexpr double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00};
  constexpr double tail = 0.02425;
  const auto in_tail = [&](double share) {
    const double q = std::sqrt(-2 * std::log(share));
    return (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
           ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
  };
  double z = 0;
  if (p < tail) z = in_tail(p);
  else if (p > 1 - tail) z = -in_tail(1 - p);
  else {
    const double q = p - 0.5, r = q * q;
    z = (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
        (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
  }
  const double error = normal_share(z) - p;
  const double u = error * std::sqrt(2 * std::numbers::pi) * std::exp(z * z / 2);
  return z - u / (1 + z * u / 2);
}

/// The share of the training rows below `x`; in the middle of those that are equal to it.
double rank(double x, std::span<const double> points) {
  const auto last = static_cast<double>(points.size() - 1);
  if (x <= points.front()) return 0;  // as scikit-learn: both ends are kept apart
  if (x >= points.back()) return 1;
  const auto first = std::lower_bound(points.begin(), points.end(), x);
  const auto end = std::upper_bound(first, points.end(), x);
  const auto at = [&](auto it) { return static_cast<double>(it - points.begin()); };
  if (first != end) return (at(first) + at(end) - 1) / 2 / last;
  return (at(first) - 1 + (x - *(first - 1)) / (*first - *(first - 1))) / last;
}

/// points: quantiles at equal distances.
void fit(const Keys& of, std::span<const double> cells, const std::string& place, EncoderState& state) {
  state.scaling = fit_scaling(cells, place);
  const std::vector<double> order = sorted(cells);
  const auto rows = static_cast<std::int64_t>(order.size());
  const std::int64_t most = std::min(of.whole("quantiles"), std::max<std::int64_t>(10, rows / 30));
  const std::int64_t count = std::max<std::int64_t>(2, std::min(most, rows));
  state.points.clear();
  for (std::int64_t i = 0; i < count; ++i) {
    state.points.push_back(quantile(order, static_cast<double>(i) / static_cast<double>(count - 1)));
  }
}

void encode(const Keys&, const EncoderState& state, std::span<const double> cells, std::span<double> out) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    out[i] = normal_quantile(std::clamp(rank(cells[i], state.points), least_share, 1 - least_share));
  }
}

double decode(const Keys&, const EncoderState& state, std::span<const double> features) {
  const double at = normal_share(features[0]) * static_cast<double>(state.points.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(at), state.points.size() - 1);
  const std::size_t above = std::min(below + 1, state.points.size() - 1);
  return state.points[below] + (at - static_cast<double>(below)) * (state.points[above] - state.points[below]);
}

}  // namespace

extern const EncoderKind quantile_kind{
    {"quantile",
     "the rank among the training rows, spread as a normal distribution, as scikit-learn's "
     "QuantileTransformer",
     keys},
    Cells::numbers,
    fit,
    nullptr,
    one_feature,
    column_name,
    encode,
    decode,
    [](const EncoderState& state) {
      return state.points.size() >= 2 && std::is_sorted(state.points.begin(), state.points.end());
    }};

}  // namespace gradus::data
