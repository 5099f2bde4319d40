// Batch normalization: statistics over the rows of a batch in training, running ones in inference.
#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/learn/nn/layers/parts.hpp"

namespace gradus::nn {
namespace {

constexpr Key keys[] = {
    {.name = "momentum",
     .type = KeyType::number,
     .value = "0.1",
     .doc = "share of a batch in the running statistics",
     .range = {.low = 0, .high = 1, .low_open = true}},
    {.name = "epsilon",
     .type = KeyType::number,
     .value = "1e-05",
     .doc = "added to the variance",
     .range = kinds::not_negative},
    {.name = "plain", .type = KeyType::truth, .value = "false", .doc = "no weight and bias behind it"}};

/// `channels` numbers along axis 1 of values of rank `rank`.
Value along_channels(Value x, int rank) {
  Integers sizes(static_cast<std::size_t>(rank), 1);
  sizes[1] = x.shape()[0];
  return reshape(x, sizes);
}

struct Statistics {
  Value mean, variance;  // [channels]
};

/// Of the batch: every row, as sums over rows are always added up, in an order that does not depend on threads. The
/// running variance is unbiased, that of the batch is not, as PyTorch has it.
Statistics of_batch(const Layer& layer, Scope& scope, Value x, const Statistics& running) {
  const std::int64_t channels = x.shape()[1], count = x.shape().count() / channels;
  if (count == 1 && !scope.sketching()) {
    refuse(layer, "a batch of one row, " + to_string(x.type()) + ": one number a channel has no variance",
           "2 rows at least in every batch, the last of an epoch too", "a batch that leaves no single row at the end");
  }
  Integers axes{0};
  for (int axis = 2; axis < x.shape().rank(); ++axis) axes.push_back(axis);
  const Value center = mean(x, axes);
  scope.label(center, "batch_mean");
  const Value variance = mean(square(x - along_channels(center, x.shape().rank())), axes);
  scope.label(variance, "batch_variance");
  const double share = layer.keys().number("momentum"),
               unbiased = static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(count - 1, 1));
  scope.update(running.mean, (1 - share) * running.mean + share * center);
  scope.update(running.variance, (1 - share) * running.variance + (share * unbiased) * variance);
  return {center, variance};
}

Value build(const Layer& layer, Scope& scope, Value x) {
  const int rank = x.shape().rank();
  if (rank < 2) refuse(layer, to_string(x.type()), "[rows, channels, ...]", "give every sample a row");
  const std::int64_t channels = x.shape()[1];
  const bool plain = layer.keys().truth("plain");
  Value weight, bias;
  if (!plain) {
    weight = scope.parameter("weight", {channels}, layer.init.value_or(init::constant(1)));
    bias = scope.parameter("bias", {channels}, layer.bias_init.value_or(init::zeros()));
  }
  Statistics running;
  running.mean = scope.running("running_mean", {channels}, init::zeros());
  running.variance = scope.running("running_var", {channels}, init::constant(1));
  const Statistics by = scope.training() ? of_batch(layer, scope, x, running) : running;
  const Value deviation = sqrt(by.variance + layer.keys().number("epsilon"));
  const Value y = (x - along_channels(by.mean, rank)) / along_channels(deviation, rank);
  return plain ? y : y * along_channels(weight, rank) + along_channels(bias, rank);
}

}  // namespace

extern const LayerKind batch_norm_kind{{"batch_norm",
                                        "each channel less its mean over the batch, over its deviation; running ones "
                                        "in inference (Ioffe and Szegedy 2015; "
                                        "torch.nn.BatchNorm1d, BatchNorm2d)",
                                        keys},
                                       build,
                                       {.role = Role::block}};

Layer batch_norm(BatchNormOptions options) {
  return made(batch_norm_kind,
              {{"momentum", options.momentum}, {"epsilon", options.epsilon}, {"plain", !options.affine}});
}

}  // namespace gradus::nn
