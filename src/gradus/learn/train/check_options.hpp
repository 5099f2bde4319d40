// What train() refuses before the first step, and what it chooses when it is not told.
#pragma once

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/train/options.hpp"

namespace gradus {

/// Throws UserError(Fault::usage) that names the option, the value and the range.
void check_options(const TrainOptions& options);

/// Throws UserError(Fault::data) for no rows, no targets, or targets that do not belong to the features.
void check_dataset(const data::Dataset& dataset);

/// The loss of `options`; else cross-entropy for classes (on logits of one output: binary), mse for numbers.
/// Throws UserError when a net with so many outputs cannot learn the targets of `dataset`.
loss::Loss choose_loss(const TrainOptions& options, const data::Dataset& dataset, std::int64_t outputs);

}  // namespace gradus
