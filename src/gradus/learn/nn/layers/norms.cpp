// Normalization of each row by itself: nothing to remember between steps.
#include <limits>
#include <numeric>

#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/learn/nn/layers/parts.hpp"

namespace gradus::nn {
namespace {

constexpr Key epsilon_key{.name = "epsilon",
                          .type = KeyType::number,
                          .value = "1e-05",
                          .doc = "added to the variance",
                          .range = kinds::not_negative};
constexpr Key plain_key{
    .name = "plain", .type = KeyType::truth, .value = "false", .doc = "no weight and bias behind it"};
constexpr Key layer_keys[] = {{.name = "axes",
                               .type = KeyType::whole,
                               .value = "1",
                               .doc = "so many of the last axes; 0: all but the rows",
                               .range = {.low = 0, .high = max_rank}},
                              epsilon_key,
                              plain_key};
constexpr Key group_keys[] = {{.name = "groups",
                               .type = KeyType::whole,
                               .value = "2",
                               .doc = "of channels, each normalized by itself",
                               .range = size_range,
                               .required = true,
                               .bare = true},
                              epsilon_key,
                              plain_key};
constexpr Key rms_keys[] = {{.name = "epsilon",
                             .type = KeyType::number,
                             .value = "0",
                             .doc = "added to the mean square; 0: from 1 to the next number of the precision",
                             .range = kinds::not_negative},
                            plain_key};

/// (x - mean) / sqrt(variance + epsilon) over `axes`; the variance is biased.
Value normalized(Value x, const Integers& axes, double epsilon) {
  const Value d = x - mean(x, axes, true);
  return d / sqrt(mean(square(d), axes, true) + epsilon);
}

Integers last_axes(Value x, std::int64_t count) {
  Integers axes(static_cast<std::size_t>(count));
  std::iota(axes.begin(), axes.end(), x.shape().rank() - count);
  return axes;
}

Value build_layer_norm(const Layer& layer, Scope& scope, Value x) {
  const std::int64_t given = layer.keys().whole("axes"), most = x.shape().rank() - 1;
  const std::int64_t count = given == 0 ? most : given;
  if (count < 1 || count > most) {
    refuse(layer, std::to_string(given) + " axes of " + to_string(x.type()),
           "at most the " + std::to_string(most) + " behind the rows", "axes 0: all of them");
  }
  const Value y = normalized(x, last_axes(x, count), layer.keys().number("epsilon"));
  if (layer.keys().truth("plain")) return y;
  const Shape shape(x.shape().sizes().subspan(static_cast<std::size_t>(x.shape().rank() - count)));
  const Value weight = scope.parameter("weight", shape, layer.init.value_or(init::constant(1)));
  const Value bias = scope.parameter("bias", shape, layer.bias_init.value_or(init::zeros()));
  return y * weight + bias;
}

Value build_group_norm(const Layer& layer, Scope& scope, Value x) {
  const std::int64_t groups = layer.keys().whole("groups");
  const std::int64_t channels = x.shape()[1];
  if (channels % groups != 0) {
    refuse(
        layer,
        std::to_string(groups) + " groups of the " + std::to_string(channels) + " channels of " + to_string(x.type()),
        "a number that divides them", "group_norm " + std::to_string(std::gcd(groups, channels)));
  }
  const Value parts = reshape(x, Integers{x.rows(), groups, x.shape().count() / x.rows() / groups});
  const Value y = reshape(normalized(parts, {2}, layer.keys().number("epsilon")), x.shape());
  if (layer.keys().truth("plain")) return y;
  Integers along(static_cast<std::size_t>(x.shape().rank() - 1), 1);
  along[0] = channels;
  const Value weight = scope.parameter("weight", {channels}, layer.init.value_or(init::constant(1)));
  const Value bias = scope.parameter("bias", {channels}, layer.bias_init.value_or(init::zeros()));
  return y * reshape(weight, along) + reshape(bias, along);
}

Value build_rms_norm(const Layer& layer, Scope& scope, Value x) {
  double epsilon = layer.keys().number("epsilon");
  if (epsilon == 0)
    epsilon = x.dtype() == DType::f64 ? std::numeric_limits<double>::epsilon() : std::numeric_limits<float>::epsilon();
  const Value y = x / sqrt(mean(square(x), {x.shape().rank() - 1}, true) + epsilon);
  if (layer.keys().truth("plain")) return y;
  return y * scope.parameter("weight", {x.shape().last()}, layer.init.value_or(init::constant(1)));
}

}  // namespace

extern const LayerKind layer_norm_kind{
    {"layer_norm", "each row less its mean, over its deviation (Ba et al. 2016; torch.nn.LayerNorm)", layer_keys},
    build_layer_norm,
    {.role = Role::block}};
extern const LayerKind group_norm_kind{
    {"group_norm", "the same by groups of channels (Wu and He 2018; torch.nn.GroupNorm)", group_keys},
    build_group_norm,
    {.role = Role::block}};
extern const LayerKind rms_norm_kind{
    {"rms_norm", "over the root of the mean square of the last axis (Zhang and Sennrich 2019; torch.nn.RMSNorm)",
     rms_keys},
    build_rms_norm,
    {.role = Role::block}};

Layer layer_norm(std::int64_t axes, NormOptions options) {
  return made(layer_norm_kind, {{"axes", axes}, {"epsilon", options.epsilon}, {"plain", !options.affine}});
}
Layer group_norm(std::int64_t groups, NormOptions options) {
  return made(group_norm_kind, {{"groups", groups}, {"epsilon", options.epsilon}, {"plain", !options.affine}});
}
Layer rms_norm(NormOptions options) {
  return made(rms_norm_kind, {{"epsilon", options.epsilon}, {"plain", !options.affine}});
}

}  // namespace gradus::nn
