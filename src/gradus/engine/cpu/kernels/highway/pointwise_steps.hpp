// A pointwise program as a list of loops over slots of memory.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gradus/engine/cpu/kernels/highway/loops.hpp"
#include "gradus/engine/cpu/kernels/pointwise_layout.hpp"

namespace gradus::highway {

/// One loop; operands are slots: places whose addresses are known when the program runs.
struct LoopCall {
  Loop loop = nullptr;
  std::uint32_t in[3] = {0, 0, 0}, out = 0;
};

/// An input that is repeated into a buffer before the loops can read it.
struct Spread {
  int input = 0;
  std::uint32_t slot = 0;  // the buffer
};

/// Slots are, in this order: inputs, which no step writes, outputs, cells of one number, buffers of `chunk` elements.
struct Steps {
  bool by_run = false;     // chunks stay within a run; otherwise they are of whole runs, or runs do not matter
  std::int64_t chunk = 0;  // most elements that the loops are given at a time
  int cells = 0, buffers = 0;
  std::vector<Spread> spread_once, spread;       // before all chunks; before each
  std::vector<LoopCall> once_single, once_full;  // before all chunks: on one number, on `chunk` numbers
  std::vector<LoopCall> steps;                   // for each chunk
  /// Outputs that are written before an input is read for the last time: these steps may not run when the two share
  /// memory.
  std::vector<std::pair<int, int>> hazards;
  std::string refusal;
};

/// `direct`: outputs are written as soon as they are computed (and hazards listed); otherwise after all inputs are
/// read.
Steps make_steps(const Call& call, const Layout& layout, bool direct);

}  // namespace gradus::highway
