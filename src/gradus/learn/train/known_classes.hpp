// The classes of a dataset as a model numbers them.
#pragma once

#include <string>
#include <vector>

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/train/trained_model.hpp"

namespace gradus {

/// The class number of rows whose class a model does not know.
inline constexpr std::int64_t unseen_class = -1;

/// The targets of `dataset`, one or several, without its features; classes have the numbers of `model`, found by their
/// names (a dataset without names has them already). Throws UserError(Fault::data) that names the row of a class number
/// outside the names. REQUIRES: the task of the model, and targets.
data::Dataset targets_for(const TrainedModel& model, const data::Dataset& dataset);

struct ClassRows {
  std::string name;
  std::int64_t rows = 0;
};

/// The classes of `dataset` that `model` does not know and that rows have: most rows first. `targets`: targets_for().
std::vector<ClassRows> unseen_classes(const data::Dataset& dataset, const data::Dataset& targets);

/// "wolf (5 rows), fox (1 row)", and how many more there are beyond ten.
std::string list_classes(const std::vector<ClassRows>& classes);

}  // namespace gradus
