#include "gradus/app/report/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/io/output/descriptor.hpp"

namespace gradus::report {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != 0;
}

}  // namespace

Terminal find_terminal(int descriptor) {
  Terminal terminal;
  const char* kind = std::getenv("TERM");
  const bool dumb = kind == nullptr || std::string_view(kind) == "dumb";
  terminal.live = isatty(descriptor) == 1 && !dumb && !is_set("CI");
  terminal.color = terminal.live && !is_set("NO_COLOR");
  winsize size{};
  if (isatty(descriptor) == 1 && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.width = size.ws_col;
  }
  return terminal;
}

void Console::print(std::string_view text) {
  constexpr std::size_t piece = 1 << 16;
  pending_ += text;
  if (pending_.size() >= piece) flush();
}

void Console::flush() {
  const int error = io::write_all(result_, pending_);
  pending_.clear();  // what could not be written once is not tried again
  reader_gone_ = error == EPIPE;
  if (error != 0) {
    throw UserError(Fault::failure, Report{result_ == 1 ? "standard output" : "standard error",
                                           std::string("a write error (") + std::strerror(error) + ")",
                                           "a place that takes the result", "another file or disk"});
  }
}

void Console::say(std::string_view text) {
  std::string line;
  if (live_line_) line = "\r\x1b[K";
  live_line_ = false;
  line += text;
  line += '\n';
  io::write_all(2, line);
}

void Console::show(std::string_view line) {
  if (!err_.live) return;
  live_line_ = !line.empty();
  io::write_all(2, "\r\x1b[K" + std::string(line));
}

}  // namespace gradus::report
