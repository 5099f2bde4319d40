// A trained network beside simpler means, so that one knows whether a network was needed.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gradus/app/cli/inputs/load_data.hpp"
#include "gradus/learn/train/train.hpp"

namespace gradus::cli {

/// How good the model is on one set of rows, and what simpler means reach there. All in units of the data.
struct Comparison {
  std::string rows;  // "validation", "test", "training"
  Evaluation model, guess;
  std::optional<Evaluation> linear;
};

/// On the validation rows (the training rows where none were held back), and on the test rows of images.
/// For tables a linear model is trained for a moment too.
std::vector<Comparison> compare(Engine& engine, const Run& run, const TrainingData& data, const TrainOptions& options);

/// What guessing from the targets of `learnt` gives on `rows`, in units of the data.
Evaluation guess_in_units(const data::Schema& schema, const data::Dataset& learnt, const data::Dataset& rows,
                          const metric::Metrics& metrics);

/// Of several targets the results of each under its name. `of` evaluates one: its schema, its number, its metrics;
/// nothing as soon as one has nothing.
std::optional<Evaluation> each_target(
    const data::Schema& schema, const metric::Metrics& metrics, std::int64_t rows,
    const std::function<std::optional<Evaluation>(const data::Schema&, std::size_t, const metric::Metrics&)>& of);

/// The rows with their targets but without large features: what a guess looks at.
data::Dataset targets_of(const data::Dataset& rows);

}  // namespace gradus::cli
