// What train() refuses before the first step.
#pragma once

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/train/options.hpp"

namespace gradus {

/// Throws UserError(Fault::usage) that names the option, the value and the range.
void check_options(const TrainOptions& options);

/// Throws UserError(Fault::data) for no rows, no targets, or targets that do not belong to the features.
void check_dataset(const data::Dataset& dataset);

}  // namespace gradus
