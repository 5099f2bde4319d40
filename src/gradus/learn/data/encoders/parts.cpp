#include "gradus/learn/data/encoders/parts.hpp"

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/table.hpp"

namespace gradus::data {

Scaling fit_scaling(std::span<const double> numbers, const std::string& place) {
  const auto count = static_cast<double>(numbers.size());
  Scaling out{0, 0, numbers[0], numbers[0]};
  double sum = 0, squares = 0;
  for (const double x : numbers) {
    sum += x;
    out.minimum = std::min(out.minimum, x);
    out.maximum = std::max(out.maximum, x);
  }
  if (out.minimum == out.maximum) return {out.minimum, 0, out.minimum, out.maximum};  // without rounding
  out.mean = sum / count;
  for (const double x : numbers) squares += (x - out.mean) * (x - out.mean);
  out.deviation = std::sqrt(squares / count);
  if (!std::isfinite(out.deviation) || out.deviation == 0) {
    throw UserError(Fault::data,
                    Report{place, "numbers from " + number_text(out.minimum) + " to " + number_text(out.maximum),
                           "numbers whose squares f64 can hold", "another unit"});
  }
  return out;
}

double quantile(std::span<const double> sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const double part = at - static_cast<double>(below);
  if (part == 0) return sorted[below];
  return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

std::vector<double> sorted(std::span<const double> numbers) {
  std::vector<double> out(numbers.begin(), numbers.end());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace gradus::data
