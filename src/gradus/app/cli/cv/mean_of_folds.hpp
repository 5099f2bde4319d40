// The scores of folds as one, with its uncertainty.
#pragma once

#include <span>
#include <vector>

#include "gradus/learn/nn/metric.hpp"

namespace gradus::cli {

/// A metric over the folds that have a number for it.
struct MeanScore {
  metric::Result mean;     // with the interval, where there are two numbers or more; a table is the sum of all
  double spread = 0;       // standard deviation over the folds
  std::int64_t folds = 0;  // that have a number
};

/// The 95 % intervals are the corrected resampled t intervals of Nadeau and Bengio (2003): folds share rows that are
/// learnt from, so that the variance of the mean of J scores is (1/J + held back / learnt) s^2, not s^2/J. They are cut
/// where no score can be. `held_per_learnt`: held back / learnt, the mean over the folds.
std::vector<MeanScore> mean_of_folds(std::span<const metric::Results> folds, double held_per_learnt);

/// The same of the differences a - b, metric by metric, fold by fold.
std::vector<MeanScore> mean_of_differences(std::span<const metric::Results> a, std::span<const metric::Results> b,
                                           double held_per_learnt);

}  // namespace gradus::cli
