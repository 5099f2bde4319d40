// Logistic regression for any number of classes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/tables/matrix.hpp"

namespace gradus::tables {

/// Weights [classes, x.columns] that minimize the mean cross-entropy of softmax(x W') over the rows `learnt`, plus
/// penalty / 2 times the sum of their squares without the last column, which is the bias. From `start` (nothing: zeros)
/// by L-BFGS (Nocedal 1980), at most 60 iterations.
std::vector<double> fit_logistic(const Matrix& x, const data::Dataset& rows, std::span<const std::int64_t> learnt,
                                 double penalty, std::vector<double> start);

}  // namespace gradus::tables
