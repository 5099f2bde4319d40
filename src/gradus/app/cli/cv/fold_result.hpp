// One fold of a cross-validation: what is learnt from its other rows, on the rows that it holds back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradus/app/cli/inputs/training_table.hpp"
#include "gradus/engine/runtime/engine.hpp"
#include "gradus/learn/train/evaluation.hpp"

namespace gradus::cli {

struct FoldResult {
  Evaluation model, guess;           // in units of the data, on the rows held back
  std::optional<Evaluation> linear;  // ridge or logistic regression, where there are not too many features
  std::int64_t learnt = 0;           // rows
  std::string chosen;                // of the recipe for tables: "nets", "linear model", ...; "" of a single net
  std::int64_t steps = 0;
  double seconds = 0;
  std::vector<std::string> notes = {};
};

/// All metrics of the targets' task, or those that settings name.
metric::Metrics metrics_of_folds(const Settings& settings, const data::Schema& schema);

/// Learns from `split.train` alone, encoders and all, as gradus train would with these settings, and tries
/// `split.validation`. Throws as a training.
FoldResult run_fold(Engine& engine, const TrainingTable& table, const data::Split& split, const Settings& settings);

}  // namespace gradus::cli
