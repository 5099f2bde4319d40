// How good a model is on rows that it was not trained on, and what it predicts. Any number of threads may call these at
// once, with one engine and one model: who finds the engine's threads busy computes alone, with the same bits.
#pragma once

#include <optional>
#include <string>

#include "gradus/engine/runtime/engine.hpp"
#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/train/evaluation.hpp"
#include "gradus/learn/train/trained_model.hpp"

namespace gradus {

/// The model of one of several targets alone, which evaluates, predicts and explains it as any model.
TrainedModel target_model(const TrainedModel& model, std::size_t target);
/// `dataset` with that target of the model alone. Throws UserError(Fault::data) where it has none of its name.
data::Dataset with_target(const TrainedModel& model, std::size_t target, data::Dataset dataset);
/// What predict() gave of that target.
Tensor target_columns(const TrainedModel& model, std::size_t target, const Tensor& prediction);

/// The mean loss and metrics of `model` on `dataset`: those asked for, else metric::usual_metrics. Classes are matched
/// by their names; rows of a class that the model does not know count as wrong and are not in the loss
/// (Evaluation::unseen). Of several targets the weighted sum of the losses, and the metrics of each, which begin with
/// its name ("price/r2"). Throws UserError(Fault::data) when the rows do not fit the model, have no targets, there are
/// none, or none of a known class.
Evaluation evaluate(Engine& engine, const TrainedModel& model, const data::Dataset& dataset,
                    const metric::Metrics& metrics = {}, metric::Intervals intervals = metric::Intervals::usual);

/// [rows, outputs] in the model's dtype: probabilities for classifiers; for regression the encoded target (see
/// in_units). No rows give no rows. Throws UserError(Fault::data) when the rows do not fit the model.
Tensor predict(Engine& engine, const TrainedModel& model, const data::Dataset& dataset);
/// features: f32 or f64 [rows, columns], encoded as the model wants them.
Tensor predict(Engine& engine, const TrainedModel& model, const Tensor& features);

/// What predict() gave as people read it, f64. Regression: [rows, outputs] in the units of the data, decoded by the
/// schema's scaling in f64; of several targets beside one another. Classification: [rows, classes] probabilities;
/// of a single output those of both classes. Each number has as few digits as stand for the model's (see
/// data::shortest_decoded), so that its shortest text is short.
Tensor in_units(const TrainedModel& model, const Tensor& prediction);
Evaluation in_units(const TrainedModel& model, Evaluation evaluation);
/// evaluate() with errors and R2 in the units of the data, whatever the target's encoder.
Evaluation evaluate_in_units(Engine& engine, const TrainedModel& model, const data::Dataset& dataset,
                             const metric::Metrics& metrics = {},
                             metric::Intervals intervals = metric::Intervals::usual);
/// `targets` decoded where the encoder of the target is not linear, so that errors of them are in units; else the same.
data::Dataset decoded_targets(const data::Schema& schema, data::Dataset targets);

/// What guessing gives: the share of each class, of which the most frequent is the likeliest, or the mean of the
/// target, both of the rows `train`. There is no loss. REQUIRES: rows.
Evaluation baseline(const data::Dataset& train, const data::Dataset& test, const metric::Metrics& metrics = {});

}  // namespace gradus
