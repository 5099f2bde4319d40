// Loops of two arithmetic ops, which save writing and reading what is between them (see loops.hpp).
// Not for AVX-512, where those for AVX2 give the same bits and are as fast as the first-level cache.
#include "gradus/engine/cpu/kernels/highway/targets.hpp"
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (GRADUS_DISABLED_TARGETS | HWY_AVX3)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradus/engine/cpu/kernels/highway/loops_pairs.cpp"
#include "hwy/foreach_target.h"
//
#include "gradus/core/graph/graph.hpp"
#include "gradus/core/ops/pointwise/form.hpp"
#include "gradus/engine/cpu/kernels/highway/loops.inl"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {
#include "gradus/core/ops/pointwise/arithmetic.inl"

template <class First, class Second, bool reversed> struct Pair {
  static constexpr Signature signature = Signature::floating;
  static auto value(auto a, auto b, auto c) {
    if constexpr (reversed) return Second::value(c, First::value(a, b));
    else return Second::value(First::value(a, b), c);
  }
};

template <class F, class T> constexpr Variants all_variants() {
  return {loop<F, T, 0>, loop<F, T, 1>, loop<F, T, 2>, loop<F, T, 3>, loop<F, T, 4>, loop<F, T, 5>, loop<F, T, 6>};
}
template <class First, class Second, bool reversed> constexpr PairLoops pair() {
  using F = Pair<First, Second, reversed>;
  return {First::text.name, Second::text.name, reversed, all_variants<F, float>(), all_variants<F, double>()};
}

template <class... First> std::span<const PairLoops> pairs_of(List<First...>) {
  static constexpr PairLoops all[] = {pair<First, Add, false>()...,      pair<First, Multiply, false>()...,
                                      pair<First, Subtract, false>()..., pair<First, Subtract, true>()...,
                                      pair<First, Divide, false>()...,   pair<First, Divide, true>()...};
  return all;
}
std::span<const PairLoops> pair_loops() { return pairs_of(List<Add, Subtract, Multiply, Divide>{}); }

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "gradus/engine/cpu/kernels/highway/dispatch.hpp"
namespace gradus::highway {
namespace {
HWY_EXPORT(pair_loops);
}
std::span<const PairLoops> pair_loops() { return GRADUS_DISPATCH(pair_loops)(); }
}  // namespace gradus::highway
#endif
