// gradus as a contender of bench/compare.
// usage: gradus_steps serve WORKLOAD THREADS [f32|bf16] | gradus_steps write WORKLOAD FILE | gradus_steps list
#include <cstdlib>
#include <exception>
#include <fstream>

#include "bench/peers/serve.hpp"
#include "bench/workloads/session.hpp"

namespace gradus::bench {
namespace {

struct Peer {
  Session session;
  bool trains;

  void restart() { session.restart(); }
  double step() { return session.step(); }
  std::vector<double> losses(int n) {
    if (trains) return peers::losses_of(*this, n);
    session.step();
    const auto result = session.result().first(static_cast<std::size_t>(n));
    return {result.begin(), result.end()};
  }
};

int run(const std::vector<std::string>& arguments) {
  const std::string verb = arguments.empty() ? "" : arguments[0];
  if (verb == "list") {
    for (const Workload& of : workloads()) std::printf("%s\n", of.name.c_str());
    return 0;
  }
  if (verb == "write" && arguments.size() == 3) {
    std::ofstream file(arguments[2], std::ios::binary);
    write_case(file, make_case(find_workload(arguments[1])));
    return file.good() ? 0 : 1;
  }
  if (verb == "serve" && (arguments.size() == 3 || arguments.size() == 4)) {
    const Workload workload = find_workload(arguments[1]);
    const SessionOptions options{std::atoi(arguments[2].c_str()),
                                 find_precision(arguments.size() == 4 ? arguments[3] : "f32")};
    Peer peer{Session(make_case(workload), options), workload.trains()};
    return peers::serve("gradus", peer, peer.trains ? restart_after : 0);
  }
  std::fprintf(stderr, "usage: gradus_steps serve WORKLOAD THREADS [f32|bf16] | write WORKLOAD FILE | list\n");
  return 2;
}

}  // namespace
}  // namespace gradus::bench

int main(int argc, char** argv) {
  try {
    return gradus::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gradus_steps: %s\n", error.what());
    return 1;
  }
}
