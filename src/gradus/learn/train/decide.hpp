// Everything about a training that is decided before its first step, once: what comes later reads it here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/data/schema.hpp"
#include "gradus/learn/train/given_batch.hpp"
#include "gradus/learn/train/memory.hpp"
#include "gradus/learn/train/options.hpp"
#include "gradus/learn/train/phase.hpp"

namespace gradus {

struct Decided {
  nn::Layer net;  // with the layer that the loss missed; of phases, the one that predicts
  Shape input;    // of one sample, as the net sees it
  loss::Loss loss = {};
  data::Split split = {};
  StepRows rows = {};                       // the batch, and its parts
  int threads = 0;                          // that compute; 0: all of the engine's
  metric::Metrics metrics = {};             // of several targets those asked for: see metrics_of_target
  std::optional<data::Schema> schema = {};  // how files become features
  std::optional<MemoryUse> memory = {};     // where there is a budget
  /// What a step makes small, and how: of a plain training one phase without a loss function, since `loss` says it.
  std::vector<Phase> phases = {};
  std::vector<nn::ParameterSpec> parameters = {};  // of all phases
  std::vector<std::string> notes = {};             // choices that nobody asked for: "batch 64 is larger than ..."

  std::vector<nn::NamedInput> inputs = {};  // that the net asks for beside the features

  nn::ModelOptions model_options = {};
  bool own_phases() const { return phases.size() > 1 || static_cast<bool>(phases.front().loss); }
  /// The net with first weights; of phases, with all parameters that they have.
  nn::Model make_model() const;
};

/// Decides from shapes alone: nothing of the network's size is allocated. Throws
/// UserError for options out of range, a net that does not fit the data or the loss, an empty dataset, and for a budget
/// of memory that is too small.
Decided decide(const nn::Layer& net, const data::Dataset& dataset, const TrainOptions& options, const Engine& engine);
/// The same for a net that has seen `input` before, with its own types.
Decided decide(const nn::Model& model, const data::Dataset& dataset, const TrainOptions& options, const Engine& engine);

/// Of losses of one's own. `net` predicts, with parameters that phases have. No rows are held back, and targets are
/// needed where a loss asks for them. TrainOptions::optimizer, schedule, groups, clipping, average and loss are not
/// looked at. Throws UserError too for phases that do not fit (see phase.hpp), and for parts and memory budgets.
Decided decide(const nn::Layer& net, std::vector<Phase> phases, const data::Dataset& dataset,
               const TrainOptions& options);

/// Of batches that are handed in (see Trainer). TrainOptions::loss says what the targets are: class numbers where it
/// takes them. Throws UserError without one, for rows below 1, and for options that only rows of a dataset have:
/// several targets, patience, target_loss, parts, memory and split.
Decided decide(const nn::Model& model, const GivenBatches& batches, const TrainOptions& options);

/// The shape of one sample as a training gives it to `net`: [columns]; of images [height, width] (or [channels, height,
/// width]) where the net begins with a layer over both, else the numbers in a row.
Shape sample_shape(const data::Dataset& dataset, const nn::Layer& net);

}  // namespace gradus
