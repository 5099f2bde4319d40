#include "gradus/app/cli/arguments/choose_threads.hpp"

#include "gradus/app/report/numbers.hpp"
#include "gradus/engine/machine/cores.hpp"

namespace gradus::cli {

int choose_threads(std::optional<std::int64_t> asked, report::Console& console) {
  const int cores = available_cores();
  const int threads = static_cast<int>(asked.value_or(0));
  if (threads == 0) return cores;
  if (threads > cores) {
    console.say("note: " + report::counted(threads, "thread") + " on " + report::counted(cores, "core") +
                ", which is slower than --threads " + std::to_string(cores) + "; the results are the same");
  }
  return threads;
}

}  // namespace gradus::cli
