// How bench/compare talks to a contender, a process that lives as long as the comparison and works only when asked.
// A line in, a line out:
//   (start)            "ready NAME AND VERSION"
//   losses N           the losses of N steps from the initial weights (of a prediction: its first N numbers)
//   run CHUNKS STEPS   microseconds a step, best and median of CHUNKS measurements of STEPS steps each
//   quit
// A network starts again before it has made `restart` steps (0: never); neither that nor the step after it is timed.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace peers {

/// Denormal numbers are zero, on this thread and those that it starts.
inline void flush_denormals() {
#if defined(__SSE2__)
  _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
  _mm_setcsr(_mm_getcsr() | 0x40);  // denormals are zeros
#endif
}

/// Peer: void restart(); double step(); std::vector<double> losses(int n).
template <class Peer> class Server {
 public:
  Server(Peer& peer, int restart) : peer_(peer), restart_(restart), made_(restart) {}

  void run(int chunks, int steps) {
    using Clock = std::chrono::steady_clock;
    std::vector<double> times;
    for (int c = 0; c < chunks; ++c) {
      const bool again = restart_ > 0 && made_ + 1 + steps > restart_;
      if (again) {
        peer_.restart();
        made_ = 0;
      }
      if (again || c == 0) take(1);
      const auto begin = Clock::now();
      take(steps);
      times.push_back(std::chrono::duration<double>(Clock::now() - begin).count() * 1e6 / steps);
    }
    std::sort(times.begin(), times.end());
    std::printf("%.9g %.9g\n", times.front(), times[times.size() / 2]);
  }

  void losses(int count) {
    for (const double loss : peer_.losses(count)) std::printf("%.9g ", loss);
    std::printf("\n");
    made_ = restart_;
  }

 private:
  void take(int steps) {
    for (int i = 0; i < steps; ++i) last_ = peer_.step();
    made_ += steps;
  }

  Peer& peer_;
  int restart_, made_;
  volatile double last_ = 0;  // so that no compiler leaves a step out
};

template <class Peer> int serve(const std::string& title, Peer& peer, int restart) {
  std::printf("ready %s\n", title.c_str());
  std::fflush(stdout);
  Server<Peer> server(peer, restart);
  char line[256];
  while (std::fgets(line, sizeof line, stdin)) {
    int a = 0, b = 0;
    if (std::sscanf(line, "run %d %d", &a, &b) == 2) server.run(a, b);
    else if (std::sscanf(line, "losses %d", &a) == 1) server.losses(a);
    else return 0;
    std::fflush(stdout);
  }
  return 0;
}

/// For peers that train: the losses of `n` steps from the start.
template <class Peer> std::vector<double> losses_of(Peer& peer, int n) {
  std::vector<double> losses;
  peer.restart();
  for (int i = 0; i < n; ++i) losses.push_back(peer.step());
  return losses;
}

}  // namespace peers
