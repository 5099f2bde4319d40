// What a model predicts, part after part: compiled once.
#pragma once

#include <cstdint>
#include <optional>

#include "gradus/engine/runtime/engine.hpp"
#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/train/pass.hpp"
#include "gradus/learn/train/trained_model.hpp"

namespace gradus {

/// Of many parts those with a multiple of pass_batch rows need no compiling after the first.
class Predictor {
 public:
  /// Engine and model outlive it.
  Predictor(Engine& engine, const TrainedModel& model) : engine_(&engine), model_(&model) {}
  /// As predict().
  Tensor operator()(const data::Dataset& dataset);

 private:
  void prepare(std::int64_t rows);
  Engine* engine_;
  const TrainedModel* model_;
  Pass pass_;
  std::optional<Program> program_;  // for parts of these rows:
  bool whole_ = false;              // some whole batches
  std::int64_t last_ = -1;          // and this many rows
};

}  // namespace gradus
