// Squares of differences.
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/learn/nn/losses/parts.hpp"

namespace gradus::loss {
namespace {

Value half_squares(const kinds::Kind& loss, Value prediction, Value target) {
  return 0.5 * square(difference(loss, prediction, target));
}

}  // namespace

extern const LossKind mse_kind{{"mse", "mean over rows and outputs of (y - t)^2 (torch.nn.MSELoss)"},
                               [](const Keys&, Value y, Value t) { return mean(square(difference(mse_kind, y, t))); },
                               {.takes = Takes::numbers}};

extern const LossKind half_squared_kind{
    {"half_squared", "mean over rows of the row's sum of (y - t)^2 / 2"},
    [](const Keys&, Value y, Value t) { return mean_of_rows(half_squares(half_squared_kind, y, t)); },
    {.takes = Takes::numbers}};

extern const LossKind half_squared_sum_kind{
    {"half_squared_sum", "sum over rows and outputs of (y - t)^2 / 2: its step grows with the batch"},
    [](const Keys&, Value y, Value t) { return sum(half_squares(half_squared_sum_kind, y, t)); },
    {.takes = Takes::numbers, .sums = true}};

const Loss mse{kinds::make(mse_kind)};
const Loss half_squared{kinds::make(half_squared_kind)};
const Loss half_squared_sum{kinds::make(half_squared_sum_kind)};

}  // namespace gradus::loss
