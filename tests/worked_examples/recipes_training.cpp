// What the training interfaces compute: optimizers, steps, stopping rules, mini-batches.
#include <cmath>
#include <map>

#include "gradus/core/ops/index.hpp"
#include "gradus/engine/runtime/program.hpp"
#include "gradus/learn/train/own_loop.hpp"
#include "gradus/learn/train/step.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/worked_examples/bench.hpp"

namespace gradus::worked_examples {
namespace {

/// x W' (+ b) with one output and the given parameters.
nn::Model one_output(const Bench& b, std::int64_t inputs, bool bias,
                     const std::map<std::string, std::vector<double>>& values) {
  nn::Model model =
      nn::make_model(nn::sequential({nn::linear(1, {.bias = bias})}), Shape{inputs}, {.dtype = b.dtype()});
  for (const auto& [name, numbers] : values) {
    Tensor& parameter = *model.find(name);
    parameter = Tensor::from(parameter.shape(), numbers, b.dtype());
  }
  return model;
}

/// A step from inside somebody's own loop, in the bench's dtype.
template <class T> double step_as(CompiledStep& step, const Tensor& x, const Tensor& y) {
  const Tensor xs = x.cast(dtype_of<T>()), ys = y.cast(dtype_of<T>());
  return step(xs.as<T>(), ys.as<T>());
}
double one_step(const Bench& b, CompiledStep& step, const Tensor& x, const Tensor& y) {
  return b.dtype() == DType::f32 ? step_as<float>(step, x, y) : step_as<double>(step, x, y);
}

nn::Model logistic(const Bench& b) {
  return one_output(b, 1, true, {{"0.weight", {b.number("w")}}, {"0.bias", {b.number("b")}}});
}

void sgd_steps(Bench& b) {
  auto step = compile_step(b.engine(), logistic(b), loss::binary_cross_entropy_with_logits,
                           optim::gradient_descent(b.number("eta")));
  for (int i = 0; i < 4; ++i) {
    b.append("L_before_and_after", one_step(b, step, b.tensor("x"), b.tensor("y")));
    if (i == 3) break;
    b.append("w_after", step.model().find("0.weight")->number());
    b.append("b_after", step.model().find("0.bias")->number());
  }
}

void adam_steps(Bench& b) {
  const auto optimizer = optim::adam({.learning_rate = b.number("lr"),
                                      .beta1 = b.number("beta1"),
                                      .beta2 = b.number("beta2"),
                                      .epsilon = b.number("eps")});
  const nn::Model model = logistic(b);
  const StepSlots slots;
  Program program(b.engine(),
                  {training_step(slots, model, loss::binary_cross_entropy_with_logits, optimizer, {.rows = 1})});
  for (const nn::Parameter& parameter : model.parameters) program.write(parameter.name, parameter.value);
  program.input(0, slots.features).set(0, b.number("x"));
  program.input(0, slots.target).set(0, b.number("y"));
  program.input(0, slots.learning_rate).set(0, b.number("lr"));
  for (int i = 0; i < 3; ++i) {
    program.input(0, slots.key).set(1, i);
    program.run(0);
    for (const char* parameter : {"0.weight", "0.bias"}) {
      b.append("w_b_after", program.read(parameter).number());
      b.append("m_after", program.read(state_name(parameter, "m")).number());
      b.append("v_after", program.read(state_name(parameter, "v")).number());
    }
  }
}

void linear_regression(Bench& b) {
  const nn::Model start = one_output(b, 2, false, {{"0.weight", b.tensor("w0").numbers()}});
  auto step = compile_step(b.engine(), start, loss::mse, optim::gradient_descent(b.number("eta")), {.rows = 4});
  for (int done = 0; done <= 1000; ++done) {
    const Tensor w = *step.model().find("0.weight");
    const double loss = one_step(b, step, b.tensor("X"), b.tensor("y"));  // at w
    if (done == 0) b.give("L0", loss);
    if (done == 1) b.give("w_after_1", w.numbers());
    if (done != 1 && done != 2 && done != 10 && done != 1000) continue;
    b.append("w_after_1_2_10_1000", w.number(0)), b.append("w_after_1_2_10_1000", w.number(1));
    b.append("L_after_1_2_10_1000", loss);
  }
  // The least squares: far enough down with a rate near the largest that converges.
  auto rest = compile_step(b.engine(), start, loss::mse, optim::gradient_descent(0.1), {.rows = 4});
  for (int i = 0; i < 2000; ++i) b.give("L_least_squares", one_step(b, rest, b.tensor("X"), b.tensor("y")));
  b.give("w_least_squares", rest.model().find("0.weight")->numbers());
  const Value w = b.input("w0"), X = b.input("X"), y = b.input("y");
  b.want("gradient0", gradient(mean(square(sum(X * w, {1}) - y)), {w})[0]);
  b.compute();
}

/// The gradient of the mean squared error over some rows at w.
Value batch_gradient(Value X, Value y, Value w, std::initializer_list<double> rows) {
  const Value index = X.graph->constant(Tensor::from(Shape{static_cast<std::int64_t>(rows.size())}, rows, DType::i64));
  return gradient(mean(square(sum(gather(X, index) * w, {1}) - gather(y, index))), {w})[0];
}

void mini_batches(Bench& b) {
  const Value X = b.input("X"), y = b.input("y"), w = b.input("w");
  Value total, squares, sample_squares;
  const Value full = batch_gradient(X, y, w, {0, 1, 2, 3});
  const auto add = [](Value& sum, Value term) { sum = sum ? sum + term : term; };
  for (double row = 0; row < 4; ++row) {
    const Value of = batch_gradient(X, y, w, {row});
    b.want("per_sample_gradients", of), add(sample_squares, square(of - full));
  }
  const std::int64_t batches = b.tensor("batches_0_based").shape()[0];
  for (std::int64_t i = 0; i < batches; ++i) {
    const Value of =
        batch_gradient(X, y, w, {b.number("batches_0_based", 2 * i), b.number("batches_0_based", 2 * i + 1)});
    b.want("batch_gradients", of), add(total, of), add(squares, square(of - full));
  }
  b.want("mean_of_batches", total / 6), b.want("full_gradient", full);
  b.want("w_after_batch_0_2", w - b.input("eta") * batch_gradient(X, y, w, {0, 2}));
  b.want("variance_of_batches", squares / 6), b.want("variance_of_samples", sample_squares / 4);
  b.compute();
}

data::Dataset single(const Bench& b, double x, double y) {
  data::Dataset out;
  out.source = "one row";
  out.features = Tensor::from(Shape{1, 1}, {x}, b.dtype()), out.targets = Tensor::from(Shape{1, 1}, {y}, b.dtype());
  out.has_targets = true, out.feature_names = {"x"};
  return out;
}

/// Trains w on (w - target)^2 from w0.
Run descend(Bench& b, double rate, double tolerance, std::int64_t steps = 0) {
  const TrainOptions options{.loss = loss::mse,
                             .optimizer = optim::gradient_descent(rate),
                             .batch = 0,
                             .epochs = 1000,
                             .steps = steps,
                             .tolerance = tolerance,
                             .validation = 0,
                             .dtype = b.dtype()};
  return train(b.engine(), one_output(b, 1, false, {{"0.weight", {b.number("w0")}}}), single(b, 1, b.number("target")),
               options);
}

void stopping_rule(Bench& b) {
  const auto w = [](const Run& run) { return run.model.network.find("0.weight")->number(); };
  const double rate = b.number("eta"), eps = b.number("eps");
  for (int steps = 1; steps <= 4; ++steps) b.append("first_steps_w", w(descend(b, rate, eps, steps)));
  const Run stopped = descend(b, rate, eps);
  const auto steps = stopped.model.record.steps;
  b.give("stop_iteration", static_cast<double>(steps)), b.give("w_stop", w(stopped));
  b.give("last_step", std::abs(w(stopped) - w(descend(b, rate, eps, steps - 1))));
  b.give("stop_iteration_if_eps_is_3_over_2048", static_cast<double>(descend(b, rate, 3.0 / 2048).model.record.steps));
  const Run slow = descend(b, 1e-6, eps);
  b.give("w_stop_if_eta_is_1e_6", w(slow));
  b.give("stop_iteration_if_eta_is_1e_6", static_cast<double>(slow.model.record.steps));
}

/// Rows (sample gradients) of the first step, and the steps of an epoch.
StepReport first_step(Bench& b, std::int64_t batch) {
  const auto n = static_cast<std::int64_t>(b.number("n"));
  data::Dataset rows = single(b, 0, 0);
  rows.features = Tensor(b.dtype(), Shape{n, 1}), rows.targets = Tensor(b.dtype(), Shape{n, 1});
  StepReport first;
  TrainOptions options{.loss = loss::mse,
                       .optimizer = optim::gradient_descent(0.1),
                       .batch = batch,
                       .epochs = 1,
                       .validation = 0,
                       .dtype = b.dtype()};
  options.observers.emplace_back().on_step = [&](const StepReport& report) {
    if (report.step == 1) first = report;
  };
  train(b.engine(), one_output(b, 1, false, {{"0.weight", {1}}}), rows, options);
  return first;
}

void cost(Bench& b) {
  const StepReport gd = first_step(b, 0), sgd = first_step(b, static_cast<std::int64_t>(b.number("b")));
  b.give("gd_per_step", static_cast<double>(gd.rows)), b.give("sgd_per_step", static_cast<double>(sgd.rows));
  b.give("sgd_steps_per_pass", static_cast<double>(sgd.steps_per_epoch));
}

const Recipe recipes[] = {{"logreg_sgd", sgd_steps},    {"logreg_adam", adam_steps}, {"linreg_gd", linear_regression},
                          {"linreg_sgd", mini_batches}, {"gd_stop", stopping_rule},  {"cost", cost}};

}  // namespace

std::span<const Recipe> recipes_training() { return recipes; }

}  // namespace gradus::worked_examples
