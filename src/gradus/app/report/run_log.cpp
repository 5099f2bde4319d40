#include "gradus/app/report/run_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "gradus/app/report/console.hpp"
#include "gradus/core/base/error.hpp"

namespace gradus::report {

RunLog::RunLog(const std::string& path) : path_(path) {
  if (path.empty()) return;
  constexpr int everybody_reads = 0644;
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, everybody_reads);
  if (descriptor_ < 0) {
    throw UserError(Fault::usage,
                    Report{"--log " + printable(path), std::strerror(errno), "a file that can be written", ""});
  }
}

RunLog::~RunLog() {
  flush();
  if (descriptor_ >= 0) close(descriptor_);
}

void RunLog::write(const char* event, json::Object object) {
  if (!open() || !error_.empty()) return;
  json::Object line{{"event", event}};
  for (const auto& [key, value] : object) line[key] = value;
  pending_ += json::write(line) + "\n";
  constexpr std::size_t piece = 1 << 16;
  if (pending_.size() >= piece) flush();
}

void RunLog::flush() {
  if (!open() || pending_.empty()) return;
  if (const int error = write_all(descriptor_, pending_); error != 0) error_ = std::strerror(error);
  pending_.clear();
}

}  // namespace gradus::report
