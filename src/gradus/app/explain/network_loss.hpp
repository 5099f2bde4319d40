// The loss of a network on rows of its data as an unfused graph, in f64 and with dropout off: what is explained and
// checked.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "gradus/core/ops/interpret.hpp"
#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/train/trained_model.hpp"

namespace gradus::explain {

/// `model` with its parameters in f64.
TrainedModel in_f64(TrainedModel model);

struct NetworkLoss {
  std::unique_ptr<Graph> graph;   // the values below belong to it
  Value loss, prediction;         // [], [rows, outputs]
  Value features, target;         // inputs; no target of several
  Values parameters;              // in the model's order
  std::vector<Binding> bindings;  // of the parameters, then features and inputs, then targets
};

/// REQUIRES: row numbers (from 0) inside `dataset`, which has targets. Throws UserError when they do not fit the net.
NetworkLoss network_loss(const TrainedModel& model, const data::Dataset& dataset, std::span<const std::int64_t> rows);

}  // namespace gradus::explain
