// Lecture 3: perceptron, activation functions, softmax, small graphs.
#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/softmax.hpp"
#include "tests/worked_examples/bench.hpp"

namespace gradus::worked_examples {
namespace {

void perceptron(Bench& b) {
  const Value x = b.input("x"), w = b.input("w"), threshold = b.input("threshold");
  const Value weighted = sum(x * w, {1}), biased = weighted - threshold;
  b.want("weighted_sum", weighted), b.want("output", step(biased)), b.want("bias_form", biased);
  b.compute();
}

void sigmoid_neuron(Bench& b) {
  const Value x = b.input("x"), w = b.input("w"), bias = b.input("b"), z = sum(x * w, {1}) + bias;
  b.want("z", z), b.want("output", sigmoid(z));
  b.want("output_w_b_times_10", sigmoid(sum(x * (10 * w), {1}) + 10 * bias));
  b.compute();
}

/// The function's values and slopes at x.
void curve(Bench& b, const std::string& name, Value y, Value x, const std::string& slope) {
  b.want(name, y), b.want(slope, gradient(sum(y), {x})[0]);
}

void activations(Bench& b) {
  const Value x = b.input("x");
  curve(b, "sigmoid", sigmoid(x), x, "dsigmoid");
  curve(b, "tanh", tanh(x), x, "dtanh");
  curve(b, "relu", relu(x), x, "drelu");
  b.compute();
}

void tanh_extreme(Bench& b) {
  const Value x = b.input("x");
  curve(b, "out", tanh(x), x, "derivative");
  b.compute();
}

void relu_variants(Bench& b) {
  const Value x = b.input("x");
  curve(b, "elu", elu(x, b.number("elu_alpha")), x, "delu");
  curve(b, "softplus", softplus(x), x, "dsoftplus");
  const Value slope = broadcast_to(b.input("prelu_a"), x.shape()), out = prelu(x, slope);
  curve(b, "prelu", out, x, "dprelu_dx");
  b.want("dprelu_da", gradient(sum(out), {slope})[0]);
  b.want("selu", selu(x)), b.want("relu6", clamp(x, 0, 6));
  b.compute();
}

void softmax_jacobian(Bench& b) {
  const Value x = b.input("x"), y = softmax(x);
  b.want("softmax", y), b.want("total", sum(y));
  for (int i = 0; i < 3; ++i) {
    const Value row = gradient(sum(slice(y, 0, i, i + 1)), {x})[0];
    b.want("jacobian", row), b.want("row_sums", sum(row));
  }
  b.want("dL_dx", gradient(y, std::vector{x}, b.input("incoming"))[0]);
  b.compute();
}

void softmax_stability(Bench& b) {
  b.want("softmax", softmax(b.input("x")));
  b.compute();
}

void softmax_cross_entropy(Bench& b) {
  const Value x = b.input("x");
  const auto target = static_cast<std::int64_t>(b.number("target_class"));
  const Value L = sum(-slice(log_softmax(x), 0, target, target + 1));
  b.want("p", softmax(x)), b.want("L", L), b.want("dL_dx", gradient(L, {x})[0]);
  b.compute();
}

void half_squared(Bench& b) {
  const Value y = b.input("y"), yhat = b.input("yhat"), J = 0.5 * square(y - yhat);
  b.want("J", J), b.want("dJ_dyhat", gradient(J, {yhat})[0]);
  b.compute();
}

void descent_x2_y3(Bench& b) {
  Value x = b.input("x"), y = b.input("y");
  const Value rate = b.input("eta");
  const auto f = [](Value u, Value v) { return square(u) + pow(v, 3); };
  b.want("z", f(x, y)), b.want("gradient", {gradient(f(x, y), {x})[0], gradient(f(x, y), {y})[0]});
  for (int step = 0; step < 3; ++step) {
    const Values d = gradient(f(x, y), {x, y});
    x = x - rate * d[0], y = y - rate * d[1];
    b.want("points", {x, y}), b.want("z_after", f(x, y));
  }
  b.compute();
}

void chain_rule(Bench& b) {
  const Value x = b.input("x"), g = 2 * square(x) + 8, f = pow(g, 3);
  b.want("g", g), b.want("f", f);
  const Values d = gradient(sum(f), {g, x});
  b.want("df_dg", d[0]), b.want("df_dx", d[1]), b.want("dg_dx", gradient(sum(g), {x})[0]);
  b.compute();
}

void tanh_bias(Bench& b) {
  const Value x = b.input("x"), w = reshape(b.input("w"), Shape{3, 1}), bias = -(w * b.input("crossing"));
  b.want("without_bias", tanh(w * x)), b.want("bias", bias), b.want("with_bias", tanh(w * x + bias));
  b.compute();
}

void scaling(Bench& b) {
  b.want("scaled", b.input("raw") / b.input("range_max"));
  b.compute();
}

const Recipe recipes[] = {{"perceptron", perceptron},
                          {"sigmoid_neuron", sigmoid_neuron},
                          {"activations", activations},
                          {"tanh", tanh_extreme},
                          {"relu_variants", relu_variants},
                          {"003-softmax-jacobian", softmax_jacobian},
                          {"003-softmax-stability", softmax_stability},
                          {"softmax_ce", softmax_cross_entropy},
                          {"half_squared", half_squared},
                          {"graph_gd", descent_x2_y3},
                          {"003-chain-rule", chain_rule},
                          {"tanh_bias", tanh_bias},
                          {"minmax", scaling}};

}  // namespace

std::span<const Recipe> recipes_003() { return recipes; }

}  // namespace gradus::worked_examples
