// Random graphs that update state, compiled, against the interpreter, for several steps.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <random>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/interpret.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/core/ops/softmax.hpp"
#include "gradus/engine/cpu/plan/verify_plan.hpp"
#include "gradus/engine/cpu/runtime/cpu_backend.hpp"
#include "gradus/engine/runtime/program.hpp"

namespace gradus {
namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t n) { return static_cast<std::size_t>(random() % n); }

Tensor numbers(const Type& type, Random& random) {
  Tensor out(type);
  for (std::int64_t i = 0; i < out.count(); ++i) out.set(i, static_cast<double>(random() >> 11) / (1ull << 52) - 1);
  return out;
}

/// A value of matrices, rows, columns and numbers of few sizes, so that they meet.
class Builder {
 public:
  Builder(Random& random, const std::shared_ptr<SlotTable>& slots) : random_(random), graph_(slots) {}

  Graph build(int states, int nodes, std::int64_t rows, std::int64_t inner) {
    const Shape shapes[] = {{inner, inner}, {inner, inner}, {rows, inner}, {inner}, {}, {inner, rows}};
    for (int i = 0; i < states; ++i) {
      const Role role = std::array{Role::parameter, Role::running, Role::sum}[below(random_, 3)];
      states_.push_back(graph_.state({.name = "s" + std::to_string(i),
                                      .type = {DType::f64, shapes[below(random_, std::size(shapes))]},
                                      .role = role}));
    }
    values_ = states_;
    values_.push_back(graph_.input("x", {DType::f64, {rows, inner}}));
    values_.push_back(graph_.input("y", {DType::f64, {inner}}));
    for (int i = 0; i < nodes; ++i) values_.push_back(bounded(made()));
    for (const Value state : states_) {
      if (below(random_, 5) == 0) continue;
      if (const Value next = of_type(state.type())) graph_.next(state, next);
    }
    for (int i = 0; i < 3; ++i) graph_.output("out" + std::to_string(i), any());
    return std::move(graph_);
  }

 private:
  Value any() { return values_[below(random_, values_.size())]; }
  /// A value of the type, old state as often as anything else.
  Value of_type(const Type& type) {
    Values fit;
    for (const Value v : values_) {
      if (v.type() == type) fit.push_back(v);
    }
    const Value chosen = fit[below(random_, fit.size())];
    return below(random_, 3) == 0 ? bounded(chosen * 0.5 + fit[below(random_, fit.size())]) : chosen;
  }
  /// Numbers of repeated products stay small.
  static Value bounded(Value x) { return x.shape().rank() == 2 || x.shape().count() > 1 ? sin(x) : tanh(x); }
  Value made() {
    for (;;) {
      const Value a = any(), b = any();
      switch (below(random_, 6)) {
        case 0:
          if (a.shape().rank() == 2 && b.shape().rank() == 2 && a.shape()[1] == b.shape()[0]) return matmul(a, b);
          if (a.shape().rank() == 2 && b.shape().rank() == 2 && a.shape()[1] == b.shape()[1])
            return matmul(a, transpose(b));
          break;
        case 1:
          if (a.shape().rank() == 2) return transpose(a);
          break;
        case 2:
          if (a.shape().rank() > 0) return sum(a, {0});
          break;
        case 3:
          if (a.shape().rank() == 2) return softmax(a);
          break;
        default:
          if (broadcast(a.shape(), b.shape())) return below(random_, 2) == 0 ? a + b : a * b;
      }
    }
  }

  Random& random_;
  Graph graph_;
  Values states_, values_;
};

bool close(ConstView a, ConstView b) {
  for (std::int64_t i = 0; i < a.count(); ++i) {
    if (!(std::fabs(a.number(i) - b.number(i)) <= 1e-9)) return false;
  }
  return a.type() == b.type();
}

/// All slots' numbers, by the interpreter.
class Interpreted {
 public:
  explicit Interpreted(int slots) : values_(static_cast<std::size_t>(slots)) {}
  Tensor& operator[](SlotId slot) { return values_[static_cast<std::size_t>(slot.number)]; }
  /// Outputs, after the next values have taken their places.
  std::vector<Tensor> run(Graph& graph) {
    std::vector<Binding> bindings;
    for (int id = 0; id < graph.size(); ++id) {
      if (const SlotId slot = slot_of(graph.node(id))) bindings.push_back({graph.value(id), (*this)[slot]});
    }
    Values wanted;
    for (const Output& output : graph.outputs()) wanted.push_back(graph.value(output.id));
    for (const Next& next : graph.nexts()) wanted.push_back(graph.value(next.id));
    std::vector<Tensor> found = interpret(wanted, bindings);
    for (std::size_t n = graph.nexts().size(); n-- > 0; found.pop_back()) {
      (*this)[graph.nexts()[n].slot] = std::move(found.back());
    }
    return found;
  }

 private:
  std::vector<Tensor> values_;
};

/// Runs two graphs of one table in turn, compiled and interpreted.
void expect_the_same_steps(std::vector<Graph> graphs, Random& random, int threads) {
  std::string text;
  for (const Graph& graph : graphs) text += print(graph) + "\n";
  SCOPED_TRACE(text);
  const SlotTable& slots = graphs[0].slots();
  Engine engine({.threads = threads});
  Program program(engine, graphs);
  for (std::size_t g = 0; g < graphs.size(); ++g) verify(plan_of(program.code(), static_cast<int>(g)));
  Interpreted expected(slots.size());
  for (int i = 0; i < slots.size(); ++i) {
    const SlotId slot{i};
    if (slots[slot].role == Role::input) continue;
    expected[slot] = numbers(slots[slot].type, random);
    if (program.has(0, slot) || program.has(1, slot)) program.write(slot, expected[slot]);
  }
  for (int step = 0; step < 4; ++step) {
    const int g = step % 2;
    Graph& graph = graphs[static_cast<std::size_t>(g)];
    for (const Node& node : graph.nodes()) {
      const SlotId slot = slot_of(node);
      if (!slot || slots[slot].role != Role::input) continue;
      expected[slot] = numbers(node.type, random);
      std::memcpy(program.input(g, slot).data(), expected[slot].data(), expected[slot].bytes());
    }
    const std::vector<Tensor> outputs = expected.run(graph);
    program.run(g);
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      const std::string& name = graph.outputs()[o].name;
      ASSERT_TRUE(close(program.output(g, name), outputs[o])) << name << " of step " << step;
    }
    for (int i = 0; i < slots.size(); ++i) {
      const SlotId slot{i};
      if (slots[slot].role == Role::input || !(program.has(0, slot) || program.has(1, slot))) continue;
      ASSERT_TRUE(close(program.read(slot), expected[slot])) << slots[slot].name << " after step " << step;
    }
  }
}

TEST(State, RandomGraphsAgreeWithTheInterpreterStepByStep) {
  Random random(1);
  for (int i = 0; i < 300; ++i) {
    const auto slots = std::make_shared<SlotTable>();
    const std::int64_t rows = std::array{3, 7, 70, 150}[below(random, 4)],
                       inner = std::array{2, 5, 17}[below(random, 3)];
    std::vector<Graph> graphs;
    graphs.push_back(Builder(random, slots).build(4, 12, rows, inner));
    // The second has some of the same states, in types that the first has given them.
    Graph other(slots);
    Values old;
    for (int s = 0; s < slots->size(); ++s) {
      if ((*slots)[{s}].role != Role::input && below(random, 3) > 0) old.push_back(other.state(SlotId{s}));
    }
    for (const Value a : old) {
      for (const Value b : old) {
        if (a.type() == b.type() && !other.find_next(slot_of(a)) && below(random, 2) == 0) {
          other.next(a, below(random, 2) == 0 ? b : 0.5 * b);
        }
      }
    }
    other.output("out", old.empty() ? other.constant(1.0) : old[0]);
    graphs.push_back(std::move(other));
    expect_the_same_steps(std::move(graphs), random, 1 + i % 2);
    if (testing::Test::HasFailure()) return;
  }
}

/// Each way in which old and new values meet, on sizes that run straight and on those that are cut.
TEST(State, OldAndNewValuesMeetInEveryWay) {
  Random random(2);
  for (const std::int64_t n : {3, 64, 200}) {
    const Type type{DType::f64, {n, n}};
    const auto try_graph = [&](const std::function<void(Graph&, Value, Value, Value)>& build) {
      Graph g;
      const Value a = g.state({.name = "a", .type = type}), b = g.state({.name = "b", .type = type}),
                  c = g.state({.name = "c", .type = type});
      build(g, a, b, c);
      expect_the_same_steps({g, g}, random, 2);
    };
    try_graph([](Graph& g, Value a, Value b, Value c) { g.next(a, b), g.next(b, c), g.next(c, a); });
    try_graph([](Graph& g, Value a, Value b, Value) { g.next(a, b), g.next(b, a), g.output("old", a); });
    try_graph([](Graph& g, Value a, Value, Value) { g.next(a, a * 0.5), g.output("old", a); });
    try_graph([](Graph& g, Value a, Value, Value) { g.next(a, a), g.output("old", a), g.output("again", a); });
    try_graph([](Graph& g, Value a, Value b, Value) { g.next(a, a * 0.5), g.next(b, a); });
    try_graph([](Graph& g, Value a, Value b, Value c) {
      const Value moved = a * 0.5;
      g.next(a, moved), g.next(b, moved), g.next(c, b), g.output("new", moved), g.output("old", a);
    });
    try_graph([](Graph& g, Value a, Value b, Value c) {
      const Value moved = tanh(a + b);
      g.next(a, moved), g.next(b, b * moved), g.next(c, tanh(matmul(a, transpose(b)) * 0.01) + moved);
    });
    try_graph([](Graph& g, Value a, Value b, Value c) {
      g.next(a, transpose(a)), g.next(b, transpose(a) * 0.5), g.next(c, tanh(matmul(c, transpose(a)) * 0.01));
      g.output("turned", transpose(a)), g.output("product", matmul(b, a));
    });
    try_graph([](Graph& g, Value a, Value b, Value c) {
      g.next(a, g.constant(Tensor::full(a.type(), 0.25))), g.next(b, a), g.next(c, c * sum(a) * 0.001);
      g.output("literal", g.constant(2.0));
    });
  }
}

}  // namespace
}  // namespace gradus
