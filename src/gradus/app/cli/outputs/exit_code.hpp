// What the program's exit code says of what went wrong.
#pragma once

#include "gradus/core/base/error.hpp"

namespace gradus::cli {

/// 0 all is well; with 128 + n the program was stopped by signal n after it had saved (130: Ctrl-C).
enum ExitCode {
  exit_ok = 0,
  exit_failure = 1,     // failure while running
  exit_usage = 2,       // usage or configuration
  exit_data = 3,        // data or schema
  exit_check = 4,       // a check or threshold failed
  exit_diverged = 5,    // NaN or Inf
  exit_budget = 6,      // a budget cannot be met
  exit_model_file = 7,  // model file unreadable or too new
  exit_unknown = 8,     // a check that could not tell
  exit_signal = 128,
};

constexpr ExitCode exit_code(Fault fault) {
  switch (fault) {
    case Fault::usage: return exit_usage;
    case Fault::data: return exit_data;
    case Fault::check: return exit_check;
    case Fault::diverged: return exit_diverged;
    case Fault::budget: return exit_budget;
    case Fault::model_file: return exit_model_file;
    case Fault::failure: break;
  }
  return exit_failure;
}

}  // namespace gradus::cli
