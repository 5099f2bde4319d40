// The bits that a workload computes, for bench/bits, which asks this program of two commits and compares.
// usage: bits list | bits isas | bits run ISA f32|bf16 THREADS STEPS EVERY WORKLOAD
//   list   names of the workloads, one a line
//   isas   instruction sets that can be selected, one a line; "native" (what is taken when nobody asks) is always there
//   run    after each EVERY steps, and after the last: the number of the step, a hash of the losses until there and of
//   the
//          parameters and the optimizer's state (of a prediction: of its numbers)
// Commits older than this file are built with its first version, so what that one calls must not be asked of them in
// another way.
#include <bit>
#include <charconv>
#include <cstdio>
#include <exception>

#include "bench/workloads/session.hpp"
#include "gradus/engine/cpu/kernels/instruction_set.hpp"

namespace gradus::bench {
namespace {

int number(const std::string& text) {
  int value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || value < 1) {
    throw UserError(Fault::usage, Report{"bits", "\"" + printable(text) + "\"", "a whole number from 1", ""});
  }
  return value;
}

/// FNV-1a, as Session::fingerprint.
std::uint64_t mixed(std::uint64_t hash, std::uint64_t word) { return (hash ^ word) * 0x100000001b3; }

int run(const std::vector<std::string>& of) {
  const int steps = number(of[3]), every = number(of[4]);
  Session session(make_case(find_workload(of[5])), {number(of[2]), find_precision(of[1]), of[0]});
  std::uint64_t losses = 0xcbf29ce484222325;
  for (int step = 1; step <= steps; ++step) {
    losses = mixed(losses, std::bit_cast<std::uint64_t>(session.step()));
    if (step % every != 0 && step != steps) continue;
    std::printf("%d %016llx\n", step, static_cast<unsigned long long>(mixed(losses, session.fingerprint())));
    std::fflush(stdout);
  }
  return 0;
}

int answer(const std::vector<std::string>& arguments) {
  const std::string verb = arguments.empty() ? "" : arguments[0];
  if (verb == "list" && arguments.size() == 1) {
    for (const Workload& of : workloads()) std::printf("%s\n", of.name.c_str());
    return 0;
  }
  if (verb == "isas" && arguments.size() == 1) {
    for (const std::string_view isa : instruction_sets()) std::printf("%s\n", std::string(isa).c_str());
    return 0;
  }
  if (verb == "run" && arguments.size() == 7) return run({arguments.begin() + 1, arguments.end()});
  std::fprintf(stderr, "usage: bits list | bits isas | bits run ISA f32|bf16 THREADS STEPS EVERY WORKLOAD\n");
  return 2;
}

}  // namespace
}  // namespace gradus::bench

int main(int argc, char** argv) {
  try {
    return gradus::bench::answer({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bits: %s\n", error.what());
    return 1;
  }
}
