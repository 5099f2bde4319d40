#include <cmath>

#include "gradus/core/grad/check.hpp"
#include "gradus/core/grad/differentiate.hpp"

namespace gradus {

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
