// Lecture 4: losses, gradient descent, learning rates.
#include <cmath>

#include "gradus/engine/runtime/program.hpp"
#include "tests/worked_examples/bench.hpp"

namespace gradus::worked_examples {
namespace {

void logistic_2(Bench& b) {
  const Value bias = b.input("b"), w1 = b.element("w", 0), w2 = b.element("w", 1), x1 = b.element("x", 0);
  const Value x2 = b.element("x", 1), h = bias + w1 * x1 + w2 * x2, yhat = sigmoid(h);
  b.want("h", h), b.want("sigma", yhat), b.want("dsigma_dh", gradient(yhat, {h})[0]);
  const auto target = [&](double y, const std::string& end) {
    const Value loss = -(y * log(yhat) + (1 - y) * log(1 - yhat));
    const Values d = gradient(loss, {yhat, h, bias, w1, w2});
    const char* names[] = {"dyhat", "dh", "db", "dw1", "dw2"};
    b.want("CE" + end, loss);
    for (std::size_t i = 0; i < d.size(); ++i) b.want(std::string("dCE_") + names[i] + end, d[i]);
  };
  target(1, "_y1"), target(0, "_y0");
  b.compute();
}

/// One step of gradient descent on loss(w), to be run again and again: w and the loss before each step.
class Descent {
 public:
  Descent(Bench& b, const Shape& shape, double rate, Value (*f)(Bench&, Value))
      : b_(b), program_(b.engine(), {graph(shape, rate, f)}) {}
  void start(const Tensor& w) { program_.write("w", w.cast(b_.dtype())); }
  void step() { program_.run(0); }
  Tensor w() const { return program_.read("w"); }
  double loss() const { return program_.output(0, "loss").number(); }

 private:
  Graph graph(const Shape& shape, double rate, Value (*f)(Bench&, Value)) {
    Graph g;
    const Value w = g.state({.name = "w", .type = {b_.dtype(), shape}}), L = f(b_, w);
    g.output("loss", L), g.next(w, w - rate * gradient(L, {w})[0]);
    return g;
  }
  Bench& b_;
  Program program_;
};

void learning_rates(Bench& b) {
  const auto loss = [](Bench& bench, Value w) { return square(w - bench.number("target")); };
  for (std::int64_t i = 0; i < b.tensor("eta").count(); ++i) {
    Descent descent(b, {}, b.number("eta", i), loss);
    descent.start(b.tensor("w0"));
    for (int step = 0; step < 5; ++step) {
      descent.step();
      b.append("w", descent.w().number());
    }
  }
}

void one_rate(Bench& b) {
  const auto loss = [](Bench& bench, Value w) {
    return 0.5 * sum(w.graph->constant(bench.tensor("curvature").cast(bench.dtype())) * square(w));
  };
  const char* names[] = {"w_after_eta_00199", "w_after_eta_00201"};
  for (std::int64_t i = 0; i < 2; ++i) {
    Descent descent(b, Shape{2}, b.number("eta", i), loss);
    descent.start(b.tensor("w0"));
    for (double step = 0; step < b.number("steps"); ++step) descent.step();
    b.give(names[i], descent.w().numbers());
  }
}

Value two_valleys(Bench&, Value w) { return pow(w, 4) - 2 * square(w) + 0.3 * w; }

void local_minimum(Bench& b) {
  for (std::int64_t i = 0; i < 2; ++i) {
    Descent descent(b, {}, b.number("eta"), two_valleys);
    descent.start(Tensor(b.number("w0", i)));
    for (double step = 0; step < b.number("steps"); ++step) descent.step();
    b.append("w", descent.w().number());
    descent.step();
    b.append("f", descent.loss());
  }
}

void losses(Bench& b) {
  const Value y = b.input("y"), yhat = b.input("yhat"), t = b.input("y_class"), p = b.input("p");
  const auto both = [&](const std::string& name, Value loss, Value x) {
    b.want(name, loss), b.want("d" + name, gradient(loss, {x})[0]);
  };
  both("MSE", mean(square(y - yhat)), yhat);
  both("MAE", mean(abs(y - yhat)), yhat);
  both("half_SSE", 0.5 * sum(square(y - yhat)), yhat);
  const Value samples = -(t * log(p) + (1 - t) * log(1 - p));
  b.want("logloss_per_sample", samples);
  both("logloss", mean(samples), p);
  b.compute();
}

const Recipe recipes[] = {{"logreg2", logistic_2},
                          {"004-learning-rate-regimes", learning_rates},
                          {"004-one-rate-for-all", one_rate},
                          {"004-local-minimum", local_minimum},
                          {"losses", losses}};

}  // namespace

std::span<const Recipe> recipes_004() { return recipes; }

}  // namespace gradus::worked_examples
