// run.jsonl: one JSON object a line for everything that happens in a run.
#pragma once

#include <string>

#include "gradus/learn/json/value.hpp"

namespace gradus::report {

/// Lines are collected and written in pieces; flush() after what must not be lost.
class RunLog {
 public:
  /// Creates or empties the file; no file for an empty path. Throws UserError(Fault::usage) when that cannot be done.
  explicit RunLog(const std::string& path);
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  bool open() const { return descriptor_ >= 0; }
  /// {"event": `event`, ...members of `object`}
  void write(const char* event, json::Object object);
  /// Writes what was collected. After a failed write nothing more is written, and error() says why.
  void flush();
  const std::string& error() const { return error_; }

 private:
  std::string path_, pending_, error_;
  int descriptor_ = -1;
};

}  // namespace gradus::report
