// Files as the rows that a network learns from or is tried on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradus/app/cli/arguments/settings.hpp"
#include "gradus/app/cli/inputs/training_table.hpp"
#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/data/csv/table_stream.hpp"
#include "gradus/learn/data/note.hpp"
#include "gradus/learn/data/schema.hpp"
#include "gradus/learn/data/split.hpp"
#include "gradus/learn/train/trained_model.hpp"

namespace gradus::cli {

/// Reads a CSV file, a folder with the four IDX files, or one with images in one sub-folder a label. Throws
/// UserError(Fault::data).
TrainingData load_for_training(const std::string& path, const Settings& settings);

/// The files that are read when `path` is given as data: itself, those of a folder of images, the labels beside images.
std::vector<std::string> files_of_data(const std::string& path);

struct Rows {
  data::Dataset dataset;
  data::Notes notes;
  std::optional<data::Table> table;        // the cells, where they were asked for and there are any
  std::vector<std::int64_t> dropped = {};  // rows of the file, from 0, that are left out since they have no target
};

enum class KeepTable { no, yes };

/// The rows at `path` as `model` wants them: a CSV file ("-": standard input), or for images a folder of them, one with
/// t10k files, a PNG or JPEG file, or an IDX file of images (its labels, when needed, beside it). `rules`: what was
/// said of how to read a CSV file. Throws UserError(Fault::data).
Rows load_for_model(const TrainedModel& model, const std::string& path, data::WantTarget target,
                    KeepTable keep = KeepTable::no, const data::RuleChoices& rules = {});

/// The CSV file at `path` as `model`, of a table, wants it, for predictions. Throws UserError(Fault::data).
data::TableStream stream_for_model(const TrainedModel& model, const std::string& path, const data::RuleChoices& rules);

/// "28 x 28 numbers"; "3 x 64 x 48 numbers (red, green, blue; height; width)".
std::string image_text(const Shape& image);

/// The schema of a model from a file. Throws UserError(Fault::model_file) when it has none.
const data::Schema& schema_of(const TrainedModel& model);

}  // namespace gradus::cli
