#include "gradus/engine/compile/straighten.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "gradus/engine/compile/cut_regions.hpp"
#include "gradus/engine/compile/fuse.hpp"
#include "gradus/engine/compile/known_ops.hpp"
#include "gradus/engine/compile/rewrite.hpp"

namespace gradus {
namespace {

std::size_t at(int id) { return static_cast<std::size_t>(id); }
bool is_leaf(const Node& node) { return node.op == &input_op || node.op == &constant_op; }

double flops_of(const Graph& graph, const Node& node) {
  if (is_leaf(node)) return 0;
  std::vector<Type> types;
  for (const int input : node.inputs) types.push_back(graph.node(input).type);
  return node.op->flops ? node.op->flops(types, node) : static_cast<double>(node.type.shape.count());
}

/// Whether a node sums over so many rows that parts of a batch, each of whole leaves, must give the same sum: straight
/// code sums in another order than leaves do.
bool sums_leaves(const Graph& graph, const Node& node) {
  if (is_leaf(node) || node.inputs.empty()) return false;
  const Shape& shape = graph.node(node.inputs[0]).type.shape;
  if (is_matmul(node)) {
    return is_matrix_transpose(graph.node(node.inputs[0])) && shape[1] >= rows_per_leaf;
  }
  const Attribute* axes = node.attrs.find("axes");
  if (!axes || shape.rank() == 0 || shape[0] < rows_per_leaf) return false;
  const Integers& reduced = std::get<Integers>(*axes);
  return std::find(reduced.begin(), reduced.end(), 0) != reduced.end();
}

/// Whether all of the graph is so little work that starting its steps one by one would take longer than doing it.
bool is_tiny(const Graph& graph) {
  constexpr double most_flops = 20e3;
  constexpr std::int64_t most_elements = 4096;
  double total = 0;
  for (const Node& node : graph.nodes()) {
    if (node.type.shape.count() > most_elements || sums_leaves(graph, node)) return false;
    total += flops_of(graph, node);
  }
  return total <= most_flops;
}

/// Which nodes are of which step: nodes of one level are one graph, or are done one by one where no graph takes them.
struct Levels {
  std::vector<char> straight;  // whether a graph takes the node
  std::vector<int> level;      // -1: not needed, or a leaf
  int count = 0;
};

Levels find_levels(const Graph& graph) {
  const std::vector<char> needed = needed_nodes(graph);
  Levels out{std::vector<char>(at(graph.size())), std::vector<int>(at(graph.size()), -1), 0};
  const auto follows = [&](int from, int to) {  // how many levels `to` is after `from` at the least
    return out.straight[at(from)] == out.straight[at(to)] ? 0 : 1;
  };
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    out.straight[at(id)] = runs_in_graphs(graph, node);
    if (is_leaf(node) || !needed[at(id)]) continue;
    int& level = out.level[at(id)];
    level = out.straight[at(id)] ? 1 : 0;  // graphs stand at odd levels
    for (const int input : node.inputs) {
      if (out.level[at(input)] >= 0) level = std::max(level, out.level[at(input)] + follows(input, id));
    }
    if (level % 2 != (out.straight[at(id)] ? 1 : 0)) ++level;
    out.count = std::max(out.count, level + 1);
  }
  // As late as the readers allow, so that there are few graphs.
  std::vector<int> latest(at(graph.size()), out.count);
  for (int id = graph.size() - 1; id >= 0; --id) {
    int& level = out.level[at(id)];
    if (level < 0) continue;
    const int last = latest[at(id)] - (latest[at(id)] % 2 != level % 2 ? 1 : 0);
    level = std::max(level, std::min(last, out.count - 1 - (out.count - 1 - level) % 2));
    for (const int input : graph.node(id).inputs) {
      latest[at(input)] = std::min(latest[at(input)], level - follows(input, id));
    }
  }
  return out;
}

/// The nodes of one level as a graph of their own. Fills the step's operands: what it reads, then what others read.
Step graph_step(const Graph& graph, const Levels& levels, int level, const std::vector<char>& read_elsewhere) {
  Step step;
  Graph own;
  std::map<int, int> place;  // node -> node of `own`
  const auto value = [&](int id) {
    if (const auto found = place.find(id); found != place.end()) return own.value(found->second);
    const Node& node = graph.node(id);
    Value made;
    if (node.op == &constant_op && levels.straight[at(id)]) {
      made = own.append(*node.op, {}, node.attrs);
    } else {
      made = own.input("%" + std::to_string(id), node.type);
      step.call.inputs.push_back({node.type, Access::whole});
      step.operands.push_back(id);
    }
    place[id] = made.id;
    return made;
  };
  for (int id = 0; id < graph.size(); ++id) {
    if (levels.level[at(id)] != level) continue;
    const Node& node = graph.node(id);
    Values inputs;
    for (const int input : node.inputs) inputs.push_back(value(input));
    place[id] = own.append(*node.op, inputs, node.attrs, node.label).id;
    step.flops += flops_of(graph, node);
    if (!node.label.empty()) step.label = node.label;
  }
  for (const auto& [id, made] : place) {
    if (levels.level[at(id)] != level || !read_elsewhere[at(id)]) continue;
    own.output("%" + std::to_string(id), own.value(made));
    step.call.outputs.push_back({graph.node(id).type, Access::whole});
    step.operands.push_back(id);
  }
  step.call.graph = std::make_shared<const Graph>(std::move(own));
  return step;
}

/// Whether some kernel takes the graph.
bool prepare(Step& step) {
  for (const Kernel& kernel : kernels()) {
    step.prepared = ask(kernel, step.call);
    step.kernel = kernel.name;
    if (step.prepared) return true;
    step.refusals.push_back(step.kernel + ": " + step.prepared.refusal);
  }
  return false;
}

Step node_step(const Graph& graph, int id) {
  const Node& node = graph.node(id);
  Step step;
  step.call.op = node.op;
  step.call.attrs = node.attrs;
  step.label = node.label;
  step.flops = flops_of(graph, node);
  for (const int input : node.inputs) {
    step.call.inputs.push_back({graph.node(input).type, Access::whole});
    step.operands.push_back(input);
  }
  step.call.outputs.push_back({node.type, Access::whole});
  step.operands.push_back(id);
  return step;
}

/// Which nodes are outputs, or are read at another level than their own.
std::vector<char> find_read_elsewhere(const Graph& graph, const Levels& levels) {
  std::vector<char> read(at(graph.size()));
  for (const Output& output : graph.outputs()) read[at(output.id)] = 1;
  for (int id = 0; id < graph.size(); ++id) {
    if (levels.level[at(id)] < 0) continue;
    for (const int input : graph.node(id).inputs) {
      if (levels.level[at(input)] != levels.level[at(id)]) read[at(input)] = 1;
    }
  }
  return read;
}

}  // namespace

bool runs_straight(const Graph& graph) {
  if (!is_tiny(graph)) return false;
  int straight = 0, single = 0;
  for (const Node& node : graph.nodes()) {
    if (!is_leaf(node)) ++(runs_in_graphs(graph, node) ? straight : single);
  }
  return straight > single;
}

std::optional<Plan> straighten(const Graph& graph) {
  if (!runs_straight(graph)) return {};
  const Levels levels = find_levels(graph);
  const std::vector<char> read_elsewhere = find_read_elsewhere(graph, levels);
  Plan plan;
  plan.buffers = buffers_of(graph);
  plan.regions.resize(1);
  auto& loops = plan.regions[0].loops;  // one a level at first, so that single nodes are fused with their own
  for (int level = 0; level < levels.count; ++level) {
    Loop loop;
    if (level % 2 == 1) loop.steps.push_back(graph_step(graph, levels, level, read_elsewhere));
    for (int id = 0; id < graph.size() && level % 2 == 0; ++id) {
      if (levels.level[at(id)] == level) loop.steps.push_back(node_step(graph, id));
    }
    if (!loop.steps.empty() && !loop.steps[0].call.outputs.empty()) loops.push_back(std::move(loop));
  }
  if (loops.empty()) return {};
  plan = fuse(plan, graph);
  Loop all;
  for (Loop& loop : plan.regions[0].loops) {
    for (Step& step : loop.steps) {
      if (step.call.graph && !prepare(step)) return {};
      all.steps.push_back(std::move(step));
    }
  }
  plan.regions[0].loops.resize(1);
  plan.regions[0].loops[0] = std::move(all);
  return plan;
}

}  // namespace gradus
