#include "gradus/learn/nn/spatial.hpp"

#include <cmath>
#include <numeric>

#include "gradus/core/ops/conv.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/pool.hpp"

namespace gradus::nn {
namespace {

/// "5x5"
std::string by(std::span<const std::int64_t> sizes) {
  std::string out;
  for (std::int64_t size : sizes) out += (out.empty() ? "" : "x") + std::to_string(size);
  return out;
}

bool all_are(const Integers& numbers, std::int64_t number) {
  return std::all_of(numbers.begin(), numbers.end(), [&](std::int64_t x) { return x == number; });
}

/// "2" where all numbers are the same, else "2x1".
std::string briefly(const Integers& numbers) {
  return all_are(numbers, numbers[0]) ? std::to_string(numbers[0]) : by(numbers);
}

/// One number for each of `axes` axes.
Integers checked(std::string_view layer, std::string_view what, const Integers& given, int axes, std::int64_t least) {
  const Integers numbers = for_each_axis(given, axes, least);
  if (numbers.size() == static_cast<std::size_t>(axes) && *std::min_element(numbers.begin(), numbers.end()) >= least) {
    return numbers;
  }
  throw UserError(Fault::usage, Report{std::string(layer), std::string(what) + " " + by(numbers),
                                       std::to_string(axes) + (axes == 1 ? " number" : " numbers") + " from " +
                                           std::to_string(least) + " on",
                                       std::to_string(std::max<std::int64_t>(least, 1))});
}

std::int64_t checked(std::string_view layer, std::string_view what, std::int64_t given) {
  return checked(layer, what, Integers{given}, 1, 1)[0];
}

void require_axes(const Layer& layer, Value x) {
  if (x.shape().rank() == layer.spatial_axes + 2) return;
  const bool flat = x.shape().rank() == 2;
  const char* expected = layer.spatial_axes == 1 ? "[rows, channels, length]" : "[rows, channels, height, width]";
  const std::string view = layer.spatial_axes == 1 ? "view 1x" + std::to_string(x.columns()) : "view 1x28x28";
  throw UserError(Fault::usage,
                  Report{layer.text.substr(0, layer.text.find(' ')), to_string(x.type()), expected,
                         flat ? "it before flatten and layers of a width, or a view first, such as \"" + view + "\""
                              : "the layer for this number of axes, or a view first"});
}

/// A layer that refuses what has another number of axes.
template <class Build> Layer spatial(std::string text, Layer::Kind kind, int axes, Build build) {
  Layer out{std::move(text), kind, {}, {}, axes};
  out.build = [self = Layer(out), build = std::move(build)](Scope& scope, Value x) {
    require_axes(self, x);
    return build(scope, x);
  };
  return out;
}

std::string text_of(const std::string& name, std::int64_t out, const Integers& kernel,
                    const gradus::ConvOptions& options, bool bias) {
  std::string text = name + " " + std::to_string(out) + " " + by(kernel);
  if (!all_are(options.stride, 1)) text += " stride " + briefly(options.stride);
  if (!all_are(options.padding, 0)) text += " pad " + briefly(options.padding);
  if (!all_are(options.dilation, 1)) text += " dilation " + briefly(options.dilation);
  if (options.groups != 1) text += " groups " + std::to_string(options.groups);
  return bias ? text : text + " nobias";
}

Layer conv_of(const std::string& name, int axes, std::int64_t out, const Integers& kernel_given,
              const ConvOptions& given) {
  const Integers kernel = checked(name, "kernel", kernel_given, axes, 1);
  const gradus::ConvOptions options{
      checked(name, "stride", given.stride, axes, 1), checked(name, "padding", given.padding, axes, 0),
      checked(name, "dilation", given.dilation, axes, 1), checked(name, "groups", given.groups)};
  checked(name, "channels", out);
  std::string text = text_of(name, out, kernel, options, given.bias);
  return spatial(std::move(text), Layer::Kind::width, axes, [=](Scope& scope, Value x) {
    const std::int64_t channels = x.shape()[1];
    if (channels % options.groups != 0 || out % options.groups != 0) {
      throw UserError(Fault::usage,
                      Report{name,
                             std::to_string(options.groups) + " groups for " + std::to_string(channels) +
                                 " channels in and " + std::to_string(out) + " out",
                             "a number that divides both", "groups " + std::to_string(std::gcd(channels, out))});
    }
    Integers sizes{out, channels / options.groups};
    sizes.insert(sizes.end(), kernel.begin(), kernel.end());
    const Value weight = scope.parameter("weight", Shape(sizes), given.init.value_or(init::torch_linear()));
    Value y = gradus::conv(x, weight, options);
    if (given.bias) {
      const Value bias = scope.parameter("bias", {out}, given.bias_init.value_or(init::zeros()));
      y = y + reshape(bias, axes == 1 ? Shape{out, 1} : Shape{out, 1, 1});
    }
    scope.label(y, "preactivation");
    return y;
  });
}

using Pool = Value (*)(Value, const gradus::PoolOptions&);

Layer pool_of(const std::string& name, int axes, Pool pool, const Integers& kernel_given, const PoolOptions& given) {
  const Integers kernel = checked(name, "kernel", kernel_given, axes, 1);
  const gradus::PoolOptions options{kernel,
                                    given.stride.empty() ? kernel : checked(name, "stride", given.stride, axes, 1),
                                    checked(name, "padding", given.padding, axes, 0)};
  std::string text = name + " " + briefly(kernel);
  if (options.stride != kernel) text += " stride " + briefly(options.stride);
  if (!all_are(options.padding, 0)) text += " pad " + briefly(options.padding);
  return spatial(std::move(text), Layer::Kind::other, axes, [=](Scope&, Value x) { return pool(x, options); });
}

Integers with_first(std::int64_t first, const Shape& rest) {
  Integers out{first};
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

}  // namespace

Layer conv(std::int64_t out, const Integers& kernel, const ConvOptions& options) {
  return conv_of("conv", 2, out, kernel, options);
}
Layer conv1d(std::int64_t out, const Integers& kernel, const ConvOptions& options) {
  return conv_of("conv1d", 1, out, kernel, options);
}
Layer max_pool(const Integers& kernel, const PoolOptions& options) {
  return pool_of("maxpool", 2, gradus::max_pool, kernel, options);
}
Layer max_pool1d(const Integers& kernel, const PoolOptions& options) {
  return pool_of("maxpool1d", 1, gradus::max_pool, kernel, options);
}
Layer avg_pool(const Integers& kernel, const PoolOptions& options) {
  return pool_of("avgpool", 2, gradus::avg_pool, kernel, options);
}
Layer avg_pool1d(const Integers& kernel, const PoolOptions& options) {
  return pool_of("avgpool1d", 1, gradus::avg_pool, kernel, options);
}

Layer view(const Shape& sample) {
  if (sample.count() < 1)
    throw UserError(Fault::usage, Report{"view", to_string(sample), "sizes from 1 on", "view 1x28x28"});
  return {"view " + by(sample.sizes()), Layer::Kind::other,
          [sample](Scope&, Value x) { return reshape(x, with_first(x.rows(), sample)); }};
}

namespace {

/// The first layer that does not take numbers one by one, as activations and dropout do; nullptr when there is none.
const Layer* first_layer(const Layer& net) {
  if (net.kind != Layer::Kind::sequence) {
    const bool one_by_one = net.kind == Layer::Kind::activation || net.text.starts_with("dropout ");
    return one_by_one ? nullptr : &net;
  }
  for (const Layer& layer : net.children) {
    if (const Layer* found = first_layer(layer)) return found;
  }
  return nullptr;
}

}  // namespace

int axes_taken(const Layer& net) {
  const Layer* const first = first_layer(net);
  return first ? first->spatial_axes : 0;
}

Shape input_of(const Layer& net, const Shape& sample) {
  const int axes = axes_taken(net);
  if (axes == 2 && sample.rank() == 2) return Shape(with_first(1, sample));
  if (axes == 2 && sample.rank() == 1) {
    const auto side = static_cast<std::int64_t>(std::sqrt(static_cast<double>(sample[0])));
    if (side * side == sample[0]) return {1, side, side};
  }
  if (axes == 1 && sample.rank() == 1) return {1, sample[0]};
  return sample;
}

}  // namespace gradus::nn
