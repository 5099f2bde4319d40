// The numbers that say how good a model is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/nn/metrics.hpp"

namespace gradus {

struct Evaluation {
  data::Task task = data::Task::regression;
  std::int64_t rows = 0;
  double loss = 0;                // mean over the rows (for half_squared_sum: the sum)
  std::int64_t correct = 0;       // classification
  double accuracy = 0;            // correct / rows
  nn::Interval interval = {};     // 95 %, Wilson
  double mse = 0, mae = 0;        // regression; of the encoded target unless in_units() was called
  std::optional<double> r2 = {};  // nothing when the target is constant
  std::int64_t unseen = 0;        // rows of classes that the model does not know: wrong, and not in the loss
  nn::NotFinite not_finite = {};  // in a classification they count as wrong
};

/// "accuracy 88.12 % (95 %: 87.47 to 88.74), loss 0.3341, 10000 rows"
/// "R2 0.9012, MAE 1204.5, MSE 2.1e+06, loss 0.0987, 54 rows"
std::string describe(const Evaluation& evaluation);

}  // namespace gradus
