// Training in one call: a trainer that is driven until a rule ends it.
#pragma once

#include "gradus/learn/train/trainer.hpp"

namespace gradus {

// Trainings and predictions of other threads may run on the same engine at the same time: a step that finds the
// engine's threads busy is computed by the calling thread alone, with the same bits.

/// Trains `net` (all layers, the output layer too) on `dataset` from initial weights. A sigmoid or softmax that the
/// loss misses is added as its last layer, and said in Run::notes (see agree.hpp). Throws UserError before the first
/// step for options out of range, a net that does not fit the data or the loss, an empty dataset; Diverged later.
Run train(Engine& engine, const nn::Layer& net, const data::Dataset& dataset, const TrainOptions& options = {});
/// Goes on from the parameters of `model` (the optimizer begins anew).
Run train(Engine& engine, const nn::Model& model, const data::Dataset& dataset, const TrainOptions& options = {});

}  // namespace gradus
