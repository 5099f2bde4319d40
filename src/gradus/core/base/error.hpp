// Errors that a user can act on, and errors that are ours.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace gradus {

/// What kind of trouble a UserError reports; the command line maps it to its exit code
/// (docs/reference/command-line.md).
enum class Fault { failure, usage, data, check, diverged, budget, model_file };

/// The parts of an error message. Empty parts are left out of the text.
struct Report {
  std::string place;     // file:line:column, tensor, op or flag
  std::string found;     // what is there
  std::string expected;  // what should be there
  std::string remedy;    // one thing to try
};

/// "place: found ...; expected ...; try: ..."
std::string describe(const Report& report);

/// Bad input: the message tells the user what to do. Thrown by everything that checks what came from outside.
class UserError : public std::runtime_error {
 public:
  UserError(Fault fault, const Report& report) : std::runtime_error(describe(report)), fault_(fault) {}
  UserError(Fault fault, const std::string& message) : std::runtime_error(message), fault_(fault) {}
  Fault fault() const { return fault_; }

 private:
  Fault fault_;
};

/// A broken promise inside gradus. Never the user's mistake.
class InternalError : public std::logic_error {
  using std::logic_error::logic_error;
};

/// Throws InternalError with `what` unless `holds`. For promises between our own functions, not for input.
inline void require(bool holds, const char* what) {
  if (!holds) throw InternalError(what);
}

/// `text` with control characters (terminal escapes, NUL, newlines) written as \xHH: names from files are printed
/// through this.
std::string printable(std::string_view text);

}  // namespace gradus
