#include "gradus/app/explain/second.hpp"

#include <algorithm>
#include <set>

#include "gradus/app/explain/names.hpp"
#include "gradus/app/explain/trouble.hpp"
#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/ops/layout.hpp"

namespace gradus::explain {
namespace {

constexpr std::int64_t largest_jacobian = 4096, largest_hessian = 4096;  // elements

void refuse(const char* what, std::int64_t rows, std::int64_t columns, const char* remedy) {
  throw UserError(Fault::usage, Report{what, std::to_string(rows) + " by " + std::to_string(columns) + " elements",
                                       "at most 4096 elements", remedy});
}

/// Ones at element `element`, zeros elsewhere.
Tensor unit(const Type& type, std::int64_t element) {
  Tensor out(type);
  out.set(element, 1);
  return out;
}

/// d sum(seed * y) / d x for each seed that is one of y's elements, as rows [y's elements, x's elements].
/// `part` is that derivative as a graph value, a function of the input `seed`.
Tensor rows_of(Value part, Value seed, std::span<const Binding> bindings) {
  const std::int64_t rows = seed.shape().count(), columns = part.shape().count();
  Tensor out(DType::f64, Shape{rows, columns});
  std::vector<Binding> all(bindings.begin(), bindings.end());
  all.push_back({seed, Tensor(seed.type())});
  for (std::int64_t row = 0; row < rows; ++row) {
    all.back().value = unit(seed.type(), row);
    const Tensor line = interpret(std::span(&part, 1), all)[0];
    for (std::int64_t i = 0; i < columns; ++i) out.set(row * columns + i, line.number(i));
  }
  return out;
}

Value seed_input(Graph& graph, const Type& type) {
  int n = 0;
  while (graph.find_input("seed " + std::to_string(n))) ++n;  // no formula has a name with a blank
  return graph.input("seed " + std::to_string(n), type);
}

}  // namespace

std::string element_name(const std::string& name, const Shape& shape, std::int64_t element) {
  if (shape.rank() == 0) return name;
  const auto step = strides(shape);
  std::string out = name + "(";
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const std::int64_t stride = step[static_cast<std::size_t>(axis)];
    out += (axis ? "," : "") + std::to_string(element / stride % shape[axis] + 1);
  }
  return out + ")";
}

void add_jacobians(Explanation& explanation, Graph& graph, const std::vector<int>& ids,
                   std::span<const Binding> bindings) {
  int node_at = -1;
  Value seed;
  Values parts;
  for (Edge& edge : explanation.edges) {
    if (!edge.contribution) continue;
    const Value node = graph.value(ids[static_cast<std::size_t>(edge.to)]);
    const Value input = graph.value(ids[static_cast<std::size_t>(edge.from)]);
    const std::int64_t rows = node.shape().count(), columns = input.shape().count();
    if (rows * columns > largest_jacobian) refuse("--jacobian", rows, columns, "smaller matrices, or no --jacobian");
    if (edge.to != node_at) {
      node_at = edge.to, seed = seed_input(graph, node.type()), parts = node.op().derive(node, seed);
    }
    Value part = parts[static_cast<std::size_t>(edge.slot)];
    part = broadcast_to(sum_to(part, input.shape()), input.shape());
    edge.jacobian = rows_of(part, seed, bindings);
  }
}

void add_hessian(Explanation& explanation, const Values& gradients, const Values& variables,
                 std::span<const Binding> bindings) {
  std::int64_t n = 0;
  for (Value x : variables) n += x.shape().count();
  if (n * n > largest_hessian) refuse("--second", n, n, "--wrt to choose variables");
  Hessian out{{}, Tensor(DType::f64, Shape{n, n})};
  std::int64_t row = 0;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const Shape shape = variables[i].shape();
    const std::string& name = explanation.nodes[static_cast<std::size_t>(explanation.variables[i])].name;
    const Value seed = seed_input(*variables[i].graph, gradients[i].type());
    const Values second = gradient(gradients[i], variables, seed);
    std::int64_t column = 0;
    for (Value by : second) {
      const Tensor block = rows_of(by, seed, bindings);
      const std::int64_t width = by.shape().count();
      for (std::int64_t r = 0; r < shape.count(); ++r) {
        for (std::int64_t c = 0; c < width; ++c)
          out.values.set((row + r) * n + column + c, block.number(r * width + c));
      }
      column += width;
    }
    for (std::int64_t element = 0; element < shape.count(); ++element)
      out.names.push_back(element_name(name, shape, element));
    row += shape.count();
  }
  explanation.hessian = std::move(out);
}

namespace {

/// The first node with a number that is not finite, going back from `value` through such nodes.
int first_bad_node(Graph& graph, Value value, std::span<const Binding> bindings) {
  Values all;
  for (int id = 0; id <= value.id; ++id) all.push_back(graph.value(id));
  std::vector<char> needed(static_cast<std::size_t>(value.id) + 1);
  needed[static_cast<std::size_t>(value.id)] = 1;
  for (int id = value.id; id >= 0; --id) {
    if (!needed[static_cast<std::size_t>(id)]) continue;
    for (int input : graph.node(id).inputs) needed[static_cast<std::size_t>(input)] = 1;
  }
  std::erase_if(all, [&](Value v) { return !needed[static_cast<std::size_t>(v.id)]; });
  const auto numbers = interpret(all, bindings);
  std::vector<char> bad(needed.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    bad[static_cast<std::size_t>(all[i].id)] = first_not_finite(numbers[i]) >= 0;
  int node = value.id;
  while (true) {
    const std::vector<int>& inputs = graph.node(node).inputs;
    const auto next =
        std::find_if(inputs.begin(), inputs.end(), [&](int input) { return bad[static_cast<std::size_t>(input)]; });
    if (next == inputs.end()) return node;
    node = *next;
  }
}

/// The operation of the explanation whose values the nodes from `node` back to the explanation's own were made of
/// first.
int blamed(const Explanation& e, const Graph& graph, const std::vector<int>& ids, int node) {
  std::vector<int> left{node};
  std::set<int> seen, own;
  while (!left.empty()) {
    const int id = left.back();
    left.pop_back();
    if (!seen.insert(id).second) continue;
    const auto place = std::lower_bound(ids.begin(), ids.end(), id);
    if (place != ids.end() && *place == id) own.insert(static_cast<int>(place - ids.begin()));
    else left.insert(left.end(), graph.node(id).inputs.begin(), graph.node(id).inputs.end());
  }
  // The operation that has all of them as arguments or is one of them; of several the last.
  for (std::size_t i = e.nodes.size(); i-- > 0;) {
    const Node& candidate = e.nodes[i];
    if (candidate.kind != Node::Kind::operation) continue;
    const auto involved = [&](int id) {
      return id == static_cast<int>(i) || e.nodes[static_cast<std::size_t>(id)].kind == Node::Kind::constant ||
             std::find(candidate.inputs.begin(), candidate.inputs.end(), id) != candidate.inputs.end();
    };
    if (std::all_of(own.begin(), own.end(), involved)) return static_cast<int>(i);
  }
  return e.output;
}

}  // namespace

std::optional<Trouble> second_trouble(const Explanation& e, Graph& graph, const std::vector<int>& ids,
                                      const Values& gradients, const Values& variables,
                                      std::span<const Binding> bindings) {
  const std::int64_t bad = first_not_finite(e.hessian->values);
  if (bad < 0) return std::nullopt;
  const std::int64_t n = e.hessian->values.shape()[0];
  std::int64_t row = bad / n, column = bad % n;
  std::size_t i = 0, j = 0;
  for (; row >= variables[i].shape().count(); ++i) row -= variables[i].shape().count();
  for (; column >= variables[j].shape().count(); ++j) column -= variables[j].shape().count();
  const Value seed = graph.constant(unit(gradients[i].type(), row));
  const Value second = gradient(gradients[i], std::span(variables).subspan(j, 1), seed)[0];
  Trouble out;
  const std::string& f = e.nodes[static_cast<std::size_t>(e.output)].name;
  const auto& names = e.hessian->names;
  const auto name = [&](std::int64_t k) { return names[static_cast<std::size_t>(k)]; };
  out.of = {bad / n == bad % n ? "d2" + f + "/d" + name(bad / n) + "^2"
                               : "d2" + f + "/d" + name(bad / n) + " d" + name(bad % n)};
  out.found = short_number(e.hessian->values.number(bad)), out.by = e.variables[i];
  out.node = blamed(e, graph, ids, first_bad_node(graph, second, bindings));
  const Node& node = e.nodes[static_cast<std::size_t>(out.node)];
  out.rule = node.rule, out.cause = "the derivative of this rule is not finite there";
  for (int input : node.inputs) {
    const Node& from = e.nodes[static_cast<std::size_t>(input)];
    if (from.kind == Node::Kind::constant) continue;
    out.argument = input,
    out.cause = "the derivative of this rule is not finite at " + from.name + " = " + short_value(from.value);
    break;
  }
  out.limit = limit_of({second, column, variables, bindings});
  return out;
}

}  // namespace gradus::explain
