#include "gradus/app/explain/second.hpp"

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

}  // namespace gradus::explain
