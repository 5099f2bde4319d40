// Images keep the height and width that their file says.
#include <gtest/gtest.h>

#include <cmath>

#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

data::Dataset images(std::int64_t rows, std::int64_t height, std::int64_t width) {
  data::Dataset out;
  out.source = "images";
  out.features = Tensor(DType::u8, {rows, height, width});
  for (std::int64_t i = 0; i < out.features.count(); ++i) out.features.set(i, static_cast<double>((37 * i + 11) % 256));
  out.divisor = 255;
  out.task = data::Task::classification;
  out.has_targets = true;
  out.targets = Tensor(DType::i64, {rows});
  for (std::int64_t r = 0; r < rows; ++r) out.targets.set(r, static_cast<double>(r % 2));
  out.class_names = {"a", "b"};
  return out;
}

/// The logits of one image by loops: a convolution with `kernel` [channels, 1, kh, kw], then a linear layer.
std::vector<double> by_loops(const data::Dataset& of, std::int64_t row, const nn::Model& model) {
  const Tensor &kernel = *model.find("0.weight"), &kernel_bias = *model.find("0.bias");
  const Tensor &weight = *model.find("1.weight"), &bias = *model.find("1.bias");
  const std::int64_t height = of.features.shape()[1], width = of.features.shape()[2];
  const std::int64_t channels = kernel.shape()[0], kh = kernel.shape()[2], kw = kernel.shape()[3];
  std::vector<double> convolved;
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t y = 0; y + kh <= height; ++y) {
      for (std::int64_t x = 0; x + kw <= width; ++x) {
        double sum = kernel_bias.number(c);
        for (std::int64_t i = 0; i < kh; ++i) {
          for (std::int64_t j = 0; j < kw; ++j) {
            sum +=
                of.features.number((row * height + y + i) * width + x + j) / 255 * kernel.number((c * kh + i) * kw + j);
          }
        }
        convolved.push_back(sum);
      }
    }
  }
  std::vector<double> out;
  for (std::int64_t o = 0; o < 2; ++o) {
    double sum = bias.number(o);
    for (std::size_t i = 0; i < convolved.size(); ++i) {
      sum += convolved[i] * weight.number(o * std::ssize(convolved) + static_cast<std::int64_t>(i));
    }
    out.push_back(sum);
  }
  return out;
}

TEST(Images, AreConvolvedInTheirOwnShape) {
  Engine engine({.threads = 1});
  for (const auto& [height, width] : {std::pair<std::int64_t, std::int64_t>(3, 12), {12, 3}, {2, 8}, {7, 5}}) {
    const data::Dataset rows = images(12, height, width);
    const auto run = train(engine, nn::with_output(nn::parse_net("conv 3 2x3"), 2), rows,
                           {.batch = 4, .epochs = 2, .dtype = DType::f64});
    EXPECT_EQ(run.model.network.input, (Shape{1, height, width}));
    EXPECT_EQ(run.model.network.find("1.weight")->shape(), (Shape{2, 3 * (height - 1) * (width - 2)}));
    const Tensor predicted = predict(engine, run.model, rows);
    for (std::int64_t r = 0; r < 12; ++r) {
      const auto z = by_loops(rows, r, run.model.network);
      EXPECT_NEAR(predicted.number(2 * r + 1), 1 / (1 + std::exp(z[0] - z[1])), 1e-12);
    }
  }
}

TEST(Images, AreTooLowForAKernelThatWouldFitTheirSquare) {
  Engine engine({.threads = 1});
  test::expect_refusal(
      Fault::usage,
      [&] { train(engine, nn::with_output(nn::parse_net("conv 2 4x4"), 2), images(8, 2, 18), {.epochs = 1}); }, "conv");
}

TEST(Images, OfARowNetAreRowsOfNumbers) {
  Engine engine({.threads = 1});
  for (const char* net : {"5 relu", "view 1x6x6, conv 2 3x3 relu", "conv1d 2 3"}) {
    const auto run = train(engine, nn::with_output(nn::parse_net(net), 2), images(8, 4, 9), {.epochs = 1});
    EXPECT_EQ(run.model.network.input.count(), 36) << net;
    EXPECT_NE(run.model.network.input, (Shape{1, 4, 9})) << net;
  }
}

}  // namespace
}  // namespace gradus
