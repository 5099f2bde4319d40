// Lecture 1: the gates, logistic regression, SGD and Adam.
#include "tests/worked_examples/bench.hpp"

namespace gradus::worked_examples {
namespace {

void graph_001(Bench& b) {
  const Value x = b.input("x"), y = b.input("y"), z = b.input("z");
  const Value g1 = 2 * x, g2 = pow(y, 2), g3 = pow(z, 3), g4 = g1 + g2, f = g3 * g4;
  b.want("g1", g1), b.want("g2", g2), b.want("g3", g3), b.want("g4", g4), b.want("f", f);
  const Values d = gradient(f, {g4, g3, g1, g2, x, y, z}), local = gradient(g4, {g1, g2});
  const char* names[] = {"df_dg4", "df_dg3", "df_dg1", "df_dg2", "df_dx", "df_dy", "df_dz"};
  for (std::size_t i = 0; i < d.size(); ++i) b.want(names[i], d[i]);
  b.want("dg4_dg1", local[0]), b.want("dg4_dg2", local[1]);
  b.want("dg1_dx", gradient(g1, {x})[0]), b.want("dg2_dy", gradient(g2, {y})[0]),
      b.want("dg3_dz", gradient(g3, {z})[0]);
  b.compute();
}

void gate(Bench& b, Value (*op)(Value, Value)) {
  const Value x = b.input("a"), y = b.input("b"), out = op(x, y);
  const Values d = gradient(out, std::vector{x, y}, b.input("upstream"));
  b.want("out", out), b.want("da", d[0]), b.want("db", d[1]), b.want("da_plus_db", d[0] + d[1]);
  b.compute();
}

void gate_add(Bench& b) { gate(b, operator+); }
void gate_mul(Bench& b) { gate(b, operator*); }
void gate_max(Bench& b) { gate(b, maximum); }

void gate_copy(Bench& b) {
  const Value a = b.input("a"), first = a * b.input("upstream1"), second = a * b.input("upstream2");
  b.want("out1", a), b.want("out2", a), b.want("da", gradient(first + second, {a})[0]);
  b.compute();
}

Value cross_entropy(Value yhat, Value y) { return -(y * log(yhat)) - (1 - y) * log(1 - yhat); }

void logistic(Bench& b) {
  const Value w = b.input("w"), bias = b.input("b"), x = b.input("x"), y = b.input("y");
  const Value z = w * x + bias, yhat = sigmoid(z), L = cross_entropy(yhat, y);
  const Values d = gradient(L, {yhat, z, w, bias, x});
  b.want("z", z), b.want("yhat", yhat), b.want("L", L), b.want("dL_dyhat", d[0]), b.want("dL_dz", d[1]);
  b.want("dL_dw", d[2]), b.want("dL_db", d[3]), b.want("dL_dx", d[4]);
  b.want("dyhat_dz", gradient(yhat, {z})[0]), b.want("yhat_minus_y", yhat - y);
  b.compute();
}

void logits(Bench& b) {
  const Value z = b.input("z");
  const auto column = [&](double y, const char* value, const char* slope) {
    const Value target = broadcast_to(constant_like(z, y), z.shape());
    const Value loss = softplus(z) - target * z;
    b.want(value, loss), b.want(slope, gradient(sum(loss), {z})[0]);
  };
  column(1, "L_y1", "dL_dz_y1"), column(0, "L_y0", "dL_dz_y0");
  b.compute();
}

const Recipe recipes[] = {{"001-graph", graph_001}, {"gate_add", gate_add}, {"gate_mul", gate_mul},
                          {"gate_copy", gate_copy}, {"gate_max", gate_max}, {"logreg", logistic},
                          {"bce_logits", logits}};

}  // namespace

std::span<const Recipe> recipes_001() { return recipes; }

}  // namespace gradus::worked_examples
