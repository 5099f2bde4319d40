// A network inside a program with a loop of its own: it learns sin(x) from samples that arrive one at a time.
#include <cmath>
#include <cstdio>
#include <gradus/gradus.hpp>
using namespace gradus;

int main() {
  Engine engine({.threads = 1});
  auto net = nn::sequential({nn::linear(32), nn::tanh(), nn::linear(1)});
  auto model = nn::make_model(net, /* inputs of a sample */ {1}, {.seed = 1});
  auto step = compile_step(engine, model, loss::mse, optim::sgd({.learning_rate = 0.05}), {.rows = 1});

  double sum = 0;
  for (int i = 1; i <= 20000; ++i) {
    const float x = static_cast<float>(std::fmod(i * 0.754877666, 1.0) * 6 - 3), y = std::sin(x);
    sum += step(std::span(&x, 1), std::span(&y, 1));  // spans in, no allocation
    if (i % 5000 == 0) {
      std::printf("%5d samples: mean loss %.5f\n", i, sum / 5000);
      sum = 0;
    }
  }
  const float x = 1;
  const double y = step.predict(std::span(&x, 1))[0];
  std::printf("sin(1) = %.4f, the network says %.4f\n", std::sin(1.0), y);
  return std::fabs(y - std::sin(1.0)) < 0.1 ? 0 : 1;
}
