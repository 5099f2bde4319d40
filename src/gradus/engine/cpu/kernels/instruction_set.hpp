// Which instructions kernels may use. The bits of a result are a function of the set, so that any machine can compute
// and time what a lesser one would.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace gradus {

/// Each has all of those before it.
enum class InstructionSet : std::uint8_t {
  portable,     // what the compiler's flags allow: SSE2 on x86-64, NEON on AArch64
  avx2,         // with FMA, BMI2 and F16C; vectors of 32 bytes
  avx512,       // F, BW, DQ and VL; vectors of 64 bytes
  avx512_bf16,  // with products of bf16
  amx,          // with tiles of bf16
};

/// "portable", "avx2", "avx512", "avx512-bf16", "amx".
std::string_view name(InstructionSet set);

/// The best that this machine has.
InstructionSet machine_set();

/// "native" is machine_set(). Throws UserError(Fault::usage) for what is no set, and for one that the machine has not.
InstructionSet find_instruction_set(std::string_view name);

/// "native", and the names of the sets that this machine has.
std::span<const std::string_view> instruction_sets();

/// That of the kernels which are prepared on this thread: machine_set(), or that of the innermost UseInstructionSet.
InstructionSet instruction_set();

/// Kernels prepared on this thread while this lives are of one set. REQUIRES: the machine has it.
class UseInstructionSet {
 public:
  explicit UseInstructionSet(InstructionSet set);
  ~UseInstructionSet();
  UseInstructionSet(const UseInstructionSet&) = delete;
  UseInstructionSet& operator=(const UseInstructionSet&) = delete;

 private:
  std::optional<InstructionSet> before_;
};

}  // namespace gradus
