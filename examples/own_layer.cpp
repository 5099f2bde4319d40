// A layer of one's own is a function from Values to Values; its gradient comes by itself. Learns y = x0 x1, which a
// linear model cannot.
#include <cstdio>
#include <gradus/gradus.hpp>
using namespace gradus;

int main() {
  auto gated = nn::layer("gated", [](nn::Scope& s, Value x) {
    auto w = s.parameter("weight", {x.columns(), x.columns()}, init::xavier_uniform());
    return sigmoid(matmul(x, w)) * x;
  });

  data::Dataset points;
  points.features = Tensor(DType::f32, {400, 2});
  points.has_targets = true;
  points.targets = Tensor(DType::f32, {400, 1});
  for (int i = 0; i < 400; ++i) {
    const double x0 = (i % 20 - 9.5) / 10, x1 = (i / 20 - 9.5) / 10;
    points.features.set(2 * i, x0);
    points.features.set(2 * i + 1, x1);
    points.targets.set(i, x0 * x1);
  }

  Engine engine({.threads = 1});
  const TrainOptions options{.optimizer = optim::adam({.learning_rate = 0.01}), .batch = 40, .epochs = 100};
  auto linear = train(engine, nn::sequential({nn::linear(1)}), points, options);
  auto own = train(engine, nn::sequential({nn::linear(8), gated, nn::linear(1)}), points, options);
  std::printf("linear: %s\n", describe(evaluate(engine, linear.model, points)).c_str());
  std::printf("gated:  %s\n", describe(evaluate(engine, own.model, points)).c_str());
  return evaluate(engine, own.model, points).at("r2") > 0.95 ? 0 : 1;
}
