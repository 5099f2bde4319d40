// How the operands of a pointwise step lie in memory beside its outputs, once axes that walk together are merged.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus {

struct InputLayout {
  bool linear = false;                  // element i of the block is element i of the input
  bool single = false;                  // one number for the whole block
  bool inner = false;                   // moves along the innermost axis; otherwise one number for each of its runs
  bool same_rows = false;               // every run is the same
  std::vector<std::int64_t> strides{};  // of the outer axes, in elements
};

/// The block as runs of `inner` elements: outer axes `sizes` (the first is as long as the block needs), then the inner
/// one.
struct Layout {
  std::int64_t inner = 1;  // elements of a run
  std::int64_t row = 1;    // elements per row of the block; the whole output when it is not cut into rows
  bool cut = false;        // whether the block's rows say how many elements there are
  std::vector<std::int64_t> sizes;
  std::vector<InputLayout> inputs;
  std::string refusal;  // why there is no layout
};

Layout make_layout(const Call& call);

/// Where run `run` of the block begins in an input, in elements.
std::int64_t offset_of(const Layout& layout, const InputLayout& input, std::int64_t run);

}  // namespace gradus
