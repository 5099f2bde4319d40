// Training with products of bf16 matrices and f32 master weights.
#include <gtest/gtest.h>

#include <numeric>

#include "gradus/core/base/random.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/gradient_error.hpp"
#include "gradus/learn/train/saved_model.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus {
namespace {

/// Ten clouds in 64 dimensions that overlap: not all rows can be told apart.
data::Dataset clouds(std::int64_t rows, std::uint64_t step) {
  constexpr std::int64_t columns = 64, classes = 10;
  Tensor centers(DType::f32, {classes, columns}), noise(DType::f32, {rows, columns});
  fill_normal({5, 0, 0}, 0, centers.as<float>());
  fill_normal({5, step, 1}, 0, noise.as<float>());
  data::Dataset out;
  out.source = "clouds";
  out.features = Tensor(DType::f32, {rows, columns});
  out.task = data::Task::classification;
  out.has_targets = true;
  out.targets = Tensor(DType::i64, {rows});
  for (std::int64_t c = 0; c < classes; ++c) out.class_names.push_back(std::to_string(c));
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::int64_t c = 7 * r % classes;
    out.targets.set(r, static_cast<double>(c));
    for (std::int64_t i = 0; i < columns; ++i) {
      out.features.set(r * columns + i, centers.number(c * columns + i) * 0.4 + noise.number(r * columns + i));
    }
  }
  return out;
}

Run train_clouds(DType products) {
  Engine engine({.threads = 2});
  return train(engine, nn::with_output(nn::parse_net("48 relu"), 10), clouds(2000, 1),
               {.batch = 64, .epochs = 6, .validation = 0, .seed = 3, .products = products});
}

TEST(Bf16Training, ReachesTheAccuracyOfF32) {
  const gradus::Run f32 = train_clouds(DType::f32), bf16 = train_clouds(DType::bf16);
  Engine engine({.threads = 2});
  const auto test = clouds(2000, 2);
  const double a = evaluate(engine, f32.model, test).at("accuracy"),
               b = evaluate(engine, bf16.model, test).at("accuracy");
  EXPECT_GT(a, 0.85);
  EXPECT_LT(a, 0.99);
  EXPECT_NEAR(a, b, 0.01);
  EXPECT_FALSE(same_bits(f32.model.network.parameters[0].value, bf16.model.network.parameters[0].value));
  EXPECT_EQ(bf16.model.network.parameters[0].value.dtype(), DType::f32);
}

TEST(Bf16Training, KeepsItsPrecisionInTheModelFile) {
  const test::TemporaryFolder folder;
  const gradus::Run run = train_clouds(DType::bf16);
  io::save(run.model, folder.path("m.gradus"));
  const TrainedModel back = io::load(folder.path("m.gradus"));
  EXPECT_EQ(back.network.products, DType::bf16);
  EXPECT_EQ(back.network.dtype, DType::f32);
  Engine engine({.threads = 1});
  const auto rows = clouds(100, 2);
  const Tensor predicted = predict(engine, run.model, rows);
  EXPECT_TRUE(same_bits(predict(engine, back, rows), predicted));
  TrainedModel wide = back;
  wide.network.products = DType::f32;
  EXPECT_FALSE(same_bits(predict(engine, wide, rows), predicted));
}

TEST(Bf16Training, GradientErrorIsThatOfEightBits) {
  const auto dataset = clouds(64, 1);
  Engine engine({.threads = 2});
  std::vector<std::int64_t> rows(64);
  std::iota(rows.begin(), rows.end(), 0);
  // Of ReLU it is more: where a rounding takes a unit over 0, all of its part of the gradient comes or goes.
  const auto error = [&](DType products) {
    const nn::Model model = nn::make_model(nn::with_output(nn::parse_net("48 tanh, dropout 0.1"), 10), {64},
                                           {.seed = 1, .products = products});
    return gradient_error(engine, model, loss::cross_entropy, dataset, rows, 1);
  };
  EXPECT_EQ(error(DType::f32), 0);
  EXPECT_GT(error(DType::bf16), 1e-4);  // a rounding is at most 2^-9 = 0.002
  EXPECT_LT(error(DType::bf16), 1e-2);
}

TEST(Precision, IsOneWord) {
  EXPECT_THROW(nn::make_model(nn::parse_net("2"), {2}, {.dtype = DType::f64, .products = DType::bf16}), UserError);
  for (const DType of : {DType::f32, DType::f64, DType::bf16}) {
    const auto [dtype, products] = nn::split_precision(of);
    EXPECT_EQ(nn::precision_of(nn::make_model(nn::parse_net("2"), {2}, {.dtype = dtype, .products = products})), of);
  }
}

}  // namespace
}  // namespace gradus
