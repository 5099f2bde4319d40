#include "gradus/app/report/run_log.hpp"

#include <system_error>

namespace gradus::report {

RunLog::~RunLog() {
  if (descriptor_) flush();
}

void RunLog::write(const char* event, json::Object object) {
  if (!open() || !error_.empty()) return;
  json::Object line{{"event", event}};
  for (const auto& [key, value] : object) line[key] = value;
  pending_ += json::write(line) + "\n";
  constexpr std::size_t piece = 1 << 16;
  if (descriptor_ && pending_.size() >= piece) flush();
}

Observer RunLog::observer(const Units& units) {
  Observer out;
  if (!open()) return out;
  out.on_step = [this](const StepReport& step) {
    write("step", {{"epoch", step.epoch},
                   {"step", step.step},
                   {"rows", step.rows},
                   {"loss", step.loss},
                   {"learning_rate", step.learning_rate},
                   {"seconds", step.seconds}});
  };
  out.on_epoch = [this, units](const EpochReport& epoch) {
    write("epoch", to_json(epoch, units).object());
    flush();
  };
  return out;
}

void RunLog::flush() {
  if (!open() || pending_.empty()) return;
  if (!descriptor_) {
    descriptor_ = file_->begin(pending_);
  } else if (const int error = io::write_all(descriptor_.number(), pending_); error != 0) {
    error_ = std::generic_category().message(error);
  }
  pending_.clear();
}

}  // namespace gradus::report
