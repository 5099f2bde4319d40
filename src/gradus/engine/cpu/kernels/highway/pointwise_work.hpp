// Which loop does an instruction of a pointwise program, and which two instructions one loop does together.
#pragma once

#include <string>
#include <vector>

#include "gradus/engine/cpu/kernels/highway/loops.hpp"
#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus::highway {

struct Work {
  const Variants* variants = nullptr;  // nullptr: nothing to do (a cast, or done together with a later instruction)
  std::vector<int> inputs{};           // registers, never those of casts
};

/// The register whose number `r` is, through casts. `inputs`: how many the program has.
int source_of(const PointwiseProgram& program, int inputs, int r);

/// One for each instruction. `single`: registers that hold one number. Sets `refusal` when an op has no loop.
std::vector<Work> find_work(const PointwiseProgram& program, int inputs, const std::vector<bool>& single,
                            std::string& refusal);

}  // namespace gradus::highway
