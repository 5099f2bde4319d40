// Lecture 3: the car-price network, with and without biases, written out matrix by matrix as on the slides.
#include "gradus/engine/runtime/program.hpp"
#include "tests/worked_examples/bench.hpp"

namespace gradus::worked_examples {
namespace {

struct CarNet {
  Value Z2, a2, Z3, a3, Z4, a4;
};

Value with_ones(Value x) {
  const Value ones = broadcast_to(constant_like(x, 1), Shape{x.rows(), 1});
  return concatenate(std::vector{x, ones}, 1);
}

/// X [rows, in] with its ones column already there. `bias`: also a ones column on a2 and a3.
CarNet car(Value X, Value W1, Value W2, Value W3, bool bias) {
  const auto next = [&](Value a) { return bias ? with_ones(a) : a; };
  CarNet net;
  net.Z2 = matmul(X, W1), net.a2 = tanh(net.Z2);
  net.Z3 = matmul(next(net.a2), W2), net.a3 = tanh(net.Z3);
  net.Z4 = matmul(next(net.a3), W3), net.a4 = tanh(net.Z4);
  return net;
}

bool biased(const Bench& b) { return b.config("bias").find("a2 and a3") != std::string::npos; }

void forward(Bench& b) {
  const CarNet net = car(b.input("X"), b.input("W1"), b.input("W2"), b.input("W3"), biased(b));
  b.want("Z2", net.Z2), b.want("a2", net.a2), b.want("Z3", net.Z3), b.want("a3", net.a3), b.want("Z4", net.Z4);
  b.want("a4", net.a4), b.want("a4_row1", slice(net.a4, 0, 0, 1));
  b.compute();
}

Value loss_of(Value yhat, Value y) { return 0.5 * sum(square(y - yhat)); }

/// J after 1, 2, 10 and 100 updates, the graph of one update run again and again.
void repeat(Bench& b) {
  Graph g;
  const auto input = [&](const char* name) { return g.input(name, b.tensor(name).shape(), b.dtype()); };
  const auto weight = [&](const char* name) {
    return g.state({.name = name, .type = {b.dtype(), b.tensor(name).shape()}});
  };
  const Value X = input("X"), y = input("y"), W1 = weight("W1"), W2 = weight("W2"), W3 = weight("W3");
  const Value rate = g.constant(b.number("alpha") / b.number("n"), b.dtype());
  const Value J = loss_of(car(X, W1, W2, W3, biased(b)).a4, y);
  const Values d = gradient(J, {W1, W2, W3});
  g.output("J", J);
  g.next(W1, W1 - rate * d[0]), g.next(W2, W2 - rate * d[1]), g.next(W3, W3 - rate * d[2]);
  Program program(b.engine(), {g});
  for (const char* name : {"W1", "W2", "W3"}) program.write(name, b.tensor(name).cast(b.dtype()));
  for (const char* name : {"X", "y"}) {
    const View to = program.input(0, name);
    for (std::int64_t i = 0; i < to.count(); ++i) to.set(i, b.tensor(name).number(i));
  }
  for (int updates = 0; updates <= 100; ++updates) {
    program.run(0);  // J is the loss before this update
    const bool asked = updates == 1 || updates == 2 || updates == 10 || updates == 100;
    if (asked) b.append("J_after_1_2_10_100_updates", program.output(0, "J").number());
  }
}

void backward(Bench& b) {
  const Value X = b.input("X"), y = b.input("y"), W1 = b.input("W1"), W2 = b.input("W2"), W3 = b.input("W3");
  const Value rate = b.input("alpha") / b.input("n");
  const CarNet net = car(X, W1, W2, W3, biased(b));
  const Value J = loss_of(net.a4, y), rows = 0.5 * square(y - net.a4);
  b.want("yhat", net.a4), b.want("J", J), b.want("J_per_row", rows), b.want("J_row1", slice(rows, 0, 0, 1));
  const Values d = gradient(J, {net.Z4, net.Z3, net.Z2, W3, W2, W1});
  const char* names[] = {"delta4", "delta3", "delta2", "dJ_dW3", "dJ_dW2", "dJ_dW1"};
  for (std::size_t i = 0; i < d.size(); ++i) b.want(names[i], d[i]);
  b.want("W3_new", W3 - rate * d[3]), b.want("W2_new", W2 - rate * d[4]), b.want("W1_new", W1 - rate * d[5]);
  b.compute();
  repeat(b);
}

const Recipe recipes[] = {{"car_forward", forward}, {"car_backward", backward}};

}  // namespace

std::span<const Recipe> recipes_003_networks() { return recipes; }

}  // namespace gradus::worked_examples
