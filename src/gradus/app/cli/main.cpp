#include "gradus/app/cli/run.hpp"
#include "gradus/engine/machine/stack.hpp"

int main(int argc, char** argv) {
  constexpr std::size_t enough = 512 << 10;  // of ulimit -s
  int code = 1;
  gradus::enlarge_thread_stacks();
  gradus::with_stack(enough, [&] { code = gradus::cli::run(argc, argv); });
  return code;
}
