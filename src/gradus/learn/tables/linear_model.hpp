// Linear models that are solved rather than trained: ridge regression and logistic regression with a penalty on
// weights.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"
#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/data/schema.hpp"
#include "gradus/learn/data/split.hpp"

namespace gradus::tables {

/// y = weight x + bias: the number, or the logit of each class.
struct LinearModel {
  std::int64_t outputs = 1, features = 0;
  std::vector<double> weight;  // [outputs, features]
  std::vector<double> bias;    // [outputs]
};

struct LinearFit {
  LinearModel model;              // of all rows of the splits
  double penalty = 0;             // that was best on the rows held back
  std::vector<double> held_back;  // [rows, outputs]: what models of the other rows give; of no use for rows that are
                                  // never held back
};

/// The features that a linear model is given: all but those that only bend a number.
std::vector<bool> linear_features(const data::Schema& schema);

/// Features are those with `used`; they are standardized inside. Minimizes over weights the mean of (y - t)^2, or the
/// mean cross-entropy, plus the penalty times the sum of squared weights (times 1/2 for classes). Nothing where there
/// are more than 1,000 such features, or none. REQUIRES: f32 or f64 features and targets; splits with rows held back.
std::optional<LinearFit> fit_linear(const data::Dataset& rows, std::span<const data::Split> splits,
                                    const std::vector<bool>& used);

}  // namespace gradus::tables
