// How good outputs and predictions are on rows that were held back.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/data/split.hpp"

namespace gradus::tables {

/// The mean over all rows held back of the squared error, or of the cross-entropy of softmax(outputs). [rows, outputs].
double loss_of_outputs(const data::Dataset& rows, std::span<const data::Split> splits, std::span<const double> outputs);
/// The same of predictions: numbers, or probabilities.
double loss_of_predictions(const data::Dataset& rows, std::span<const data::Split> splits,
                           std::span<const double> predictions);
/// Logits as probabilities, row by row.
std::vector<double> softmax_rows(std::vector<double> logits, std::size_t outputs);

}  // namespace gradus::tables
