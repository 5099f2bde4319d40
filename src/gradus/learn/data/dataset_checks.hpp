// What must hold of the numbers in a dataset before a network sees them, each trouble with its row.
#pragma once

#include "gradus/learn/data/dataset.hpp"

namespace gradus::data {

/// Throws UserError(Fault::data) with row (from 1) and column of the first feature or target that is not finite.
void require_finite(const Dataset& dataset);

/// Throws UserError(Fault::data) with the row (from 1) of the first class number outside [0, dataset.classes()), and
/// for codes below 0. REQUIRES: targets.
void require_classes(const Dataset& dataset);

}  // namespace gradus::data
