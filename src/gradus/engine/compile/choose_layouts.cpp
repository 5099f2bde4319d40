#include "gradus/engine/compile/choose_layouts.hpp"

#include <algorithm>
#include <map>

#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/engine/compile/known_ops.hpp"
#include "gradus/engine/compile/passes.hpp"

namespace gradus {
namespace {

using Names = std::set<std::string, std::less<>>;

std::size_t at(int id) { return static_cast<std::size_t>(id); }
bool is_elementwise(const Node& node) { return pointwise_index(node) >= 0 || is_cast(node); }
bool is_total(const Node& node) { return is_sum(node) && node.type.shape.count() == 1; }

/// A pointwise op on matrices of its own shape and on single numbers: as true of the transposed matrices.
bool turns(const Graph& graph, const Node& node) {
  if (!is_elementwise(node) || node.type.shape.rank() != 2) return false;
  return std::all_of(node.inputs.begin(), node.inputs.end(), [&](int input) {
    const Shape& shape = graph.node(input).type.shape;
    return shape == node.type.shape || shape.count() == 1;
  });
}

/// How often the products of `graph` read each parameter as it is, and how often transposed, as second matrix.
struct Reads {
  int plain = 0, transposed = 0;
  std::int64_t rows = 0;  // of the largest product that reads it
  Shape shape;
};

void count_reads(const Graph& graph, const Names& parameters, std::map<std::string, Reads>& reads) {
  for (const Node& node : graph.nodes()) {
    if (!is_matmul(node)) continue;
    const Node& right = graph.node(node.inputs[1]);
    const bool turned = is_matrix_transpose(right);
    const Node& source = turned ? graph.node(right.inputs[0]) : right;
    if (source.op != &input_op || !parameters.contains(source.attrs.text("name"))) continue;
    Reads& of = reads[source.attrs.text("name")];
    ++(turned ? of.transposed : of.plain);
    of.rows = std::max(of.rows, node.type.shape[0]);
    of.shape = source.type.shape;
  }
}

/// The nodes to be made transposed when the inputs `names` are: whatever is computed element by element from them, and
/// what that reads. State found on the way joins `names`.
std::vector<char> turned_nodes(const Graph& graph, const Names& parameters, Names& names) {
  std::vector<char> turned(at(graph.size()));
  const auto join = [&](int id, const Shape& shape) {
    const Node& node = graph.node(id);
    if (turned[at(id)] || node.type.shape != shape) return false;
    const bool state = node.op == &input_op && parameters.contains(node.attrs.text("name"));
    if (!state && !is_matmul(node) && !turns(graph, node)) return false;
    if (state) names.insert(node.attrs.text("name"));
    turned[at(id)] = 1;
    return true;
  };
  for (bool any = true; any;) {
    any = false;
    for (int id = 0; id < graph.size(); ++id) {
      const Node& node = graph.node(id);
      if (node.op == &input_op && names.contains(node.attrs.text("name"))) turned[at(id)] = 1;
      if (!turns(graph, node)) continue;
      for (int input : node.inputs) {
        if (turned[at(input)]) any = join(id, graph.node(input).type.shape) || any;
      }
      for (int input : node.inputs) {
        if (turned[at(id)]) any = join(input, node.type.shape) || any;
      }
    }
  }
  return turned;
}

/// The new graph as it grows: every old node as it is, transposed, or both.
struct Turning {
  const Graph& from;
  const std::vector<char>& turned;
  Graph out = {};
  std::vector<Value> plain = {}, other = {};

  Value as_is(int id) {
    if (!plain[at(id)]) plain[at(id)] = transpose(other[at(id)]);
    return plain[at(id)];
  }
  Value transposed(int id) {
    if (!other[at(id)]) other[at(id)] = transpose(as_is(id));
    return other[at(id)];
  }
  Value turn(const Node& node) {
    if (node.op == &input_op) {
      const Shape& shape = node.type.shape;
      return out.input(node.attrs.text("name"), Type{node.type.dtype, {shape[1], shape[0]}});
    }
    if (is_matmul(node)) return matmul(transposed(node.inputs[1]), transposed(node.inputs[0]));
    Values inputs;
    for (int input : node.inputs) {
      inputs.push_back(from.node(input).type.shape == node.type.shape ? transposed(input) : as_is(input));
    }
    return out.append(*node.op, inputs, node.attrs, node.label);
  }
  Value keep(const Node& node) {
    Values inputs;
    for (int input : node.inputs) {
      const bool total = is_total(node) && turned[at(input)];  // over all elements: in either order
      inputs.push_back(total ? transposed(input) : as_is(input));
    }
    return out.append(*node.op, inputs, node.attrs, node.label);
  }
};

}  // namespace

Layouts choose_layouts(const std::vector<Graph>& graphs, const std::vector<std::string>& parameters) {
  const Names all(parameters.begin(), parameters.end());
  std::map<std::string, Reads> reads;
  for (const Graph& graph : graphs) count_reads(graph, all, reads);
  Layouts out;
  for (const auto& [name, of] : reads) {
    if (of.transposed > 0 && of.transposed >= of.plain) out.transposed.insert(name);
  }
  for (std::size_t before = 0; before != out.transposed.size();) {
    before = out.transposed.size();
    for (const Graph& graph : graphs) turned_nodes(graph, all, out.transposed);
  }
  return out;
}

Graph store_transposed(const Graph& graph, const Layouts& layouts) {
  Names names = layouts.transposed;
  const std::vector<char> turned = turned_nodes(graph, names, names);
  Turning of{graph, turned};
  of.plain.resize(at(graph.size())), of.other.resize(at(graph.size()));
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    (turned[at(id)] ? of.other : of.plain)[at(id)] = turned[at(id)] ? of.turn(node) : of.keep(node);
  }
  for (const Output& output : graph.outputs()) {
    of.out.output(output.name, names.contains(output.name) ? of.transposed(output.id) : of.as_is(output.id));
  }
  return std::move(of.out);
}

std::vector<std::string> worth_a_copy(const Graph& graph, const Layouts& layouts) {
  // Than a number of rows that are turned: written by one core, a copy is read by all of them and written again.
  constexpr std::int64_t dearer = 4;
  std::map<std::string, Reads> reads;
  count_reads(graph, layouts.transposed, reads);
  std::vector<std::string> out;
  for (const auto& [name, of] : reads) {
    if (of.transposed > 0 && dearer * of.shape.count() <= of.rows * (of.shape[0] + of.shape[1])) out.push_back(name);
  }
  return out;
}

}  // namespace gradus
