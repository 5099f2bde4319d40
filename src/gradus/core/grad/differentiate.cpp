#include "gradus/core/grad/differentiate.hpp"

#include <algorithm>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/layout.hpp"

namespace gradus {
namespace {

void check(Value y, std::span<const Value> xs, Value seed) {
  const auto refuse = [](Value v, const std::string& expected, const std::string& remedy) {
    throw UserError(Fault::usage, Report{"gradient", print(v), expected, remedy});
  };
  if (!y || std::any_of(xs.begin(), xs.end(), [](Value x) { return !x; })) {
    throw UserError(Fault::usage,
                    Report{"gradient", "an empty value", "values of a graph", "what graph.input() or an op gave"});
  }
  if (!is_floating(y.dtype())) refuse(y, "an f32 or f64 value to derive", "cast it");
  if (!seed && y.shape().count() != 1) refuse(y, "a single number to derive", "sum() or mean() of it, or give a seed");
  if (seed && !(seed.type() == y.type()))
    refuse(seed, "a seed of type " + to_string(y.type()),
           "seed 1 without naming one, for a single number; else a value of that type");
  for (Value x : xs) {
    if (x.graph != y.graph) refuse(x, "a value of the same graph", "build both with one Graph");
    if (!is_floating(x.dtype())) refuse(x, "an f32 or f64 value to derive by", "only floating values have gradients");
  }
}

/// Nodes from which some x can be reached along inputs that carry gradients.
std::vector<char> nodes_above(const Graph& graph, int last, std::span<const Value> xs) {
  std::vector<char> above(static_cast<std::size_t>(last) + 1);
  for (Value x : xs) {
    if (x.id <= last) above[static_cast<std::size_t>(x.id)] = 1;
  }
  for (int id = 0; id <= last; ++id) {
    const Node& node = graph.node(id);
    for (int input : node.inputs) {
      const bool carries = is_floating(node.type.dtype) && is_floating(graph.node(input).type.dtype);
      if (carries && above[static_cast<std::size_t>(input)]) above[static_cast<std::size_t>(id)] = 1;
    }
  }
  return above;
}

}  // namespace

Derivative differentiate(Value y, std::span<const Value> xs, Value seed) {
  check(y, xs, seed);
  Graph& graph = *y.graph;
  const auto at = [](int id) { return static_cast<std::size_t>(id); };
  const std::vector<char> above = nodes_above(graph, y.id, xs);
  Derivative found;
  found.adjoint_of.resize(at(graph.size()));
  found.contribution_of.resize(at(graph.size()));
  found.adjoint_of[at(y.id)] = seed ? seed : broadcast_to(constant_like(y, 1), y.shape());

  for (int id = y.id; id >= 0; --id) {
    const Value node = graph.value(id), adjoint = found.adjoint_of[at(id)];
    const std::vector<int>& inputs = graph.node(id).inputs;
    if (!adjoint || !above[at(id)] || inputs.empty()) continue;
    if (!node.op().derive) {
      throw UserError(Fault::usage, Report{"gradient", print(node), "an op that has a derivative",
                                           "stop_gradient() before it, or another op"});
    }
    Values parts = node.op().derive(node, adjoint);
    require(parts.size() == inputs.size(), "derive must return one adjoint an input");
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!parts[i] || !above[at(inputs[i])]) {
        parts[i] = {};
        continue;
      }
      const Value input = graph.value(inputs[i]);
      parts[i] = sum_to(parts[i], input.shape());
      if (!(parts[i].shape() == input.shape())) parts[i] = broadcast_to(parts[i], input.shape());
      Value& total = found.adjoint_of[at(inputs[i])];
      total = total ? total + parts[i] : parts[i];  // a copy gate adds, never overwrites
    }
    found.contribution_of[at(id)] = std::move(parts);
  }

  for (Value x : xs) {
    const Value adjoint = x.id <= y.id ? found.adjoint_of[at(x.id)] : Value{};
    found.of.push_back(adjoint ? adjoint : broadcast_to(constant_like(x, 0), x.shape()));
  }
  return found;
}

Values gradient(Value y, std::span<const Value> xs, Value seed) { return differentiate(y, xs, seed).of; }

Values gradient(Value y, std::initializer_list<Value> xs, Value seed) {
  return gradient(y, std::span(xs.begin(), xs.size()), seed);
}

}  // namespace gradus
