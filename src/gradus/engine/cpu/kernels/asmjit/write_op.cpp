// The formulas of core/ops/pointwise, once more, on numbers that write code.
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "gradus/core/ops/pointwise.hpp"
#include "gradus/engine/cpu/kernels/asmjit/numbers.hpp"

namespace gradus::jit {
namespace formulas {

using pointwise::List;
using pointwise::Range;
using pointwise::Signature;
using pointwise::Text;

#include "gradus/core/ops/pointwise/list.inl"

template <class F> constexpr std::size_t arity_of() {
  using X = std::conditional_t<F::signature == Signature::logic, Truths, Numbers>;
  if constexpr (F::signature == Signature::choose) return 3;
  else if constexpr (requires(X x) { F::value(x, x, x); }) return 3;
  else if constexpr (requires(X x) { F::value(x, x); }) return 2;
  else return 1;
}

/// Operand `place` as the formula sees it: a truth value or a number.
template <class F, std::size_t place> auto argument(Numbers x) {
  if constexpr (F::signature == Signature::logic || (F::signature == Signature::choose && place == 0)) {
    return truths_of(x);
  } else {
    return x;
  }
}

int line_of(Numbers y) { return y.line; }
int line_of(Truths y) { return numbers_of(y).line; }

template <class F, std::size_t... i> int write_formula(Code& code, const int* in, std::index_sequence<i...>) {
  return line_of(F::value(argument<F, i>(Numbers{&code, in[i]})...));
}
template <class F> int write_formula(Code& code, const int* in) {
  return write_formula<F>(code, in, std::make_index_sequence<arity_of<F>()>{});
}

using Writer = int (*)(Code&, const int*);
template <class... F> std::unordered_map<const Op*, Writer> writers(List<F...>) {
  std::unordered_map<const Op*, Writer> all;
  std::size_t i = 0;
  ((all[&pointwise_ops()[i++]] = write_formula<F>), ...);
  return all;
}

}  // namespace formulas

int write_op(Code& code, const Op& op, const int* inputs) {
  static const auto writers = formulas::writers(formulas::All{});
  const auto found = writers.find(&op);
  if (found != writers.end()) return found->second(code, inputs);
  code.refused = true;
  return inputs[0];
}

}  // namespace gradus::jit
