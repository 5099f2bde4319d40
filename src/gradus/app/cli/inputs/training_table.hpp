// A table as the rows that are learnt from, and which of them are held back.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradus/app/cli/arguments/settings.hpp"
#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/data/note.hpp"
#include "gradus/learn/data/schema.hpp"
#include "gradus/learn/data/split.hpp"

namespace gradus::cli {

struct TrainingData {
  data::Dataset rows;  // all of them; `split` says which are held back
  data::Split split;
  data::Schema schema;                // fitted on split.train alone
  std::optional<data::Dataset> test;  // the t10k files of a folder
  data::Notes notes;
  std::optional<tables::Effort> effort = {};  // of a table that is learnt by the recipe for tables
};

/// Whether an effort may hold each row back once: nothing is said of the rows that are held back.
bool deals_folds(const Settings& settings);

/// By class where there are classes, unless it is said otherwise. `classes`: one a row; empty: a regression.
data::Split choose_split(std::int64_t rows, std::span<const std::int64_t> classes, const Settings& settings);

/// A table that is to be learnt from, before any split.
struct TrainingTable {
  data::Table table;
  data::FitOptions fit;
  data::Notes notes;
};

/// Reads a CSV file. Throws UserError(Fault::data), and UserError(Fault::usage) for columns that it does not have.
TrainingTable read_training_table(const std::string& path, const Settings& settings);
/// What is learnt from the rows `among` (ascending) alone: their split, and the schema of those that are learnt from;
/// its notes. All rows of the table are encoded.
TrainingData fit_training_table(const TrainingTable& table, std::span<const std::int64_t> among,
                                const Settings& settings);
/// Splits of all rows for cross-validation: by group, by time or by class, as the settings say. Throws UserError as
/// data::make_folds.
std::vector<data::Split> folds_of(const TrainingTable& table, int folds, std::uint64_t seed, const Settings& settings);

}  // namespace gradus::cli
