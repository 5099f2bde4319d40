#include "gradus/app/cli/train/interrupt.hpp"

#include <unistd.h>

#include <array>
#include <csignal>

namespace gradus::cli {
namespace {

constexpr std::array<int, 3> caught{SIGINT, SIGTERM, SIGHUP};
volatile std::sig_atomic_t first_signal = 0;  // handlers have no other way to be heard
struct sigaction before[caught.size()];

void handle(int signal) {
  if (first_signal != 0) {
    constexpr char text[] = "\nstopped at once\n";
    [[maybe_unused]] const auto ignored = write(2, text, sizeof text - 1);
    _exit(128 + signal);
  }
  first_signal = signal;
}

}  // namespace

Interrupt::Interrupt() {
  first_signal = 0;
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < caught.size(); ++i) {
    sigaction(caught[i], nullptr, &before[i]);
    if (caught[i] != SIGHUP || before[i].sa_handler != SIG_IGN) sigaction(caught[i], &action, nullptr);
  }
}

Interrupt::~Interrupt() {
  for (std::size_t i = 0; i < caught.size(); ++i) sigaction(caught[i], &before[i], nullptr);
}

int Interrupt::requested() { return first_signal; }

}  // namespace gradus::cli
