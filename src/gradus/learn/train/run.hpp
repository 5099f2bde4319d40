// What comes out of a training.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/train/trained_model.hpp"

namespace gradus {

struct Run {
  TrainedModel model;
  History history = {};  // one entry an epoch, the last one also when it was cut short
  StoppedBy stopped_by = StoppedBy::epochs;
  std::int64_t best_epoch = 0;                      // the model's: the best with patience, else the last; 0: untrained
  std::vector<nn::Parameter> optimizer_state = {};  // "optim/0.weight/m", ..., after the last step
  std::vector<std::string> notes = {};  // what was decided before the first step, then what was seen at the end
};

/// The loss became NaN or infinite: what() names epoch, step and the first layer whose values are not finite.
class Diverged : public UserError {
 public:
  Diverged(const std::string& message, Run last_good)
      : UserError(Fault::diverged, message), run_(std::make_shared<const Run>(std::move(last_good))) {}
  /// The run until then, its model with the weights of the epoch with the least validation loss (training loss without
  /// validation). best_epoch is 0, and the weights are the initial ones, where no epoch was better than these.
  const Run& run() const { return *run_; }

 private:
  std::shared_ptr<const Run> run_;
};

}  // namespace gradus
