// Where a command writes: the result to standard output, everything else to standard error.
#pragma once

#include <string>
#include <string_view>

namespace gradus::report {

/// What is known of a stream, found out once when the program starts.
struct Terminal {
  bool live = false;   // a terminal on which a line may be rewritten (not CI, not TERM=dumb)
  bool color = false;  // the same, and NO_COLOR is not set
  int width = 80;      // columns
};

/// The terminal behind `descriptor` (1: standard output, 2: standard error).
Terminal find_terminal(int descriptor);

/// Collects what goes to standard output and writes it in large pieces; standard error is written at once.
class Console {
 public:
  Console() : out_(find_terminal(1)), err_(find_terminal(2)) {}

  /// Adds `text` to the result. Throws UserError(Fault::failure) when standard output cannot be written.
  void print(std::string_view text);
  /// From now on what is printed goes to standard error, since standard output carries a file.
  void print_to_error() { result_ = 2; }
  /// Writes what print() has collected. Throws as print().
  void flush();
  /// A line for people, on standard error; the newline is added. Removes a live line first.
  void say(std::string_view text);
  /// Rewrites the live line. Nothing happens unless err().live; the caller fits it into err().width - 1.
  void show(std::string_view line);

  /// Whether standard output was a pipe that nobody reads any more.
  bool reader_gone() const { return reader_gone_; }

  const Terminal& out() const { return result_ == 1 ? out_ : err_; }
  const Terminal& err() const { return err_; }

 private:
  Terminal out_, err_;
  std::string pending_;
  int result_ = 1;
  bool live_line_ = false, reader_gone_ = false;
};

}  // namespace gradus::report
