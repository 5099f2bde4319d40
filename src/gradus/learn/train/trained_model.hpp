// A model that can be evaluated, used and saved: the net with its parameters and all that explains its numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/data/row_sketch.hpp"
#include "gradus/learn/data/schema.hpp"
#include "gradus/learn/nn/loss.hpp"
#include "gradus/learn/nn/model.hpp"
#include "gradus/learn/optim/updates.hpp"
#include "gradus/learn/train/history.hpp"
#include "gradus/learn/train/intervals.hpp"

namespace gradus {

/// How the parameters came to be.
struct TrainingRecord {
  std::string optimizer, schedule;  // as kinds::print_all; texts, so that kinds of a program's own need not be known
  std::string groups = {};          // as optim::print_groups
  optim::Clipping clipping = {};
  double average = 0;
  std::uint64_t seed = 0;
  std::int64_t batch = 0;  // rows a step; 0: all
  double validation = 0;   // share of the rows that were held back
  std::int64_t steps = 0;
  std::int64_t epoch = 0;  // whose weights the model has; 0: untrained, or not known (files of 0.1)
  double seconds = 0;
  StoppedBy stopped_by = StoppedBy::epochs;
  std::string source;            // where the rows came from
  std::string computed_by = {};  // as Backend::description(); empty in files of 0.1
  std::int64_t rows = 0;         // trained on
  History history;
};

/// One of several targets that a model predicts.
struct PredictedTarget {
  std::string name;
  data::Task task = data::Task::regression;
  std::vector<std::string> class_names = {};  // classification
};

struct TrainedModel {
  nn::Model network;
  loss::Loss loss;  // of several targets: Loss::terms, in their order
  data::Task task = data::Task::regression;
  std::vector<std::string> class_names;  // classification
  std::optional<data::Schema> schema;    // how files become features; none when the caller gave numbers
  TrainingRecord record;
  data::RowSketch learnt_rows = {};  // to recognize them; empty in models of 0.1
  /// Several, in the place of task and class_names; each has its columns of the prediction (see target_model()).
  std::vector<PredictedTarget> targets = {};
  HeldOutErrors held_out = {};  // what intervals are made of; empty without them, and in older models
};

}  // namespace gradus
