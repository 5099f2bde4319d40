#include "gradus/core/grad/finite_difference.hpp"

#include <algorithm>
#include <cmath>

#include "gradus/core/graph/print.hpp"

namespace gradus {

double default_epsilon(double at) { return 6.0554544523933429e-06 * std::max(1.0, std::abs(at)); }

double numeric_derivative(Difference difference, Value y, Value x, std::int64_t element,
                          std::span<const Binding> bindings, double epsilon) {
  const auto refuse = [](const std::string& found, const std::string& expected, const std::string& remedy) {
    throw UserError(Fault::usage, Report{"numeric derivative", found, expected, remedy});
  };
  if (y.shape().count() != 1) refuse(to_string(y.type()), "a single number to derive", "sum() or mean() of it");
  if (!(epsilon > 0)) refuse("epsilon " + print_number(epsilon), "a number above 0", "default_epsilon(at)");
  std::vector<Binding> moved(bindings.begin(), bindings.end());
  const auto binding = std::find_if(moved.begin(), moved.end(), [&](const Binding& b) { return b.input == x; });
  if (binding == moved.end())
    refuse(print(x) + " without a value", "an input that is bound", "{x, value} among the bindings");
  if (element < 0 || element >= binding->value.count()) {
    const std::int64_t last = binding->value.count() - 1;
    refuse("element " + std::to_string(element), "one of the input",
           last < 0 ? "an input with elements" : "0 to " + std::to_string(last));
  }

  const double at = binding->value.number(element);
  const auto f = [&](double value) {
    binding->value.set(element, value);
    return interpret(std::span(&y, 1), moved)[0].number();
  };
  // The rounded places are what was evaluated; their distance is exact or nearly so.
  binding->value.set(element, at + epsilon);
  const double above = binding->value.number(element);
  binding->value.set(element, difference == Difference::central ? at - epsilon : at);
  const double below = binding->value.number(element);
  return (f(above) - f(below)) / (above - below);
}

}  // namespace gradus
