#include "gradus/core/grad/check.hpp"

#include <algorithm>
#include <cmath>

#include "gradus/core/base/random.hpp"
#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/reduce.hpp"

namespace gradus {
namespace {

using Verdict = GradientComparison::Verdict;

std::string name_of(Value x) { return x.node().label.empty() ? "%" + std::to_string(x.id) : printable(x.node().label); }

void check_arguments(Value y, std::span<const Value> xs, std::span<const Binding> bindings) {
  const auto refuse = [](const std::string& found, const std::string& expected) {
    throw UserError(Fault::usage, Report{"gradient check", found, expected, "build the graph in f64"});
  };
  if (y.shape().count() != 1 || y.dtype() != DType::f64) refuse(to_string(y.type()), "one number in f64");
  for (Value x : xs) {
    const bool bound = std::any_of(bindings.begin(), bindings.end(), [&](const Binding& b) { return b.input == x; });
    if (!bound || x.dtype() != DType::f64) refuse(print(x.node(), x.id), "inputs in f64 that are bound");
  }
}

/// y as a function of how far its inputs are moved.
class Probe {
 public:
  Probe(Value y, std::span<const Binding> bindings) : y_(y), bindings_(bindings.begin(), bindings.end()) {}

  double here() { return interpret(std::span(&y_, 1), bindings_)[0].number(); }

  /// y with element `element` of x moved by `step`; `taken` is the step as it was rounded.
  double moved(Value x, std::int64_t element, double step, double& taken) {
    Tensor& value = tensor(x);
    const double at = value.number(element);
    value.set(element, at + step);
    taken = value.number(element) - at;
    const double y = here();
    value.set(element, at);
    return y;
  }

  /// y with every x moved by `step` times its direction.
  double moved(std::span<const Value> xs, std::span<const Tensor> directions, double step) {
    std::vector<Tensor> before;
    for (std::size_t i = 0; i < xs.size(); ++i) {
      Tensor& value = tensor(xs[i]);
      before.push_back(value);
      for (std::int64_t e = 0; e < value.count(); ++e) value.set(e, value.number(e) + step * directions[i].number(e));
    }
    const double y = here();
    for (std::size_t i = 0; i < xs.size(); ++i) tensor(xs[i]) = std::move(before[i]);
    return y;
  }

  Tensor& tensor(Value x) {
    return std::find_if(bindings_.begin(), bindings_.end(), [&](const Binding& b) { return b.input == x; })->value;
  }

 private:
  Value y_;
  std::vector<Binding> bindings_;
};

bool agree(double a, double b, const GradientCheckOptions& options) {
  return std::abs(a - b) <= options.absolute + options.relative * std::max(std::abs(a), std::abs(b));
}

/// Judges `exact` by y at steps around the place: f(step) returns y there and sets the step that was really taken.
template <class F>
GradientComparison judge(std::string place, double exact, double epsilon, double here,
                         const GradientCheckOptions& options, F&& f) {
  GradientComparison out{Verdict::agrees, std::move(place), exact, 0};
  for (const double shrink : {1.0, 0.03, 0.001}) {  // a kink within a large step may lie outside a smaller one
    double up = 0, down = 0;
    const double above = f(epsilon * shrink, up), below = f(-epsilon * shrink, down);
    const double numeric = (above - below) / (up - down);
    if (shrink == 1.0) out.numeric = numeric;
    const double rounding = 4e-16 * std::max(std::abs(here), std::abs(above)) / (epsilon * shrink);
    GradientCheckOptions loose = options;
    loose.absolute += shrink < 1 ? rounding : 0;
    if (agree(exact, numeric, loose)) {
      out.verdict = Verdict::agrees, out.numeric = numeric;
      return out;
    }
    const double right = (above - here) / up, left = (below - here) / down;
    const double gap = std::abs(right - left), most = std::max(std::abs(right), std::abs(left));
    const double slack = loose.absolute + rounding + 1e-3 * most;
    const bool between = exact >= std::min(left, right) - slack && exact <= std::max(left, right) + slack;
    out.verdict = gap > 10 * slack && between ? Verdict::kink : Verdict::wrong;
  }
  return out;
}

bool worse(const GradientComparison& a, const GradientComparison& b) {
  if (a.verdict != b.verdict) return a.verdict > b.verdict;
  return a.absolute_error() > b.absolute_error();
}

void add(GradientCheckPart& part, GradientComparison found) {
  part.kinks += found.verdict == Verdict::kink;
  part.wrong += found.verdict == Verdict::wrong;
  if (part.checked++ == 0 || worse(found, part.worst)) part.worst = std::move(found);
}

/// The elements to look at: all, or as many as asked for, each of an equal part of the tensor.
std::vector<std::int64_t> chosen(std::int64_t count, const GradientCheckOptions& options, std::uint32_t stream) {
  const std::int64_t wanted = options.elements > 0 ? std::min(options.elements, count) : count;
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < wanted; ++i) {
    const std::int64_t begin = count / wanted * i + std::min(i, count % wanted);
    const std::int64_t size = count / wanted + (i < count % wanted ? 1 : 0);
    out.push_back(begin +
                  static_cast<std::int64_t>(random_below({options.seed, 0, stream}, static_cast<std::uint64_t>(i),
                                                         static_cast<std::uint64_t>(size))));
  }
  return out;
}

GradientCheckPart check_elements(Probe& probe, Value x, const Tensor& exact, double here, std::uint32_t stream,
                                 const GradientCheckOptions& options) {
  GradientCheckPart part{name_of(x), exact.count(), 0, 0, 0, {}, x.shape()};
  for (std::int64_t element : chosen(exact.count(), options, stream)) {
    const double epsilon = options.epsilon > 0 ? options.epsilon : default_epsilon(probe.tensor(x).number(element));
    const std::string place = part.name + (x.shape().rank() ? "[" + std::to_string(element) + "]" : "");
    auto found = judge(place, exact.number(element), epsilon, here, options,
                       [&](double step, double& taken) { return probe.moved(x, element, step, taken); });
    found.element = element;
    add(part, std::move(found));
  }
  return part;
}

/// A random unit vector over all inputs together.
std::vector<Tensor> unit_direction(std::span<const Value> xs, const RandomKey& key) {
  std::vector<Tensor> out;
  double squares = 0;
  std::uint64_t first = 0;
  for (Value x : xs) {
    Tensor part(x.type());
    fill_normal(key, first, part.as<double>());
    first += static_cast<std::uint64_t>(part.count());
    for (double d : part.as<double>()) squares += d * d;
    out.push_back(std::move(part));
  }
  for (Tensor& part : out) {
    for (double& d : part.as<double>()) d /= squares > 0 ? std::sqrt(squares) : 1;
  }
  return out;
}

double inner(std::span<const Tensor> a, std::span<const Tensor> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::int64_t e = 0; e < a[i].count(); ++e) sum += a[i].number(e) * b[i].number(e);
  }
  return sum;
}

GradientCheckPart check_directions(std::string name, Value y, std::span<const Value> xs,
                                   std::span<const Binding> bindings, const GradientCheckOptions& options,
                                   std::uint32_t stream) {
  GradientCheckPart part{std::move(name), 0, 0, 0, 0, {}};
  Probe probe(y, bindings);
  const double here = probe.here();
  const auto exact = interpret(gradient(y, xs), bindings);
  for (const Tensor& tensor : exact) part.elements += tensor.count();
  const double epsilon = options.epsilon > 0 ? options.epsilon : default_epsilon(1);
  for (int i = 0; i < options.directions; ++i) {
    const auto direction = unit_direction(xs, {options.seed, static_cast<std::uint64_t>(i), stream});
    add(part, judge("direction " + std::to_string(i + 1), inner(exact, direction), epsilon, here, options,
                    [&](double step, double& taken) { return taken = step, probe.moved(xs, direction, step); }));
  }
  return part;
}

/// The first derivative along a direction that stays where it is: its gradient is a row of second derivatives.
Value along(const Values& gradients, std::span<const Value> xs, const RandomKey& key) {
  const auto direction = unit_direction(xs, key);
  Value total;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const Value part = sum(gradients[i] * gradients[i].graph->constant(direction[i]));
    total = total ? total + part : part;
  }
  return total;
}

}  // namespace

double GradientComparison::absolute_error() const { return std::abs(exact - numeric); }

double GradientComparison::relative_error() const {
  const double most = std::max(std::abs(exact), std::abs(numeric));
  return most > 0 ? absolute_error() / most : 0;
}

bool GradientCheck::passed() const {
  return std::all_of(parts.begin(), parts.end(), [](const GradientCheckPart& part) { return part.wrong == 0; });
}

GradientCheck gradient_check(Value y, std::span<const Value> xs, std::span<const Binding> bindings,
                             const GradientCheckOptions& options) {
  check_arguments(y, xs, bindings);
  Probe probe(y, bindings);
  const double here = probe.here();
  if (!std::isfinite(here)) {
    throw UserError(Fault::data,
                    Report{"gradient check", "the value " + print_number(here), "a finite value", "other inputs"});
  }
  const Values gradients = gradient(y, xs);
  const auto exact = interpret(gradients, bindings);
  GradientCheck out;
  std::uint32_t stream = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    out.parts.push_back(check_elements(probe, xs[i], exact[i], here, stream++, options));
  }
  if (options.directions > 0 && !xs.empty()) {
    out.parts.push_back(check_directions("directions", y, xs, bindings, options, stream++));
    if (options.second) {
      const Value slope = along(gradients, xs, {options.seed, 0, stream++});
      out.parts.push_back(check_directions("second order", slope, xs, bindings, options, stream++));
    }
  }
  return out;
}

EpsilonSweep sweep_epsilon(Value y, Value x, std::int64_t element, std::span<const Binding> bindings,
                           std::span<const double> epsilons) {
  EpsilonSweep out;
  out.exact = interpret(gradient(y, {x}), bindings)[0].number(element);
  for (double epsilon : epsilons) {
    EpsilonError row{epsilon, 0, 0, 0, 0};
    row.forward = numeric_derivative(Difference::forward, y, x, element, bindings, epsilon);
    row.central = numeric_derivative(Difference::central, y, x, element, bindings, epsilon);
    row.forward_error = std::abs(row.forward - out.exact), row.central_error = std::abs(row.central - out.exact);
    out.rows.push_back(row);
    const std::size_t last = out.rows.size() - 1;
    if (row.forward_error < out.rows[out.best_forward].forward_error) out.best_forward = last;
    if (row.central_error < out.rows[out.best_central].central_error) out.best_central = last;
  }
  return out;
}

EpsilonSweep sweep_epsilon(Value y, Value x, std::int64_t element, std::span<const Binding> bindings) {
  constexpr double epsilons[] = {1e-1, 1e-2,  1e-3,  1e-4,  1e-5,  1e-6,  1e-7, 1e-8,
                                 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15};
  return sweep_epsilon(y, x, element, bindings, epsilons);
}

}  // namespace gradus
