// run.jsonl: one JSON object a line for everything that happens in a run.
#pragma once

#include <string>

#include "gradus/app/report/evaluation.hpp"
#include "gradus/learn/io/output/output_file.hpp"
#include "gradus/learn/json/value.hpp"
#include "gradus/learn/train/options.hpp"

namespace gradus::report {

/// Lines are collected and written in pieces; flush() after what must not be lost.
class RunLog {
 public:
  /// No log when `file` is nullptr. The file is made, whole with what was written until then, by the first flush().
  explicit RunLog(io::OutputFile* file) : file_(file) {}
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  bool open() const { return file_ != nullptr; }
  /// {"event": `event`, ...members of `object`}
  void write(const char* event, json::Object object);
  /// Writes a line for each step and epoch. This must outlive the training.
  Observer observer(const Units& units);
  /// Writes what was collected. The first throws UserError(Fault::failure) when the file cannot be made; after a later
  /// failed write nothing more is written, and error() says why.
  void flush();
  const std::string& error() const { return error_; }

 private:
  io::OutputFile* file_;
  io::Descriptor descriptor_;
  std::string pending_, error_;
};

}  // namespace gradus::report
