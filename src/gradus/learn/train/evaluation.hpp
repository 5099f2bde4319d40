// The numbers that say how good a model is.
#pragma once

#include <cstdint>
#include <string>

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/nn/metric.hpp"
#include "gradus/learn/nn/scores.hpp"

namespace gradus {

struct Evaluation {
  data::Task task = data::Task::regression;
  std::int64_t rows = 0;
  double loss = 0;  // mean over the rows (for half_squared_sum: the sum)
  /// In the order in which they were asked for; of the encoded target unless in_units() was called;
  /// of a training whose schema has a target that is not linear, as a logarithm: in units of the data.
  metric::Results metrics = {};
  std::int64_t unseen = 0;        // rows of classes that the model does not know: wrong, and not in the loss
  nn::NotFinite not_finite = {};  // in a classification they count as wrong

  /// The number of the metric's result `name`: at("accuracy"). Throws UserError(Fault::usage) where there is none, or
  /// none of that name.
  double at(std::string_view name) const;
};

/// "accuracy 88.12 % (95 %: 87.47 to 88.74), loss 0.3341, 10000 rows"
/// "R2 0.9012, mean error 1205, MSE 2.1e+06, loss 0.0987, 54 rows"
std::string describe(const Evaluation& evaluation);

}  // namespace gradus
