#include "gradus/app/explain/annotate.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "gradus/app/explain/advice.hpp"
#include "gradus/app/explain/names.hpp"
#include "gradus/app/explain/second.hpp"
#include "gradus/app/explain/trouble.hpp"
#include "gradus/core/base/remedy.hpp"
#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/graph/walk.hpp"
#include "gradus/core/ops/all.hpp"
#include "gradus/core/ops/layout.hpp"

namespace gradus::explain {

std::vector<int> ids_in_order(const Graph& graph, int output) {
  const ById<char> needed = gradus::needed_nodes(graph, output);
  std::vector<int> ids;
  for (int id = 0; id <= output; ++id) {
    if (needed[id]) ids.push_back(id);
  }
  return ids;
}

namespace {

/// Places in `ids` by graph node, -1 for those left out.
std::vector<int> places(const std::vector<int>& ids, int size) {
  std::vector<int> out(static_cast<std::size_t>(size), -1);
  for (std::size_t i = 0; i < ids.size(); ++i) out[static_cast<std::size_t>(ids[i])] = static_cast<int>(i);
  return out;
}

std::vector<Node> describe_nodes(const Graph& graph, const std::vector<int>& ids, const std::vector<int>& place,
                                 int output) {
  const auto names = node_names(graph, ids, output);
  std::vector<Node> out;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const gradus::Node& from = graph.node(ids[i]);
    Node node;
    node.kind = from.op == &input_op      ? Node::Kind::input
                : from.op == &constant_op ? Node::Kind::constant
                                          : Node::Kind::operation;
    node.name = names[i], node.op = from.op, node.rule = from.op->rule;
    std::vector<std::string> inputs;
    for (int input : from.inputs) {
      node.inputs.push_back(place[static_cast<std::size_t>(input)]);
      inputs.push_back(names[static_cast<std::size_t>(node.inputs.back())]);
    }
    node.expression = node_expression(graph, ids[i], inputs);
    out.push_back(std::move(node));
  }
  return out;
}

[[noreturn]] void refuse_bad_value(const Explanation& e, int id, const std::string& remedy) {
  const Node& node = e.nodes[static_cast<std::size_t>(id)];
  std::string at;
  std::set<int> told;
  for (int input : node.inputs) {
    const Node& from = e.nodes[static_cast<std::size_t>(input)];
    if (from.kind == Node::Kind::constant || !told.insert(input).second) continue;
    at += (at.empty() ? " at " : ", ") + from.name + " = " + short_value(from.value);
  }
  const std::string own = node.kind == Node::Kind::operation ? node.name + " = " + node.expression : node.name;
  throw NotFinite({own, bad_value(e, id) + at, "a finite value", remedy}, id);
}

/// The inputs to derive by, as graph nodes.
Values variables_of(Graph& graph, const std::vector<int>& ids, const std::vector<std::string>& asked) {
  Values out;
  std::vector<std::string> known;
  for (int id : ids) {
    const gradus::Node& node = graph.node(id);
    const bool variable = node.op == &input_op && is_floating(node.type.dtype);
    if (variable && asked.empty()) out.push_back(graph.value(id));
    if (node.op != &constant_op && !node.label.empty() && is_floating(node.type.dtype)) known.push_back(node.label);
  }
  for (const std::string& name : asked) {
    const auto found = std::find_if(ids.begin(), ids.end(), [&](int id) { return graph.node(id).label == name; });
    if (found == ids.end() || std::find(known.begin(), known.end(), name) == known.end()) {
      std::string all;
      for (const std::string& other : known) all += (all.empty() ? "" : ", ") + other;
      throw UserError(Fault::usage, Report{"--wrt", "\"" + printable(name) + "\"", "one of: " + all,
                                           nearest_or(name, std::span<const std::string>(known),
                                                      known.empty() ? "no --wrt" : known.front())});
    }
    out.push_back(graph.value(*found));
  }
  return out;
}

/// Forward nodes (below `forward`) that `value` was computed from, going back as far as `stop`.
std::vector<int> forward_reads(Graph& graph, Value value, Value stop, int forward) {
  std::set<int> reads, seen;
  std::vector<int> left{value.id};
  while (!left.empty()) {
    const int id = left.back();
    left.pop_back();
    if (id == stop.id || !seen.insert(id).second) continue;
    if (id < forward) {
      if (graph.node(id).op != &constant_op) reads.insert(id);
      continue;
    }
    for (int input : graph.node(id).inputs) left.push_back(input);
  }
  return {reads.begin(), reads.end()};
}

/// An edge of the explanation and the graph values that hold its numbers.
struct Wanted {
  Edge edge;
  Value local = {}, contribution = {};
};

/// The derivative of every element of `node` by its arguments: derive with ones, before sums over what broadcasting
/// repeated.
Values local_derivatives(Value node) {
  bool numbers = node.shape().count() == 1;
  for (std::size_t i = 0; i < node.node().inputs.size(); ++i) {
    numbers = numbers && node.input(static_cast<int>(i)).shape().count() == 1;
  }
  const bool elementwise = node.op().traits.pointwise || numbers;
  if (!elementwise || !node.op().derive) return {};
  const Value ones = broadcast_to(constant_like(node, 1), node.shape());
  Values out = node.op().derive(node, ones);
  for (Value& slope : out) {
    if (!slope) continue;
    if (slope.shape().count() == node.shape().count()) slope = reshape(slope, node.shape());
    else slope = broadcast_to(slope, node.shape());
  }
  return out;
}

class Annotator {
 public:
  Annotator(Graph graph, int output, std::span<const Binding> bindings, const AnnotateOptions& options)
      : graph_(std::move(graph)),
        output_(output),
        forward_(graph_.size()),
        ids_(ids_in_order(graph_, output)),
        place_(places(ids_, forward_)),
        options_(options) {
    for (const Binding& binding : bindings) bindings_.push_back({graph_.value(binding.input.id), binding.value});
  }

  Explanation run() {
    out_.nodes = describe_nodes(graph_, ids_, place_, output_);
    out_.output = place_of(output_);
    read_values();
    if (const auto bad = first_bad_value(out_)) refuse_bad_value(out_, *bad, options_.remedy);
    derive();
    evaluate();
    if (options_.jacobian) add_jacobians(out_, graph_, ids_, bindings_);
    if (options_.second) add_hessian(out_, gradients_, variables_, bindings_);
    explain_troubles();
    return std::move(out_);
  }

 private:
  int place_of(int id) const { return place_[static_cast<std::size_t>(id)]; }

  void explain_troubles() {
    out_.troubles = find_troubles(out_);
    for (Trouble& trouble : out_.troubles) {
      const int variable = trouble.by;
      const auto place = std::find(out_.variables.begin(), out_.variables.end(), variable) - out_.variables.begin();
      const std::int64_t bad = first_not_finite(*out_.nodes[static_cast<std::size_t>(variable)].gradient);
      trouble.limit = limit_of({gradients_[static_cast<std::size_t>(place)], bad, variables_, bindings_});
    }
    if (out_.troubles.empty() && out_.hessian) {
      if (auto trouble = second_trouble(out_, graph_, ids_, gradients_, variables_, bindings_)) {
        out_.troubles.push_back(std::move(*trouble));
      }
    }
    for (Trouble& trouble : out_.troubles) trouble.remedy = options_.remedy;
  }

  void read_values() {
    Values forward;
    for (int id : ids_) forward.push_back(graph_.value(id));
    auto numbers = interpret(forward, bindings_);
    for (std::size_t i = 0; i < ids_.size(); ++i) out_.nodes[i].value = std::move(numbers[i]);
  }

  void derive() {
    const Value y = graph_.value(output_);
    variables_ = variables_of(graph_, ids_, options_.variables);
    for (Value x : variables_) out_.variables.push_back(place_of(x.id));
    Value seed;
    if (y.shape().count() != 1 && is_floating(y.dtype())) {
      seed = broadcast_to(constant_like(y, 1), y.shape());
      out_.notes.push_back(out_.nodes[static_cast<std::size_t>(out_.output)].name + " has " +
                           std::to_string(y.shape().count()) + " elements: the gradients are those of their sum.");
    }
    derivative_ = differentiate(y, variables_, seed);
    gradients_ = derivative_.of;
    for (int id : ids_) {
      const auto at = static_cast<std::size_t>(id);
      const std::vector<int> inputs = graph_.node(id).inputs;
      const Values& parts = derivative_.contribution_of[at];
      const Values locals = parts.empty() ? Values{} : local_derivatives(graph_.value(id));
      for (std::size_t slot = 0; slot < inputs.size(); ++slot) {
        Wanted wanted{{place_of(inputs[slot]), place_of(id), static_cast<int>(slot), {}, {}, {}, {}}};
        if (slot < parts.size() && parts[slot]) {
          wanted.contribution = parts[slot];
          if (slot < locals.size()) wanted.local = locals[slot];
          for (int read : forward_reads(graph_, parts[slot], derivative_.adjoint_of[at], forward_)) {
            wanted.edge.reads.push_back(place_of(read));
          }
        }
        wanted_.push_back(std::move(wanted));
      }
    }
  }

  void evaluate() {
    Values all;
    for (int id : ids_) all.push_back(adjoint(id) ? adjoint(id) : graph_.value(id));
    for (const Wanted& wanted : wanted_) {
      for (Value value : {wanted.local, wanted.contribution}) {
        if (value) all.push_back(value);
      }
    }
    auto numbers = interpret(all, bindings_);
    std::size_t next = 0;
    for (std::size_t i = 0; i < ids_.size(); ++i, ++next) {
      if (adjoint(ids_[i])) out_.nodes[i].gradient = std::move(numbers[next]);
    }
    for (Wanted& wanted : wanted_) {
      if (wanted.local) wanted.edge.local = std::move(numbers[next++]);
      if (wanted.contribution) wanted.edge.contribution = std::move(numbers[next++]);
      out_.edges.push_back(std::move(wanted.edge));
    }
    for (std::size_t i = ids_.size(); i-- > 0;) {
      if (!derivative_.contribution_of[static_cast<std::size_t>(ids_[i])].empty())
        out_.backward.push_back(static_cast<int>(i));
    }
    index_edges(out_);
    zeros_where_no_path_leads();
  }

  /// A variable that the output does not depend on by any path with a gradient has the gradient 0.
  void zeros_where_no_path_leads() {
    for (int at : out_.variables) {
      Node& node = out_.nodes[static_cast<std::size_t>(at)];
      if (!node.gradient) node.gradient = Tensor(node.value.type());
    }
  }

  Value adjoint(int id) const { return derivative_.adjoint_of[static_cast<std::size_t>(id)]; }

  Graph graph_;
  int output_, forward_;
  std::vector<int> ids_, place_;
  const AnnotateOptions& options_;
  std::vector<Binding> bindings_;
  Values variables_, gradients_;
  Derivative derivative_;
  std::vector<Wanted> wanted_;
  Explanation out_;
};

}  // namespace

Explanation annotate(Graph graph, int output, std::span<const Binding> bindings, const AnnotateOptions& options) {
  return Annotator(std::move(graph), output, bindings, options).run();
}

}  // namespace gradus::explain
