#include "gradus/engine/compile/choose_layouts.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include "gradus/core/graph/walk.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/engine/compile/known_ops.hpp"
#include "gradus/engine/compile/passes.hpp"

namespace gradus {
namespace {

using Names = std::set<std::string, std::less<>>;

bool is_elementwise(const Node& node) { return node.op->traits.pointwise || node.op == &cast_op; }
bool is_total(const Node& node) { return node.op == &sum_op && node.type.shape.count() == 1; }

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

/// The nodes to be made transposed: inputs that are stored so, whatever is computed from these element by element, and
/// what that reads. Grows from input to input.
class Turned {
 public:
  Turned(const Graph& graph, const Names& parameters)
      : graph_(graph), parameters_(parameters), readers_(find_readers(graph)), turned_(graph) {}

  bool operator[](int id) const { return turned_[id] != 0; }
  /// Turns the input called `name`, if there is one, and what follows. State found on the way joins `names`, and
  /// `found` where it is new there.
  void spread_from(const std::string& name, Names& names, std::vector<std::string>& found) {
    std::vector<int> next;
    if (const int id = graph_.input_id(name); id >= 0 && !turned_[id]) next.push_back(id), turned_[id] = 1;
    const auto join = [&](int id, const Shape& shape) {
      const Node& node = graph_.node(id);
      if (turned_[id] || node.type.shape != shape) return;
      const bool state = node.op == &input_op && parameters_.contains(node.attrs.text("name"));
      if (!state && !is_matmul(node) && !turns(graph_, node)) return;
      if (state && names.insert(node.attrs.text("name")).second) found.push_back(node.attrs.text("name"));
      turned_[id] = 1;
      next.push_back(id);
    };
    while (!next.empty()) {
      const int id = next.back();
      next.pop_back();
      const Node& node = graph_.node(id);
      for (int reader : readers_[id]) {
        if (turns(graph_, graph_.node(reader))) join(reader, node.type.shape);
      }
      if (!turns(graph_, node)) continue;
      for (int input : node.inputs) join(input, node.type.shape);
    }
  }

 private:
  const Graph& graph_;
  const Names& parameters_;
  ById<std::vector<int>> readers_;
  ById<char> turned_;
};

/// The new graph as it grows: every old node as it is, transposed, or both.
struct Turning {
  const Graph& from;
  const Turned& turned;
  ById<Value> plain = ById<Value>(from), other = plain;
  Graph out = {};

  Value as_is(int id) {
    if (!plain[id]) plain[id] = transpose(other[id]);
    return plain[id];
  }
  Value transposed(int id) {
    if (!other[id]) other[id] = transpose(as_is(id));
    return other[id];
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
      const bool total = is_total(node) && turned[input];  // over all elements: in either order
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
  std::deque<Turned> turned;
  for (const Graph& graph : graphs) turned.emplace_back(graph, all);
  std::vector<std::string> found(out.transposed.begin(), out.transposed.end());
  while (!found.empty()) {
    const std::string name = std::move(found.back());
    found.pop_back();
    for (Turned& of : turned) of.spread_from(name, out.transposed, found);
  }
  return out;
}

Graph store_transposed(const Graph& graph, const Layouts& layouts) {
  Names names = layouts.transposed;
  Turned turned(graph, layouts.transposed);
  std::vector<std::string> found;
  for (const std::string& name : layouts.transposed) turned.spread_from(name, names, found);
  Turning of{graph, turned};
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    (turned[id] ? of.other : of.plain)[id] = turned[id] ? of.turn(node) : of.keep(node);
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
