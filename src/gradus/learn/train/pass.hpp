// One pass over rows without learning: graphs for whole batches and for the short last one, in anybody's Program.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "gradus/engine/runtime/program.hpp"
#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/train/evaluation.hpp"
#include "gradus/learn/train/step.hpp"

namespace gradus {

/// Rows per batch of a pass: enough to keep the threads busy, few enough to stay in cache.
inline constexpr std::int64_t pass_batch = 256;

/// Where a pass has its graphs in a program; -1: not needed.
struct Pass {
  int whole = -1;
  int last = -1;
  bool with_loss = false;
  std::int64_t batch = pass_batch;
};

/// Appends to `graphs` what a pass over `rows` rows needs, `most` at a time.
Pass add_pass(std::vector<Graph>& graphs, const nn::Model& model, const loss::Loss& loss, BatchSpec batch,
              std::int64_t rows, bool with_loss, std::int64_t most = pass_batch);

/// The target of `dataset` as step graphs take it.
BatchSpec batch_spec(const data::Dataset& dataset);

/// Loss and metrics over the rows with these numbers: features of `dataset`, targets of `targets` (which may be the
/// same). REQUIRES: as many as add_pass was told.
Evaluation evaluate_pass(Program& program, const Pass& pass, const loss::Loss& loss, const data::Dataset& dataset,
                         const data::Dataset& targets, std::span<const std::int64_t> rows);

/// Predictions for all rows of `dataset`, [rows, outputs].
Tensor predict_pass(Program& program, const Pass& pass, const Type& type, const data::Dataset& dataset);

}  // namespace gradus
