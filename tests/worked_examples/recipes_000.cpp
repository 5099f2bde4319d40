// Lecture 0 (back-propagation): graphs, neurons, layers and numeric derivatives.
#include <cmath>

#include "gradus/core/grad/finite_difference.hpp"
#include "tests/worked_examples/bench.hpp"

namespace gradus::worked_examples {
namespace {

void composite_functions(Bench& b) {
  const Value x1 = b.input("x1"), x2 = b.input("x2");
  const Value z1 = x1 * x2, z2 = x1 + x2, h1 = z1 * z2, h2 = z1 - z2, y = h1 * h2;
  b.want("z1", z1), b.want("z2", z2), b.want("h1", h1), b.want("h2", h2), b.want("y", y);
  const Values d = gradient(y, {h1, h2, z1, z2, x1, x2});
  b.want("dy_dh1", d[0]), b.want("dy_dh2", d[1]), b.want("dy_dz1", d[2]), b.want("dy_dz2", d[3]);
  b.want("dy_dx1", d[4]), b.want("dy_dx2", d[5]);
  b.compute();
}

void one_neuron(Bench& b) {
  const Value w = b.input("w"), x = b.input("x"), y = b.input("y"), rate = b.input("gamma");
  const auto loss = [&](Value s) { return square(y - sigmoid(s)); };
  const Value s = sum(w * x), z = sigmoid(s), L = square(y - z);
  const Values d = gradient(L, {z, s, w, x});
  const Value w_new = w - rate * d[2];
  b.want("s", s), b.want("z", z), b.want("L", L), b.want("dL_dz", d[0]), b.want("dL_ds", d[1]);
  b.want("dL_dw", d[2]), b.want("dL_dx", d[3]), b.want("dz_ds", gradient(z, {s})[0]);
  b.want("w_new", w_new), b.want("L_new", loss(sum(w_new * x)));
  b.compute();
}

void neuron_with_bias(Bench& b) {
  const Value w = b.input("w"), z = b.input("z"), h1 = b.input("h1"), v = b.input("v"), t = b.input("t");
  const Value w0 = slice(w, 0, 0, 1), weights = slice(w, 0, 1, 3);
  const Value v1 = slice(v, 0, 0, 1), v2 = slice(v, 0, 1, 2);
  const Value s = sum(w0) + sum(weights * z), h2 = sigmoid(s), y = sum(v1) * h1 + sum(v2) * h2;
  const Value L = 0.5 * square(t - y);
  const Values d = gradient(L, {y, w});
  b.want("s", s), b.want("h2", h2), b.want("y", y), b.want("L", L), b.want("dL_dy", d[0]), b.want("dL_dw", d[1]);
  b.want("dy_dh2", gradient(y, {h2})[0]), b.want("dh2_dw", gradient(h2, {w})[0]);
  b.want("w_new", w - b.input("gamma") * d[1]);
  b.compute();
}

void sigmoid_layer(Bench& b) {
  const Value s = b.input("s"), out = sigmoid(s);
  b.want("out", out), b.want("derivative", gradient(sum(out), {s})[0]);
  if (b.expects("dL_ds")) {
    const Value incoming = b.input("incoming");
    b.want("dL_ds", gradient(out, std::vector{s}, incoming)[0]);
  }
  b.compute();
}

void fully_connected(Bench& b) {
  const Value X = b.input("X"), W = b.input("W"), bias = b.input("b"), incoming = b.input("in_grad");
  const Value Z = matmul(X, W), with_bias = Z + bias;
  const Values d = gradient(with_bias, std::vector{X, W, bias}, incoming);
  b.want("Z", Z), b.want("Z_with_b", with_bias), b.want("dX", d[0]), b.want("dW", d[1]), b.want("db", d[2]);
  b.want("W_new", W - b.input("eta") * d[1]);
  b.compute();
}

struct ThreeLayers {
  Value H1, O1, H2, O2, yhat, SSE, MSE;
};

ThreeLayers three_layers(Value X, Value y, Value W1, Value W2, Value W3) {
  ThreeLayers net;
  net.H1 = matmul(X, W1), net.O1 = sigmoid(net.H1);
  net.H2 = matmul(net.O1, W2), net.O2 = sigmoid(net.H2);
  net.yhat = matmul(net.O2, W3);
  net.SSE = sum(square(net.yhat - y)), net.MSE = mean(square(net.yhat - y));
  return net;
}

void mlp3(Bench& b) {
  const Value X = b.input("X"), y = b.input("y"), W1 = b.input("W1"), W2 = b.input("W2"), W3 = b.input("W3");
  const Value rate = b.input("eta");
  const ThreeLayers net = three_layers(X, y, W1, W2, W3);
  b.want("H1", net.H1), b.want("O1", net.O1), b.want("H2", net.H2), b.want("O2", net.O2), b.want("yhat", net.yhat);
  b.want("SSE", net.SSE), b.want("MSE", net.MSE);
  const Values sse = gradient(net.SSE, {net.yhat, net.H2, net.H1, W3, W2, W1, X});
  const char* names[] = {"d_step1_sse", "d_step2_sse", "d_step3_sse", "dSSE_dW3", "dSSE_dW2", "dSSE_dW1", "dSSE_dX"};
  for (std::size_t i = 0; i < sse.size(); ++i) b.want(names[i], sse[i]);
  const Values mse = gradient(net.MSE, {W3, W2, W1});
  const Value W3_new = W3 - rate * mse[0], W2_new = W2 - rate * mse[1], W1_new = W1 - rate * mse[2];
  b.want("dMSE_dW3", mse[0]), b.want("dMSE_dW2", mse[1]), b.want("dMSE_dW1", mse[2]);
  b.want("W3_new", W3_new), b.want("W2_new", W2_new), b.want("W1_new", W1_new);
  b.want("MSE_new", three_layers(X, y, W1_new, W2_new, W3_new).MSE);
  b.compute();
}

void mlp2(Bench& b) {
  const Value X = b.input("X"), y = b.input("y"), W1 = b.input("W1"), W2 = b.input("W2");
  const Value S = matmul(X, W1), hidden = tanh(S), yhat = matmul(hidden, W2), L = 0.5 * sum(square(y - yhat));
  const Values d = gradient(L, {yhat, W2, hidden, W1});
  b.want("S", S), b.want("hidden", hidden), b.want("yhat", yhat), b.want("L", L);
  b.want("dL_dyhat", d[0]), b.want("dL_dW2", d[1]), b.want("dL_dhidden", d[2]), b.want("dL_dW1", d[3]);
  b.compute();
}

/// Numeric derivatives of `y` by the input called w, beside the exact one.
void numeric(Bench& b, Value y, Value w, std::vector<Binding> bindings) {
  const double exact = interpret(gradient(y, {w}), bindings)[0].number();
  b.give("exact", exact);
  for (std::int64_t i = 0; i < b.tensor("eps").count(); ++i) {
    const double epsilon = b.number("eps", i);
    const double forward = numeric_derivative(Difference::forward, y, w, 0, bindings, epsilon);
    const double central = numeric_derivative(Difference::central, y, w, 0, bindings, epsilon);
    b.append("forward", forward), b.append("central", central);
    b.append("forward_error", std::abs(forward - exact)), b.append("central_error", std::abs(central - exact));
  }
}

void numdiff_cubic(Bench& b) {
  const Value w = b.graph().input("w");
  numeric(b, w * w * w, w, {{w, b.tensor("w")}});
}

void numdiff_logistic(Bench& b) {
  Graph& g = b.graph();
  const Value w = g.input("w"), bias = g.input("b"), x = g.input("x"), y = g.input("y");
  const Value yhat = sigmoid(w * x + bias), L = -(y * log(yhat)) - (1 - y) * log(1 - yhat);
  numeric(b, L, w, {{w, b.tensor("w")}, {bias, b.tensor("b")}, {x, b.tensor("x")}, {y, b.tensor("y")}});
}

const Recipe recipes[] = {{"000-composite-functions", composite_functions},
                          {"neuron", one_neuron},
                          {"neuron_bias", neuron_with_bias},
                          {"sigmoid", sigmoid_layer},
                          {"fc", fully_connected},
                          {"mlp3", mlp3},
                          {"mlp2", mlp2},
                          {"000-numdiff-cubic", numdiff_cubic, false},         // in f64 alone: nothing is left of such
                          {"000-numdiff-tradeoff", numdiff_logistic, false}};  // differences in f32

}  // namespace

std::span<const Recipe> recipes_000() { return recipes; }

}  // namespace gradus::worked_examples
