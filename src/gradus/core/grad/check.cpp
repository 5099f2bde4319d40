#include "gradus/core/grad/check.hpp"

#include <algorithm>
#include <cmath>

#include "gradus/core/grad/check_parts.hpp"
#include "gradus/core/graph/print.hpp"

namespace gradus {
namespace {

using Verdict = GradientComparison::Verdict;

void check_arguments(Value y, std::span<const Value> xs, std::span<const Binding> bindings) {
  const auto refuse = [](const std::string& found, const std::string& expected) {
    throw UserError(Fault::usage, Report{"gradient check", found, expected, "build the graph in f64"});
  };
  if (y.shape().count() != 1 || y.dtype() != DType::f64) refuse(to_string(y.type()), "one number in f64");
  for (Value x : xs) {
    const bool bound = std::any_of(bindings.begin(), bindings.end(), [&](const Binding& b) { return b.input == x; });
    if (!bound || x.dtype() != DType::f64) refuse(print(x), "inputs in f64 that are bound");
  }
}

/// Of one direction: drawing it counts about as much as a product with each number a hundred times.
double direction_work(Place& place, std::span<const Value> xs) {
  double numbers = 0;
  for (Value x : xs) numbers += static_cast<double>(x.shape().count());
  return 2 * place.replay().part(xs).work + 100 * numbers;
}

double second_work(Value slope, std::span<const Value> xs, const GradientCheckOptions& options) {
  return work_of(gradient(slope, xs)) + (2 * options.directions + 1) * work_of(std::span(&slope, 1));
}

}  // namespace

double GradientComparison::absolute_error() const { return std::abs(exact - numeric); }

double GradientComparison::relative_error() const {
  const double most = std::max(std::abs(exact), std::abs(numeric));
  return most > 0 ? absolute_error() / most : 0;
}

Verdict GradientCheck::verdict() const {
  Verdict out = Verdict::agrees;
  for (const GradientCheckPart& part : parts) {
    const Verdict worst = part.wrong         ? Verdict::wrong
                          : part.cannot_tell ? Verdict::cannot_tell
                          : part.kinks       ? Verdict::kink
                                             : Verdict::agrees;
    out = std::max(out, worst);
  }
  return out;
}

bool GradientCheck::passed() const { return verdict() < Verdict::cannot_tell; }

bool GradientCheck::sampled() const {
  return std::any_of(parts.begin(), parts.end(), [](const GradientCheckPart& part) {
    return part.worst.element >= 0 && part.checked < part.elements;
  });
}

GradientCheck gradient_check(Value y, std::span<const Value> xs, std::span<const Binding> bindings,
                             const GradientCheckOptions& options) {
  check_arguments(y, xs, bindings);
  Check check{xs, bindings, options, Budget(options.work)};
  Place place(y, xs, bindings, check.budget);
  if (!std::isfinite(place.here())) {
    throw UserError(Fault::data, Report{"gradient check", "the value " + print_number(place.here()), "a finite value",
                                        "other inputs"});
  }
  GradientCheck out;
  out.parts.resize(xs.size());
  std::vector<std::pair<double, std::size_t>> cheap_first;
  for (std::size_t i = 0; i < xs.size(); ++i) cheap_first.emplace_back(place.replay().part(xs.subspan(i, 1)).work, i);
  std::sort(cheap_first.begin(), cheap_first.end());
  double shares = static_cast<double>(xs.size()) + (options.directions > 0 ? 1 : 0);
  for (const auto& [work, i] : cheap_first) out.parts[i] = check_elements(check, place, i, std::max(shares--, 1.0));
  Value slope;
  if (options.directions > 0 && !xs.empty()) {
    auto stream = static_cast<std::uint32_t>(xs.size());
    const auto count = check.budget.affords(direction_work(place, xs), 1, options.directions, 1);
    out.parts.push_back(check_directions(check, place, "directions", stream++, count));
    if (options.second.value_or(true)) slope = slope_along(place.gradients(), xs, {options.seed, 0, stream++});
    if (slope && !options.second && check.budget.left() < second_work(slope, xs, options)) slope = {};
    if (slope) {
      Place second(slope, xs, bindings, check.budget);
      out.parts.push_back(check_directions(check, second, "second order", stream++, options.directions));
    }
  }
  if (!xs.empty()) check_beside(check, out, y, slope);
  return out;
}

double least_work(Value y, std::span<const Value> xs) {
  const double evaluations = 3 + 4 * static_cast<double>(xs.size());  // a direction, two elements each
  return work_of(gradient(y, xs)) + evaluations * work_of(std::span(&y, 1));
}

}  // namespace gradus
