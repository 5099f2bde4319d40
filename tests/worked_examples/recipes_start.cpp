// How training starts: initial weights, standardized columns.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "gradus/learn/data/schema.hpp"
#include "gradus/learn/nn/activations.hpp"
#include "gradus/learn/train/own_loop.hpp"
#include "tests/worked_examples/bench.hpp"

namespace gradus::worked_examples {
namespace {

/// The net of the car slides, 3-3-2-1, all weights from `init`.
nn::Model car_net(const Bench& b, bool bias, const init::Init& init, const nn::Layer& activation, bool last) {
  const auto dense = [&](std::int64_t units) { return nn::linear(units, {.bias = bias, .init = init}); };
  std::vector<nn::Layer> layers{dense(3), activation, dense(2), activation, dense(1)};
  if (last) layers.push_back(activation);
  return nn::make_model(nn::sequential(std::move(layers)), Shape{3}, {.dtype = b.dtype()});
}

/// The net in the bench's graph: its parameters are inputs by name.
struct Built {
  Value yhat, J;
  std::map<std::string, Value> parameters;
};

Built build(Bench& b, const nn::Model& model) {
  Built out;
  const Value X = b.input("X"), y = b.input("y");
  for (const nn::Parameter& parameter : model.parameters) {
    out.parameters[parameter.name] = b.input(parameter.name, parameter.value.cast(DType::f64));
  }
  Value x = X;
  for (const nn::Layer& layer : model.net.nets) {
    const std::string name = std::to_string(&layer - model.net.nets.data());
    const auto weight = out.parameters.find(name + ".weight"), bias = out.parameters.find(name + ".bias");
    if (weight == out.parameters.end()) {
      nn::Scope scope(b.graph(), nn::Mode::inference, b.dtype());
      x = layer.build(scope, x);
      b.want("O" + std::to_string(&layer - model.net.nets.data()), x);
      continue;
    }
    x = matmul(x, transpose(weight->second));
    if (bias != out.parameters.end()) x = x + bias->second;
  }
  out.yhat = x, out.J = loss::half_squared_sum.build(x, y);
  return out;
}

/// The gradient of J by a weight, in x out as on the slides.
Value slide_gradient(const Built& net, const std::string& name) {
  return transpose(gradient(net.J, {net.parameters.at(name)})[0]);
}

void zero_tanh(Bench& b) {
  const Built net = build(b, car_net(b, true, init::zeros(), nn::tanh(), true));
  const auto with_bias = [&](const std::string& layer) {  // the bias as the last row
    const Value weight = slide_gradient(net, layer + ".weight"),
                bias = gradient(net.J, {net.parameters.at(layer + ".bias")})[0];
    return concatenate(std::vector{weight, reshape(bias, Shape{1, bias.columns()})}, 0);
  };
  b.want("yhat", net.yhat), b.want("J", net.J);
  b.want("dJ_dW1_and_b1", with_bias("0")), b.want("dJ_dW2_and_b2", with_bias("2"));
  b.want("dJ_dW3", slide_gradient(net, "4.weight")),
      b.want("dJ_db3", gradient(net.J, {net.parameters.at("4.bias")})[0]);
  b.compute();
}

void zero_sigmoid(Bench& b) {
  const Built net = build(b, car_net(b, false, init::zeros(), nn::sigmoid(), false));
  b.want("yhat", net.yhat), b.want("dJ_dW3", slide_gradient(net, "4.weight"));
  b.want("dJ_dW2", slide_gradient(net, "2.weight")), b.want("dJ_dW1", slide_gradient(net, "0.weight"));
  b.compute();
  b.give("O2", b.produced().at("O3"));  // layers count from 0, activations too
}

template <class T> double one_step(CompiledStep& step, const Bench& b) {
  const Tensor x = b.tensor("X").cast(dtype_of<T>()), y = b.tensor("y").cast(dtype_of<T>());
  return step(x.as<T>(), y.as<T>());
}

void constant(Bench& b) {
  const nn::Model model = car_net(b, false, init::constant(b.number("weights")), nn::tanh(), true);
  const Built net = build(b, model);
  b.want("J", net.J), b.want("dJ_dW1", slide_gradient(net, "0.weight"));
  b.want("dJ_dW2", slide_gradient(net, "2.weight")), b.want("dJ_dW3", slide_gradient(net, "4.weight"));
  b.compute();
  // half_squared divides by the rows, as the slide's alpha (1/n) dJ/dW does.
  auto step =
      compile_step(b.engine(), model, loss::half_squared, optim::gradient_descent(b.number("alpha")), {.rows = 4});
  for (double i = 0; i < b.number("steps"); ++i)
    b.dtype() == DType::f32 ? one_step<float>(step, b) : one_step<double>(step, b);
  const char* names[] = {"W1_after", "W2_after", "W3_after"};
  for (int layer = 0; layer < 3; ++layer) {
    const Tensor weight = *step.model().find(std::to_string(2 * layer) + ".weight");  // [out, in]
    const std::int64_t out = weight.shape()[0], in = weight.shape()[1];
    for (std::int64_t i = 0; i < in; ++i) {
      for (std::int64_t o = 0; o < out; ++o) b.append(names[layer], weight.number(o * in + i));
    }
  }
  b.give("J_after", b.number("n") * (b.dtype() == DType::f32 ? one_step<float>(step, b) : one_step<double>(step, b)));
}

/// The expected values are five standard errors; the numbers drawn must lie within them.
void normal(Bench& b) {
  const double n = b.number("N");
  const auto measure = [&](double std) {
    Tensor drawn(b.dtype(), Shape{static_cast<std::int64_t>(n)});
    init::fill(init::normal(std), drawn.view(), 1, "weight");
    double sum = 0, squares = 0;
    for (double x : drawn.numbers()) sum += x, squares += x * x;
    return std::pair{sum / n, std::sqrt(squares / n - sum / n * sum / n)};
  };
  const double mean_error = 5 * 0.01 / std::sqrt(n), std_error = 5 / std::sqrt(2 * n);
  const auto [mean, std] = measure(0.01);
  EXPECT_LT(std::abs(mean), mean_error);
  EXPECT_LT(std::abs(std / 0.01 - 1), std_error);
  EXPECT_LT(std::abs(measure(0.1).first), 5 * 0.1 / std::sqrt(n));
  b.give("mean_tolerance_if_std_001", mean_error), b.give("std_relative_tolerance", std_error);
  b.give("mean_tolerance_if_variance_001", 5 * 0.1 / std::sqrt(n));
}

data::Table table(std::vector<std::pair<std::string, std::vector<double>>> columns) {
  data::Table out;
  out.source = "worked example", out.rows = static_cast<std::int64_t>(columns[0].second.size());
  for (auto& [name, numbers] : columns) {
    data::Column column;
    column.name = name, column.numbers = numbers, column.facts.numbers = numbers.size();
    out.columns.push_back(std::move(column));
  }
  return out;
}

std::vector<double> column(const Tensor& matrix, std::int64_t at) {
  std::vector<double> out;
  for (std::int64_t row = 0; row < matrix.shape()[0]; ++row) out.push_back(matrix.number(row * matrix.shape()[1] + at));
  return out;
}

/// The schema of a table, fitted on all its rows.
data::Schema fit(const data::Table& of, const std::string& target) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(of.rows));
  std::iota(rows.begin(), rows.end(), 0);
  data::FitOptions options;
  options.target = target, options.task = data::Task::regression;
  options.columns = {{"km"}, {"fuel"}};  // in the second example a count of rows, and one number
  return data::fit_schema(of, rows, options).schema;
}

void standardize(Bench& b) {
  const Tensor& X = b.tensor("X");
  const auto sample = [](double population, double n) { return population * std::sqrt(n / (n - 1)); };
  const auto cars =
      table({{"km", column(X, 0)}, {"fuel", column(X, 1)}, {"age", column(X, 2)}, {"price", {1, 2, 3, 4, 5}}});
  const data::Schema schema = fit(cars, "price");
  for (const data::ColumnEncoding& of : schema.columns) {
    b.append("mean", of.scaling.mean), b.append("std_population", of.scaling.deviation);
    b.append("std_sample", sample(of.scaling.deviation, 5));
  }
  b.give("X_standardised_population", data::encode(schema, cars, b.dtype()).dataset.features.numbers());
  const auto prices = table(
      {{"km", {1, 2, 3, 4}}, {"fuel", b.tensor("fuel_first_4_rows").numbers()}, {"price", b.tensor("y").numbers()}});
  const data::Schema four = fit(prices, "price");
  b.give("y_mean", four.target.scaling.mean), b.give("y_std_population", four.target.scaling.deviation);
  b.give("y_std_sample", sample(four.target.scaling.deviation, 4));
  const data::Dataset encoded = data::encode(four, prices, b.dtype()).dataset;
  b.give("y_standardised_population", encoded.targets.numbers());
  b.give("fuel_first_4_rows_standardised", column(encoded.features, 1));
}

const Recipe recipes[] = {{"003-init-zero-tanh", zero_tanh},
                          {"003-init-zero-sigmoid", zero_sigmoid},
                          {"init_constant", constant},
                          {"init_normal", normal},
                          {"standardise", standardize}};

}  // namespace

std::span<const Recipe> recipes_start() { return recipes; }

}  // namespace gradus::worked_examples
