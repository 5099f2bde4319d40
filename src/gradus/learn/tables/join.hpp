// Models as one that gives the mean of what they give.
#pragma once

#include <vector>

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/nn/model.hpp"
#include "gradus/learn/tables/linear_model.hpp"

namespace gradus::tables {

/// The mean of the models, of classes that of their probabilities; of a single one itself. REQUIRES: nets that are
/// sequences, of one input and one type; one at least.
nn::Model join(std::vector<nn::Model> members, data::Task task);

/// The same as a net of a linear layer for `dtype`.
nn::Model as_net(const LinearModel& linear, DType dtype);

/// The answer that looks at nothing: the mean of the target, or the share of each class as a logit, of these rows.
LinearModel trivial_answer(const data::Dataset& rows, std::span<const std::int64_t> learnt);

}  // namespace gradus::tables
