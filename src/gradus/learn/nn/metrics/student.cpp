#include "gradus/learn/nn/metrics/student.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gradus/core/base/error.hpp"

namespace gradus::metric {

double student_t(std::int64_t freedom, double level) {
  require(freedom > 0 && level > 0 && level < 1, "student_t: degrees of freedom, and a probability");
  // With t = sqrt(n) tan(a) the density is proportional to cos(a)^(n - 1): smooth on a bounded stretch.
  const auto n = static_cast<double>(freedom);
  const double scale = 2 * std::exp(std::lgamma((n + 1) / 2) - std::lgamma(n / 2)) / std::sqrt(std::numbers::pi);
  const auto inside = [&](double angle) {  // Simpson's rule
    constexpr int pieces = 512;
    double sum = 0;
    for (int i = 0; i <= pieces; ++i) {
      const double weight = i == 0 || i == pieces ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * std::pow(std::cos(angle * i / pieces), n - 1);
    }
    return scale * sum * angle / pieces / 3;
  };
  constexpr double widest = 40;  // deviations of the angle, beyond which there is nothing
  double low = 0, high = std::min(std::numbers::pi / 2, widest / std::sqrt(n));
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (inside(middle) < level ? low : high) = middle;
  }
  return std::sqrt(n) * std::tan(low);
}

std::int64_t binomial_quantile(std::int64_t trials, double share, double level) {
  require(trials >= 0 && share >= 0 && share <= 1 && level > 0 && level < 1, "binomial_quantile: a share and a level");
  if (share == 0 || share == 1) return share == 0 ? 0 : trials;
  const auto n = static_cast<double>(trials);
  constexpr double widest = 12;  // deviations, beyond which there is nothing
  const double reach = widest * std::sqrt(n * share * (1 - share)) + widest;
  auto k = static_cast<std::int64_t>(std::max(0.0, std::floor(n * share - reach)));
  const auto x = static_cast<double>(k);
  double part = std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) + x * std::log(share) +
                         (n - x) * std::log1p(-share));
  double sum = part;
  for (; sum < level && k < trials; ++k, sum += part)
    part *= static_cast<double>(trials - k) / static_cast<double>(k + 1) * share / (1 - share);
  return k;
}

}  // namespace gradus::metric
