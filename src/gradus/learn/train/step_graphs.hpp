// The graphs of a training: what one step runs, whole or in parts, and what validation does.
#pragma once

#include <cstdint>
#include <vector>

#include "gradus/engine/backend/leaves.hpp"
#include "gradus/learn/train/options.hpp"
#include "gradus/learn/train/pass.hpp"

namespace gradus {

/// How many rows there are, and how they are taken.
struct StepRows {
  std::int64_t train = 0, batch = 0, validation = 0;
  Parts parts = {};
  std::int64_t steps() const { return (train - 1) / batch + 1; }
  std::int64_t last() const { return train - (steps() - 1) * batch; }
  bool in_parts() const { return parts.rows > 0 && parts.rows < batch; }
  /// Whether a batch is one leaf at most: only then may its graphs add in an order of their own, since no parts must
  /// agree with it.
  bool one_leaf() const { return batch <= rows_per_leaf; }
};

/// As a training with these options takes them.
StepRows step_rows(const TrainOptions& options, std::int64_t train, std::int64_t validation);

/// Graphs for parts of so many rows: the first part of a sum, and those added to it. -1: not needed.
struct PartGraphs {
  std::int64_t rows = 0;
  int first = -1, more = -1;
};

/// A step of a whole batch, and the last one of an epoch; in parts: its update.
struct PhaseGraphs {
  int whole = -1, last = -1;
};

/// Numbers count in `graphs`; -1: not needed.
struct StepGraphs {
  StepSlots slots;  // of all of them
  std::vector<Graph> graphs;
  std::vector<PhaseGraphs> phases = {};         // one in a plain training
  std::vector<PartGraphs> parts = {};           // by rows
  std::vector<int> carry = {}, carry_add = {};  // from level i to the next
  Pass validation = {};

  const PartGraphs& part(std::int64_t rows) const;
};

/// Levels of sums that `parts` parts need to be added in the tree of a whole batch; 1 when they are added in order.
int sum_levels(std::int64_t parts, bool tree);

/// Throws UserError when net, loss and rows do not fit, or when parts are asked for where rows depend on one another.
/// `phases`: in the place of loss and optimizer, of which nothing is validated.
StepGraphs step_graphs(const nn::Model& model, const loss::Loss& loss, const TrainOptions& options, BatchSpec batch,
                       const StepRows& rows, std::span<const Phase> phases = {});

/// Of batches of so many rows that are handed in: PhaseGraphs::whole, and a pass without a loss.
StepGraphs given_graphs(const nn::Model& model, const loss::Loss& loss, const TrainOptions& options, std::int64_t rows);

}  // namespace gradus
