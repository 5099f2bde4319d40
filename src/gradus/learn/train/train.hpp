// Training: gather a batch, run the step, look at the loss, again.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradus/engine/runtime/engine.hpp"
#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/train/options.hpp"
#include "gradus/learn/train/trained_model.hpp"

namespace gradus {

struct Run {
  TrainedModel model;
  History history = {};  // one entry an epoch, the last one also when it was cut short
  StoppedBy stopped_by = StoppedBy::epochs;
  std::int64_t best_epoch = 0;                      // the model's: the best with patience, else the last; 0: untrained
  std::vector<nn::Parameter> optimizer_state = {};  // "optim/0.weight/m", ..., after the last step
  std::vector<std::string> notes = {};              // choices that were made: "batch 64 is larger than ..."
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

// Trainings and predictions of other threads may run on the same engine at the same time: a step that finds the
// engine's threads busy is computed by the calling thread alone, with the same bits.

/// Trains `net` (all layers, the output layer too) on `dataset` from initial weights. A sigmoid or softmax that the
/// loss misses is added as its last layer, and said in Run::notes (see agree.hpp). Throws UserError before the first
/// step for options out of range, a net that does not fit the data or the loss, an empty dataset; Diverged later.
Run train(Engine& engine, const nn::Layer& net, const data::Dataset& dataset, const TrainOptions& options = {});
/// Goes on from the parameters of `model` (the optimizer begins anew).
Run train(Engine& engine, const nn::Model& model, const data::Dataset& dataset, const TrainOptions& options = {});

/// The shape of one sample as train() gives it to `net`: [columns]; of images [height, width] (or [channels, height,
/// width]) where the net begins with a layer over both, else the numbers in a row.
Shape sample_shape(const data::Dataset& dataset, const nn::Layer& net);

}  // namespace gradus
