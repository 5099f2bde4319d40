// Everything about a training that is decided before its first step, once: what comes later reads it here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/data/schema.hpp"
#include "gradus/learn/train/memory.hpp"
#include "gradus/learn/train/options.hpp"

namespace gradus {

struct Decided {
  nn::Layer net;  // with the layer that the loss missed
  Shape input;    // of one sample, as the net sees it
  loss::Loss loss = {};
  data::Split split = {};
  StepRows rows = {};  // the batch, and its parts
  int threads = 0;     // that compute; 0: all of the engine's
  metric::Metrics metrics = {};
  std::optional<data::Schema> schema = {};  // how files become features
  std::optional<MemoryUse> memory = {};     // where there is a budget
  std::vector<std::string> notes = {};      // choices that nobody asked for: "batch 64 is larger than ..."

  nn::ModelOptions model_options = {};
  /// The net with first weights.
  nn::Model make_model() const { return nn::make_model(net, input, model_options); }
};

/// Decides from shapes alone: nothing of the network's size is allocated. `threads`: those of the engine. Throws
/// UserError for options out of range, a net that does not fit the data or the loss, an empty dataset, and for a budget
/// of memory that is too small.
Decided decide(const nn::Layer& net, const data::Dataset& dataset, const TrainOptions& options, int threads);
/// The same for a net that has seen `input` before, with its own types.
Decided decide(const nn::Model& model, const data::Dataset& dataset, const TrainOptions& options, int threads);

/// The shape of one sample as a training gives it to `net`: [columns]; of images [height, width] (or [channels, height,
/// width]) where the net begins with a layer over both, else the numbers in a row.
Shape sample_shape(const data::Dataset& dataset, const nn::Layer& net);

}  // namespace gradus
