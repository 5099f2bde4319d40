// Lecture 2: the shared node, stacks of linear layers, column convention, vanishing gradients.
#include <cmath>

#include "tests/worked_examples/bench.hpp"

namespace gradus::worked_examples {
namespace {

void graph_002(Bench& b) {
  const Value x1 = b.input("x1"), x2 = b.input("x2"), x3 = b.input("x3");
  const Value z1 = square(x1), z2 = x2 * x3, z3 = z2 - z1, z4 = 3 * z3, y = z1 + z4;
  const Values values{z1, z2, z3, z4, y}, d = gradient(y, {z1, z2, z3, z4, y, x1, x2, x3});
  const char* names[] = {"z1", "z2", "z3", "z4", "y", "x1", "x2", "x3"};
  for (std::size_t i = 0; i < values.size(); ++i) b.want(names[i], values[i]);
  for (std::size_t i = 0; i < d.size(); ++i) b.want(std::string("dy_d") + names[i], d[i]);
  b.want("dz3_dz1", gradient(z3, {z1})[0]);
  b.compute();
}

void linear_stack(Bench& b) {
  const Value x = b.input("x"), W1 = b.input("W1"), W2 = b.input("W2"), W3 = b.input("W3");
  const Value z1 = matmul(W1, x), z2 = matmul(W2, z1), z3 = matmul(W3, z2), W = matmul(W3, matmul(W2, W1));
  b.want("z1", z1), b.want("z2", z2), b.want("z3", z3), b.want("W", W), b.want("Wx", matmul(W, x));
  b.compute();
}

struct TwoLayers {
  Value u1, z1, u2, z2, loss;
};

TwoLayers columns(Value x, Value W1, Value b1, Value W2, Value b2, Value y) {
  TwoLayers net;
  net.u1 = matmul(W1, x) + b1, net.z1 = sigmoid(net.u1);
  net.u2 = matmul(W2, net.z1) + b2, net.z2 = sigmoid(net.u2);
  net.loss = 0.5 * sum(square(net.z2 - y));
  return net;
}

void mlp_column(Bench& b) {
  const Value x = b.input("x"), W1 = b.input("W1"), b1 = b.input("b1"), W2 = b.input("W2"), b2 = b.input("b2");
  const Value y = b.input("y");
  const TwoLayers net = columns(x, W1, b1, W2, b2, y);
  b.want("u1", net.u1), b.want("z1", net.z1), b.want("u2", net.u2), b.want("z2", net.z2), b.want("l", net.loss);
  const Values d = gradient(net.loss, {net.z2, net.u2, W2, b2, net.z1, net.u1, W1, b1, x});
  const char* names[] = {"dl_dz2", "dl_du2", "dl_dW2", "dl_db2", "dl_dz1", "dl_du1", "dl_dW1", "dl_db1", "dl_dx"};
  for (std::size_t i = 0; i < d.size(); ++i) b.want(names[i], d[i]);
  // The same net with a sample as a row: weights are the transposes.
  const Value V1 = transpose(W1), V2 = transpose(W2);
  const Value hidden = sigmoid(matmul(transpose(x), V1) + transpose(b1));
  const Value out = sigmoid(matmul(hidden, V2) + transpose(b2));
  const Values rows = gradient(0.5 * sum(square(out - transpose(y))), {V1, V2});
  b.want("row_convention_dl_dW1", rows[0]), b.want("row_convention_dl_dW2", rows[1]);
  b.compute();
}

void vanishing(Bench& b) {
  const Value z0 = b.input("z0");
  Value z = z0;
  for (std::int64_t depth = 1; depth <= b.tensor("depths").count(); ++depth) {
    z = sigmoid(z);
    b.want("z", z), b.want("dz_dz0", gradient(z, {z0})[0]);
    b.append("bound_quarter_power", std::ldexp(1.0, static_cast<int>(-2 * depth)));
  }
  b.compute();
}

void leaky(Bench& b) {
  const Value x = b.input("x"), alpha = b.input("alpha");
  const auto both = [&](const std::string& name, Value y) {
    b.want(name, y), b.want("d" + name, gradient(sum(y), {x})[0]);
  };
  both("relu", relu(x));
  both("leaky_001", leaky_relu(x, slice(alpha, 0, 0, 1)));
  both("leaky_02", leaky_relu(x, slice(alpha, 0, 1, 2)));
  b.compute();
}

void weighted_sum(Bench& b) {
  const Value w = b.input("w"), x = b.input("x");
  b.want("a", sum(w * x)), b.want("sum_w", sum(w));
  b.compute();
}

const Recipe recipes[] = {{"002-graph", graph_002}, {"linear_stack", linear_stack}, {"mlp_column", mlp_column},
                          {"chain", vanishing},     {"leaky_relu", leaky},          {"linear", weighted_sum}};

}  // namespace

std::span<const Recipe> recipes_002() { return recipes; }

}  // namespace gradus::worked_examples
