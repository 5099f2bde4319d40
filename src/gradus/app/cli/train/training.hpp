// What `train` says: the choices before it begins, and the outcome.
#pragma once

#include <optional>
#include <string>

#include "gradus/app/cli/arguments/settings.hpp"
#include "gradus/app/cli/evaluate/compare.hpp"
#include "gradus/app/cli/inputs/load_data.hpp"
#include "gradus/learn/json/value.hpp"
#include "gradus/learn/train/train.hpp"

namespace gradus::cli {

/// Everything that is fixed before the first step.
struct Training {
  std::string data;           // path
  std::string model;          // path
  bool model_chosen = false;  // by us, not by -o
  Settings said, complete;
  std::int64_t parameters = 0;
  std::string net;  // with the output layer
  int threads = 1;
  std::string precision_reason = {};          // where it was chosen for this machine
  std::optional<double> gradient_error = {};  // of bf16 products, on the first batch, relative
  std::string memory = {};                    // how it keeps within a budget, if it was given one
};

/// The choices, each with the flag that overrides it where it was inferred; wrapped to `width`.
std::string choices_text(const Training& training, const TrainingData& data, int width);

/// What every training says of its data: rows, target, inputs, columns that are not used.
std::string data_text(const Settings& said, const std::string& path, const TrainingData& data, int width);

/// A model on some rows, beside simpler means.
std::string comparison_text(const Comparison& comparison, int width);
/// The commands that use the model.
std::string next_commands(const Training& training, const data::Schema& schema);
/// " (12.3 KB)", "" of what has no size.
std::string size_text(const std::string& path);
/// "label      text", wrapped.
std::string line(const std::string& label, const std::string& text, int width);

struct Outcome {
  const Run& run;
  std::vector<Comparison> comparisons;
  int signal = 0;  // that asked to stop
};

std::string outcome_text(const Training& training, const TrainingData& data, const Outcome& outcome, int width);
json::Value outcome_json(const Training& training, const TrainingData& data, const Outcome& outcome);

/// {"optimizer.rate": "0.001", ...}: all settings as texts, defaults included.
json::Value settings_json(const Settings& settings);

}  // namespace gradus::cli
