// What matters to a model: how much worse it is without a column, and how its answer moves with one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradus/engine/runtime/engine.hpp"
#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/data/table.hpp"
#include "gradus/learn/train/trained_model.hpp"

namespace gradus {

struct ImportanceOptions {
  std::int64_t rows = 2000;  // at most so many of the data, chosen by the seed
  int repeats = 5;           // orders of a column's cells
  std::uint64_t seed = 0;
  std::size_t dependences = 3;  // columns whose dependence is looked at
  std::int64_t dependence_rows = 500;
  int points = 11;  // of a column of numbers
};

/// Permutation importance (Breiman, 2001; Fisher and others, 2019): how much the score falls when the column's cells
/// are put in another order, with the 95 % interval over rows (normal, of the mean over orders).
struct ColumnImportance {
  std::string column;
  double fall = 0, low = 0, high = 0;
};

/// Partial dependence (Friedman, 2001): the mean answer, in units, where all rows have this cell.
struct Dependence {
  std::string column;
  std::vector<std::string> cells;
  std::vector<std::vector<double>> means;  // by cell, by output: probabilities of classes, or the number
};

struct Importance {
  std::string score;  // "R2" or "accuracy"
  double whole = 0;   // with all columns as they are
  std::int64_t rows = 0;
  int repeats = 0;
  std::vector<ColumnImportance> columns;  // the most important first
  std::vector<Dependence> dependences;    // of the first ones
};

/// `rows`: of `table` as the model's schema encodes them, with targets that it knows. Throws UserError(Fault::data) for
/// fewer than two rows, and a target that is the same everywhere.
Importance find_importance(Engine& engine, const TrainedModel& model, const data::Table& table,
                           const data::Dataset& rows, const ImportanceOptions& options = {});

}  // namespace gradus
