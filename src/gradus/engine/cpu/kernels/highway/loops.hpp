// One loop over contiguous numbers per pointwise op, per dtype, and per choice of operands that are a single number.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace gradus::highway {

/// y[i] = f(a[i], b[i], c[i]) for i < n; operands beyond the op's arity are not read. y may be a, b or c itself.
using Loop = void (*)(const void* a, const void* b, const void* c, void* y, std::size_t n);

/// The loops of one op for one dtype: bit i of the index says that operand i is a single number. nullptr: not compiled.
using Variants = std::array<Loop, 8>;

struct OpLoops {
  std::string_view name;  // of the op
  int arity = 1;
  Variants f32, f64;
};

/// Two ops in one loop, each rounded as ever: second(first(a, b), c), or reversed second(c, first(a, b)).
struct PairLoops {
  std::string_view first, second;
  bool reversed = false;
  Variants f32, f64;
};
std::span<const PairLoops> pair_loops();

/// Of the best instruction set that this machine has, one entry per struct of the family.
std::span<const OpLoops> arithmetic_loops();
std::span<const OpLoops> elementary_loops();
std::span<const OpLoops> activation_loops();
std::span<const OpLoops> logic_loops();

/// Loops without an op: u8 to and from numbers, and copies.
struct MoveLoops {
  Loop load;         // y: numbers, a: u8
  Loop load_single;  // y: numbers, a: one u8
  Loop store;        // y: u8, a: numbers, truncated toward zero and saturated; NaN is 0
  Loop copy;         // y and a: numbers
  Loop fill;         // y: numbers, a: one number
};
MoveLoops move_loops_f32();
MoveLoops move_loops_f64();

}  // namespace gradus::highway
