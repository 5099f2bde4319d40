// A training as an object: one step at a time, to be looked at, kept and gone on with.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gradus/engine/runtime/engine.hpp"
#include "gradus/learn/train/decide.hpp"
#include "gradus/learn/train/run.hpp"
#include "gradus/learn/train/weights.hpp"

namespace gradus {

/// Weights at the end of an epoch (from 1); 0: none, or the initial ones.
struct KeptWeights {
  std::int64_t epoch = 0;
  Weights parameters = {};
};

/// All that a training is between two steps: every slot, and the place. Plain values: who goes on from them ends with
/// the same bits.
struct TrainerState {
  Weights slots;                             // parameters, and all that is kept of them
  std::int64_t epoch = 0;                    // that is going on, from 0
  std::int64_t index = 0;                    // of the next step in it, from 0
  std::int64_t steps = 0;                    // done
  std::optional<double> learning_rate = {};  // see Trainer::set_learning_rate
  double seconds = 0;                        // that it took
  std::optional<StoppedBy> stopped_by = {};
  double loss_sum = 0;  // over the rows of this epoch so far
  std::int64_t loss_rows = 0;
  EpochReport report = {};                          // of this epoch so far
  std::vector<std::vector<double>> schedules = {};  // of each phase
  double least = 0;                                 // the least loss of an epoch so far
  std::int64_t stale = 0;                           // epochs since
  KeptWeights best = {};                            // at the end of that epoch
  KeptWeights before = {};  // at its beginning: without validation an epoch's loss is that of all weights between both
  Weights start = {};       // at the beginning of this epoch
  History history = {};
  /// What a training must have in common with this one to go on from it: {"seed", "0"}, {"net", "64 relu, 1"}, ...
  std::vector<std::pair<std::string, std::string>> facts = {};
  data::RowSketch learnt_rows = {};
};

struct Ongoing;

class Trainer {
 public:
  /// Decides, makes first weights, and compiles. Engine and dataset must outlive the trainer. Throws UserError as
  /// decide().
  Trainer(Engine& engine, const nn::Layer& net, const data::Dataset& dataset, const TrainOptions& options = {});
  /// From the parameters of `model` (the optimizer begins anew).
  Trainer(Engine& engine, const nn::Model& model, const data::Dataset& dataset, const TrainOptions& options = {});
  /// Phases of one's own, one after the other in every step; `net` is what model() predicts with (see decide()).
  Trainer(Engine& engine, const nn::Layer& net, std::vector<Phase> phases, const data::Dataset& dataset,
          const TrainOptions& options = {});
  /// What was decided before, on weights of one's own.
  Trainer(Engine& engine, Decided decided, nn::Model model, const data::Dataset& dataset, const TrainOptions& options);
  /// Without a dataset: on batches that are handed to step(), from the parameters of `model`. They make one epoch
  /// without an end; options of epochs, validation and metrics are not looked at, and a schedule plans with
  /// TrainOptions::steps. Throws UserError as decide().
  Trainer(Engine& engine, const nn::Model& model, const GivenBatches& batches, const TrainOptions& options);
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;
  ~Trainer();

  const Decided& decided() const;
  /// The rule that has ended the training; nothing while it goes on.
  std::optional<StoppedBy> stopped() const;

  /// One step; after the last of an epoch, or when a rule ends the training, also what belongs to the end of an epoch:
  /// validation, the schedule, Run::history. Tells the observers. Allocates nothing but at the ends of an epoch. Throws
  /// Diverged, after which the training has ended. REQUIRES: not stopped(), and a dataset.
  StepReport step();
  /// One step on this batch; its loss may be infinite or NaN. Allocates nothing unless a rule ends the training. Throws
  /// UserError(Fault::usage) as GivenFeeder, before anything has changed. REQUIRES: not stopped(), and no dataset.
  StepReport step(const GivenBatch& batch);
  /// [rows, outputs] for the features and inputs of `batch`, probabilities for losses on logits; valid until the next
  /// call. Throws as step(). REQUIRES: no dataset.
  ConstView predict(const GivenBatch& batch);
  /// From the next step on the optimizer's rate, which the schedule multiplies; that of groups stays. REQUIRES: no
  /// dataset.
  void set_learning_rate(double rate);
  std::int64_t steps() const;  // done
  /// Of the last step, by phase.
  std::span<const double> losses() const;
  /// Loss and metrics of the validation rows with the weights as they are. Throws UserError when none are held back.
  Evaluation validate();

  /// Between two steps. A trainer that is made the same way (threads and observers may differ) and restores it ends
  /// with the same bits.
  TrainerState state() const;
  /// Throws UserError(Fault::usage) that names both values when `state` is that of another training.
  void restore(const TrainerState& state);

  /// The model with the weights as they are, averages where it keeps them; of phases, those that its net asks for.
  TrainedModel model() const;
  /// The outcome until now: with patience the weights of the best epoch, else the weights as they are.
  Run run() const&;
  Run run() &&;

 private:
  std::unique_ptr<Ongoing> ongoing_;
};

}  // namespace gradus
