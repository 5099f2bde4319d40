// Nets of convolutions and normalizations and their gradients, on every instruction set: near to the interpreter, and
// the same bits on any number of threads and in parts of whole leaves.
#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/ops/conv.hpp"
#include "gradus/core/ops/interpret.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/engine/backend/leaves.hpp"
#include "gradus/engine/cpu/kernels/instruction_set.hpp"
#include "gradus/engine/runtime/evaluate.hpp"
#include "tests/engine/cpu/kernels/highway/calls.hpp"

namespace gradus {
namespace {

struct Sizes {
  std::int64_t rows, channels, height, width, hidden;
  Integers kernel;
  ConvOptions options;
};

Tensor drawn(const Type& type, std::uint64_t seed) {
  Tensor out(type);
  std::uint64_t state = seed * 2654435761u + 12345;
  for (std::int64_t i = 0; i < out.count(); ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    out.set(i, static_cast<double>(state >> 40) / (1 << 24) - 0.5);
  }
  return out;
}

/// Two convolutions, each normalized over the batch, beside a shortcut of 1 x 1; the loss and all gradients.
struct Net {
  Graph graph;
  Values wanted;
  std::vector<Binding> bindings;

  Value input(const std::string& name, const Type& type) {
    const Value x = graph.input(name + std::to_string(bindings.size()), type);
    bindings.push_back({x, drawn(type, bindings.size() + 1)});
    return x;
  }
  static Value normalized(Value x, Value weight, Value bias) {
    const auto along = [](Value v) { return reshape(v, Shape{1, v.shape()[0], 1, 1}); };
    const Value centered = x - along(mean(x, {0, 2, 3}));
    const Value deviation = sqrt(mean(square(centered), {0, 2, 3}) + 1e-3);
    return centered / along(deviation) * along(weight) + along(bias);
  }
  Net(const Sizes& of, DType dtype) {
    const Value x = input("x", {dtype, {of.rows, of.channels, of.height, of.width}});
    Values parameters{x};
    const auto parameter = [&](const char* name, const Shape& shape) {
      return parameters.emplace_back(input(name, {dtype, shape}));
    };
    const auto layer = [&](Value y, const Shape& kernel, const ConvOptions& options) {
      const Value made = conv(y, parameter("w", kernel), options);
      const Value weight = parameter("scale", {kernel[0]}), bias = parameter("bias", {kernel[0]});
      return normalized(made, weight, bias);
    };
    const Value h = relu(layer(x, {of.hidden, of.channels, of.kernel[0], of.kernel[1]}, of.options));
    const Value y = layer(h, {of.hidden, of.hidden, 3, 3}, {.padding = {1}});
    const Value around = layer(h, {of.hidden, of.hidden, 1, 1}, {});
    const Value loss = mean(square(relu(y + around) - 0.25));
    wanted = {loss};
    for (const Value g : gradient(loss, parameters)) wanted.push_back(g);
  }
};

const Sizes all_sizes[] = {{3, 1, 9, 17, 3, {3, 3}, {.padding = {1}}},
                           {5, 3, 14, 15, 5, {5, 3}, {.stride = {2}, .padding = {2, 1}}},
                           {4, 5, 28, 29, 17, {3, 3}, {.stride = {2}, .padding = {1}}},
                           {2, 17, 10, 33, 16, {1, 1}, {.stride = {3}}},
                           {70, 4, 8, 7, 16, {3, 3}, {.stride = {1, 2}, .padding = {1}}},
                           {9, 2, 40, 70, 6, {2, 4}, {.stride = {3, 2}, .padding = {0, 3}}}};

TEST(Convolutions, AgreeWithTheInterpreterOnEveryInstructionSet) {
  for (const Sizes& of : all_sizes) {
    SCOPED_TRACE(std::to_string(of.rows) + " images of " + std::to_string(of.channels) + " channels");
    const Net net(of, DType::f64);
    const std::vector<Tensor> expected = interpret(net.wanted, net.bindings);
    for (const std::string_view set : instruction_sets()) {
      Engine engine({.threads = 2, .isa = set});
      const std::vector<Tensor> got = evaluate(engine, net.wanted, net.bindings);
      for (std::size_t i = 0; i < got.size(); ++i) {
        ASSERT_EQ(got[i].type(), expected[i].type());
        for (std::int64_t e = 0; e < got[i].count(); ++e) {
          ASSERT_NEAR(got[i].number(e), expected[i].number(e), 1e-11) << "value " << i << ", element " << e;
        }
      }
    }
  }
}

TEST(Convolutions, TheSameBitsOnAnyNumberOfThreads) {
  for (const Sizes& of : all_sizes) {
    const Net net(of, DType::f32);
    Engine one({.threads = 1});
    const std::vector<Tensor> expected = evaluate(one, net.wanted, net.bindings);
    for (const int threads : {2, 3, 16}) {
      Engine engine({.threads = threads});
      const std::vector<Tensor> got = evaluate(engine, net.wanted, net.bindings);
      for (std::size_t i = 0; i < got.size(); ++i) EXPECT_TRUE(same_bits(got[i], expected[i])) << "value " << i;
    }
  }
}

// The gradient of a batch is the sum of those of its halves, where these are whole leaves: in few parts and in many.
TEST(Convolutions, GradientsOfWholeLeavesAddUpToTheBitsOfTheBatch) {
  const Sizes sizes[] = {{2 * rows_per_leaf, 3, 20, 24, 8, {3, 3}, {}},
                         {2 * rows_per_leaf, 2, 9, 8, 5, {3, 3}, {}},
                         {2 * rows_per_leaf, 1, 5, 5, 40, {5, 5}, {}}};
  for (const Sizes& of : sizes) {
    const auto gradient_of = [&](std::int64_t first, std::int64_t rows) {
      Graph graph;
      const Shape image{of.rows, of.channels, of.height, of.width};
      const Shape made{of.rows, of.hidden, of.height - of.kernel[0] + 1, of.width - of.kernel[1] + 1};
      const auto part = [&](const Shape& shape, std::uint64_t seed) {
        const Tensor all = drawn({DType::f32, shape}, seed);
        Tensor some(DType::f32, shape.with(0, rows));
        const std::int64_t from = first * (some.count() / rows);
        for (std::int64_t i = 0; i < some.count(); ++i) some.set(i, all.number(from + i));
        return some;
      };
      const Value x = graph.input("x", {DType::f32, image.with(0, rows)}),
                  dy = graph.input("dy", {DType::f32, made.with(0, rows)});
      Engine engine({.threads = 2});
      return evaluate(engine, {conv_weight_grad(x, dy, of.kernel)}, {{x, part(image, 1)}, {dy, part(made, 2)}})[0];
    };
    const Tensor whole = gradient_of(0, of.rows), first = gradient_of(0, of.rows / 2),
                 second = gradient_of(of.rows / 2, of.rows / 2);
    for (std::int64_t i = 0; i < whole.count(); ++i) {
      ASSERT_EQ(whole.as<float>()[static_cast<std::size_t>(i)],
                first.as<float>()[static_cast<std::size_t>(i)] + second.as<float>()[static_cast<std::size_t>(i)])
          << "element " << i;
    }
  }
}

}  // namespace
}  // namespace gradus
