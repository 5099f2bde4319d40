#include "gradus/engine/cpu/compile/straighten.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "gradus/core/graph/walk.hpp"
#include "gradus/engine/compile/known_ops.hpp"
#include "gradus/engine/cpu/compile/cut_regions.hpp"
#include "gradus/engine/cpu/compile/fuse.hpp"

namespace gradus {
namespace {

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
  ById<char> straight;                  // whether a graph takes the node
  ById<int> level;                      // -1: not needed, or a leaf
  std::vector<std::vector<int>> nodes;  // of each level, in order
};

Levels find_levels(const Graph& graph) {
  const ById<char> needed = needed_nodes(graph);
  Levels out{ById<char>(graph), ById<int>(graph, -1), {}};
  const auto follows = [&](int from, int to) {  // how many levels `to` is after `from` at the least
    return out.straight[from] == out.straight[to] ? 0 : 1;
  };
  int count = 0;
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    out.straight[id] = runs_in_graphs(graph, node);
    if (is_leaf(node) || !needed[id]) continue;
    int& level = out.level[id];
    level = out.straight[id] ? 1 : 0;  // graphs stand at odd levels
    for (const int input : node.inputs) {
      if (out.level[input] >= 0) level = std::max(level, out.level[input] + follows(input, id));
    }
    if (level % 2 != (out.straight[id] ? 1 : 0)) ++level;
    count = std::max(count, level + 1);
  }
  // As late as the readers allow, so that there are few graphs.
  ById<int> latest(graph, count);
  for (int id = graph.size() - 1; id >= 0; --id) {
    int& level = out.level[id];
    if (level < 0) continue;
    const int last = latest[id] - (latest[id] % 2 != level % 2 ? 1 : 0);
    level = std::max(level, std::min(last, count - 1 - (count - 1 - level) % 2));
    for (const int input : graph.node(id).inputs) {
      latest[input] = std::min(latest[input], level - follows(input, id));
    }
  }
  out.nodes.resize(static_cast<std::size_t>(count));
  for (int id = 0; id < graph.size(); ++id) {
    if (out.level[id] >= 0) out.nodes[static_cast<std::size_t>(out.level[id])].push_back(id);
  }
  return out;
}

/// The nodes of one level as a graph of their own. Fills the step's operands: what it reads, then what others read.
Step graph_step(const Graph& graph, const Levels& levels, const std::vector<int>& nodes,
                const ById<char>& read_elsewhere) {
  Step step;
  Graph own;
  std::map<int, int> place;  // node -> node of `own`
  const auto value = [&](int id) {
    if (const auto found = place.find(id); found != place.end()) return own.value(found->second);
    const Node& node = graph.node(id);
    Value made;
    if (node.op == &constant_op && levels.straight[id]) {
      made = own.append(*node.op, {}, node.attrs);
    } else {
      made = own.input("%" + std::to_string(id), node.type);
      step.call.inputs.push_back({node.type, Access::whole});
      step.operands.push_back(id);
    }
    place[id] = made.id;
    return made;
  };
  for (const int id : nodes) {
    const Node& node = graph.node(id);
    Values inputs;
    for (const int input : node.inputs) inputs.push_back(value(input));
    place[id] = own.append(*node.op, inputs, node.attrs, node.label).id;
    step.flops += flops_of(graph, node);
    if (!node.label.empty()) step.label = node.label;
  }
  for (const int id : nodes) {
    if (!read_elsewhere[id]) continue;
    own.output("%" + std::to_string(id), own.value(place[id]));
    step.call.outputs.push_back({graph.node(id).type, Access::whole});
    step.operands.push_back(id);
  }
  step.call.graph = std::make_shared<const Graph>(std::move(own));
  return step;
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

/// Which nodes are results, or are read at another level than their own.
ById<char> find_read_elsewhere(const Graph& graph, const Levels& levels) {
  ById<char> read(graph);
  for (int id : result_nodes(graph)) read[id] = 1;
  for (int id = 0; id < graph.size(); ++id) {
    if (levels.level[id] < 0) continue;
    for (const int input : graph.node(id).inputs) {
      if (levels.level[input] != levels.level[id]) read[input] = 1;
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

std::optional<Plan> straighten(const Graph& graph, KernelCache& cache) {
  if (!runs_straight(graph)) return {};
  const Levels levels = find_levels(graph);
  const ById<char> read_elsewhere = find_read_elsewhere(graph, levels);
  Plan plan;
  plan.buffers = buffers_of(graph);
  plan.regions.resize(1);
  auto& loops = plan.regions[0].loops;  // one a level at first, so that single nodes are fused with their own
  for (std::size_t level = 0; level < levels.nodes.size(); ++level) {
    Loop loop;
    if (level % 2 == 1) loop.steps.push_back(graph_step(graph, levels, levels.nodes[level], read_elsewhere));
    else
      for (const int id : levels.nodes[level]) loop.steps.push_back(node_step(graph, id));
    if (!loop.steps.empty() && !loop.steps[0].call.outputs.empty()) loops.push_back(std::move(loop));
  }
  if (loops.empty()) return {};
  plan = fuse(std::move(plan), graph);
  Loop all;
  for (Loop& loop : plan.regions[0].loops) {
    for (Step& step : loop.steps) {
      if (step.call.graph) {
        step.chosen = cache.choose(step.call);
        if (!step.chosen->prepared) return {};
      }
      all.steps.push_back(std::move(step));
    }
  }
  plan.regions[0].loops.resize(1);
  plan.regions[0].loops[0] = std::move(all);
  return plan;
}

}  // namespace gradus
