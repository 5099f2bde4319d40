#include "gradus/engine/cpu/kernels/instruction_set.hpp"

#include <array>
#include <optional>
#include <string>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/remedy.hpp"
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace gradus {
namespace {

struct Named {
  std::string_view name;
  InstructionSet set;
};
constexpr std::array<Named, 5> sets{{{"portable", InstructionSet::portable},
                                     {"avx2", InstructionSet::avx2},
                                     {"avx512", InstructionSet::avx512},
                                     {"avx512-bf16", InstructionSet::avx512_bf16},
                                     {"amx", InstructionSet::amx}}};

InstructionSet look() {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("bmi2")) {
    return InstructionSet::portable;
  }
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl")) {
    return InstructionSet::avx2;
  }
  if (!__builtin_cpu_supports("avx512bf16")) return InstructionSet::avx512;
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned amx_bf16 = 1U << 22, amx_tile = 1U << 24;  // of EDX; compilers of 2022 do not name them
  const bool known = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0;
  return known && (d & amx_bf16) && (d & amx_tile) ? InstructionSet::amx : InstructionSet::avx512_bf16;
#else
  return InstructionSet::portable;
#endif
}

thread_local std::optional<InstructionSet> limit;

}  // namespace

std::string_view name(InstructionSet set) { return sets[static_cast<std::size_t>(set)].name; }

InstructionSet machine_set() {
  static const InstructionSet found = look();
  return found;
}

std::span<const std::string_view> instruction_sets() {
  static const auto names = [] {
    std::array<std::string_view, sets.size() + 1> out{"native"};
    for (std::size_t i = 0; i < sets.size(); ++i) out[i + 1] = sets[i].name;
    return out;
  }();
  return std::span(names).first(static_cast<std::size_t>(machine_set()) + 2);
}

InstructionSet find_instruction_set(std::string_view wanted) {
  if (wanted == "native") return machine_set();
  const auto have = instruction_sets();
  std::string known;
  for (const std::string_view one : have) known += (known.empty() ? "" : ", ") + std::string(one);
  for (const Named& one : sets) {
    if (one.name != wanted) continue;
    if (one.set <= machine_set()) return one.set;
    throw UserError(Fault::usage, Report{"isa", "\"" + std::string(wanted) + "\", which this machine has not",
                                         "one of: " + known, std::string(have.back())});
  }
  throw UserError(Fault::usage, Report{"isa", "\"" + printable(wanted) + "\"", "one of: " + known,
                                       nearest_or(wanted, have, have[0])});
}

InstructionSet instruction_set() { return limit.value_or(machine_set()); }

UseInstructionSet::UseInstructionSet(InstructionSet set) : before_(limit) { limit = set; }
UseInstructionSet::~UseInstructionSet() { limit = before_; }

}  // namespace gradus
