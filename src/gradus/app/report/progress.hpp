// How a training is going: a live line that is rewritten, and a line an epoch.
#pragma once

#include <string>
#include <vector>

#include "gradus/app/report/console.hpp"
#include "gradus/app/report/evaluation.hpp"
#include "gradus/learn/train/options.hpp"

namespace gradus::report {

/// What the lines need to know of the run before it begins.
struct ProgressPlan {
  metric::Metrics metrics = {};  // of the validation rows
  bool validation = false;       // some rows are held back
  Units deviation = {};          // units of the data per unit of the encoded target
  std::int64_t epochs = 0;       // limit; 0: none that counts
  std::int64_t steps = 0;        // limit; 0: none
  double seconds = 0;            // limit; 0: none
  bool color = false;
  std::vector<TargetMetrics> several = {};  // targets, in the place of `metrics`
};

/// The names of the columns of epoch_line().
std::string epoch_header(const ProgressPlan& plan);
/// Training loss, validation loss and metric, learning rate, gradient norm, a mark when it is the best so far.
std::string epoch_line(const ProgressPlan& plan, const EpochReport& report);
/// Epoch, bar, loss, rows a second, time left, in at most width - 1 columns. `rows`: done so far in the whole run.
std::string live_line(const ProgressPlan& plan, const StepReport& report, std::int64_t rows, int width);

/// Prints these lines as the run goes on: at most ten live lines a second, and of many epochs only some.
class Progress {
 public:
  Progress(ProgressPlan plan, Console& console);
  void on_step(const StepReport& report);
  void on_epoch(const EpochReport& report);
  /// Shows what a training tells it. This must outlive the training.
  Observer observer();
  /// Removes the live line; prints the last epoch if it was not.
  void finish();

 private:
  void say_line(const std::string& line);
  ProgressPlan plan_;
  Console& console_;
  std::int64_t rows_ = 0;
  double shown_at_ = -1;
  bool header_printed_ = false;
  EpochReport last_;
  std::int64_t printed_epoch_ = 0, next_epoch_ = 1, left_out_ = 0;
};

}  // namespace gradus::report
