// How good a model is on rows that it was not trained on, and what it predicts.
#pragma once

#include <optional>
#include <string>

#include "gradus/engine/runtime/engine.hpp"
#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/train/evaluation.hpp"
#include "gradus/learn/train/trained_model.hpp"

namespace gradus {

/// The mean loss and metrics over `model` on `dataset`. Throws UserError(Fault::data) when the rows do not fit the
/// model, have no targets, or there are none.
Evaluation evaluate(Engine& engine, const TrainedModel& model, const data::Dataset& dataset);

/// [rows, outputs] in the model's dtype: probabilities for classifiers; for regression the encoded target (see
/// in_units). No rows give no rows. Throws UserError(Fault::data) when the rows do not fit the model.
Tensor predict(Engine& engine, const TrainedModel& model, const data::Dataset& dataset);
/// features: f32 or f64 [rows, columns], encoded as the model wants them.
Tensor predict(Engine& engine, const TrainedModel& model, const Tensor& features);

/// Predictions of a regression model in the units of the data, by the schema's scaling; others as they are.
Tensor in_units(const TrainedModel& model, Tensor prediction);
Evaluation in_units(const TrainedModel& model, Evaluation evaluation);

/// What guessing gives: the majority class, or the mean of the target, both of the rows given.
/// REQUIRES: rows.
Evaluation baseline(const data::Dataset& train, const data::Dataset& test);

}  // namespace gradus
