// Ctrl-C and its kin: the first asks to finish the step and save, the second stops at once.
#pragma once

#include "gradus/learn/train/options.hpp"

namespace gradus::cli {

/// Catches SIGINT, SIGTERM and SIGHUP while it lives. One at a time. SIGHUP stays ignored where it was
/// (nohup).
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// The signal that asked to stop; 0: none yet.
  static int requested();
  /// Ends a training when a signal asks to stop.
  Observer observer() const {
    return {.should_stop = [] { return requested() != 0; }};
  }
};

}  // namespace gradus::cli
