// What the graph passes cost grows as the graph does: counted in nodes that they look at (times: bench/compiling).
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/graph/edit.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/random.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/engine/compile/passes.hpp"

namespace gradus {
namespace {

using Build = std::function<void(Graph&, int)>;

void chain(Graph& g, int n) {
  const Value x = g.input("x", {8, 8}, DType::f32);
  Value y = x;
  for (int i = 0; i < n; ++i) y = i % 2 ? y * x : tanh(y);
  g.output("y", y);
}

/// Each sign goes when the next is met.
void signs(Graph& g, int n) {
  Value y = g.input("x", {8, 8}, DType::f32);
  for (int i = 0; i < n; ++i) y = -y;
  g.output("y", exp(y));
}

/// A transpose that goes down through all products, one each time that a rule is applied.
void transposed_products(Graph& g, int n) {
  Value y = g.input("x", {4, 4}, DType::f32);
  const Value w = g.input("w", {4, 4}, DType::f32);
  for (int i = 0; i < n; ++i) y = matmul(y, w);
  g.output("y", transpose(y));
}

/// Many readers of one value, and many different constants.
void wide(Graph& g, int n) {
  const Value x = g.input("x", {8, 8}, DType::f32);
  Value total = x;
  for (int i = 0; i < n; ++i) total = total + x * (i + 2.0);
  g.output("y", total);
}

/// The same draw again and again, and draws that differ in an attribute alone.
void draws(Graph& g, int n) {
  const Value key = g.input("key", {2}, DType::i64);
  Value total = g.input("x", {8, 8}, DType::f32);
  for (int i = 0; i < n; ++i) total = total + random_uniform(key, total.type(), i / 2);
  g.output("y", total);
}

/// Parameters by the thousand, each updated.
void state(Graph& g, int n) {
  const Value x = g.input("x", {8, 8}, DType::f32);
  for (int i = 0; i < n; ++i) {
    const std::string name = "w" + std::to_string(i);
    const Value w = g.state({.name = name, .type = x.type()});
    g.next(w, w * 0.5 + x);
  }
}

/// A net of so many layers with its gradients and momentum, whose weights are read transposed.
void layers(Graph& g, int n) {
  const Value x = g.input("x", {8, 8}, DType::f32);
  Values weights, y{x};
  for (int i = 0; i < n; ++i) {
    weights.push_back(g.state({.name = "w" + std::to_string(i), .type = x.type()}));
    y.push_back(relu(matmul(y.back(), transpose(weights.back()))));
  }
  const Values gradients = gradient(sum(square(y.back())), weights);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::string name = "m" + std::to_string(i);
    const Value moment = g.state({.name = name, .type = x.type(), .role = Role::moment, .of = slot_of(weights[i])});
    const Value moved = moment * 0.9 + gradients[i];
    g.next(moment, moved);
    g.next(weights[i], weights[i] - moved * 0.01);
  }
  g.output("loss", sum(y.back()));
}

struct Named {
  const char* name;
  Build build;
  int size;
};
const Named graphs[] = {{"chain", chain, 500}, {"signs", signs, 500}, {"transposed products", transposed_products, 150},
                        {"wide", wide, 250},   {"draws", draws, 250}, {"state", state, 150},
                        {"layers", layers, 30}};

/// How many nodes the graph passes look at until nothing changes.
std::int64_t looks(const Graph& graph) {
  GraphEdit edit(graph);
  const EditPass passes[] = {folding(edit), simplifying(edit), merging(edit), dropping(edit)};
  for (bool any = true; any;) {
    any = false;
    for (const EditPass& pass : passes) any = pass() > 0 || any;
  }
  return edit.looks();
}

TEST(Compiling, PassesLookAtAsManyMoreNodesAsThereAreMore) {
  for (const auto& [name, build, size] : graphs) {
    Graph small, large;
    build(small, size);
    build(large, 4 * size);
    const std::int64_t of_small = looks(small), of_large = looks(large);
    EXPECT_LE(of_large, 4 * of_small + 100) << name;
    EXPECT_LE(of_small, 12 * small.size()) << name;  // three lists, a few times
  }
}

}  // namespace
}  // namespace gradus
