// Trained models as .gradus files (format: learn/io/model_file.hpp), all that TrainedModel has but the optimizer's
// state.
#pragma once

#include <optional>
#include <string>

#include "gradus/learn/io/model_file.hpp"
#include "gradus/learn/json/value.hpp"
#include "gradus/learn/train/trained_model.hpp"

namespace gradus::io {

/// Writes the file as a whole or not at all. Throws UserError(Fault::failure); Fault::usage for a loss of one's own,
/// and for a path that cannot be written.
void save(const TrainedModel& model, OutputFile& file);
void save(const TrainedModel& model, const std::string& path);

struct Loaded {
  TrainedModel model;
  std::vector<std::string> notes;            // conversions
  std::vector<NotFiniteNumbers> not_finite;  // the weights that are NaN or infinite, by tensor
};

/// What a file may want of the program that loads it.
struct LoadOptions {
  nn::LayerKinds layers = {};  // kinds of the program's own
  loss::LossKinds losses = {};
  std::optional<nn::Layer> net = {};  // for layers that are functions of the program, which a file cannot hold
};

/// Throws UserError(Fault::model_file).
Loaded load_with_notes(const std::string& path, const LoadOptions& options = {});
TrainedModel load(const std::string& path, const LoadOptions& options = {});

/// The document in the file's metadata but for the hashes of rows, for inspect.
json::Value describe_model(const TrainedModel& model);

}  // namespace gradus::io
