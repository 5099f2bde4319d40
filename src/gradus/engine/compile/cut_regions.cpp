#include "gradus/engine/compile/cut_regions.hpp"

#include <algorithm>
#include <map>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/all.hpp"
#include "gradus/engine/compile/known_ops.hpp"
#include "gradus/engine/compile/rewrite.hpp"
#include "gradus/engine/compile/split_sums.hpp"
#include "gradus/engine/kernels/block.hpp"

namespace gradus {
namespace {

std::size_t at(int id) { return static_cast<std::size_t>(id); }

/// How a block of the rows of `node` reads input `i`, or nothing when rows of the output do not follow from it so.
bool access_of_input(const Graph& graph, const Node& node, std::size_t i, Access& access) {
  if (!node.op->axis) return false;
  std::vector<Type> types;
  for (int input : node.inputs) types.push_back(graph.node(input).type);
  bool mixed = false;
  int source = -1;
  for (int axis = 0; axis < types[i].shape.rank(); ++axis) {
    const Axis found = node.op->axis(checked_cast<int>(i), axis, types, node);
    if (found.kind == Axis::kept && found.at == 0) source = axis;
    mixed = mixed || found.kind == Axis::mixed;
  }
  if (source == 0) {
    access = Access::rows;
    return true;
  }
  if (source == 1 && types[i].shape.rank() == 2) {
    access = Access::columns;
    return true;
  }
  access = Access::whole;
  return source < 0 && !mixed;
}

/// Whether the op, asked for a block of one row, infers a block of one row.
bool infers_blocks(const Graph& graph, const Node& node, const std::vector<Access>& access) {
  std::vector<Type> types;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    Type type = graph.node(node.inputs[i]).type;
    if (access[i] == Access::rows) type.shape = type.shape.with(0, 1);
    if (access[i] == Access::columns) type.shape = type.shape.with(1, 1);
    types.push_back(type);
  }
  try {
    const Type block = node.op->infer(types, attrs_of_block(node.attrs, node.type.shape[0], 1));
    return block.shape == node.type.shape.with(0, 1);
  } catch (const UserError&) {
    return false;
  }
}

Task cut_task(const Graph& graph, int id) {
  const Node& node = graph.node(id);
  Task task{.node = id, .value = id, .inputs = node.inputs};
  task.access.assign(node.inputs.size(), Access::whole);
  const Shape& shape = node.type.shape;
  if (is_matmul(node)) {
    for (std::size_t i = 0; i < 2; ++i) {
      const Node& input = graph.node(node.inputs[i]);
      task.transposed[i] = is_matrix_transpose(input);
      if (task.transposed[i]) task.inputs[i] = input.inputs[0];
    }
    task.access[0] = task.transposed[0] ? Access::columns : Access::rows;
    task.result = Access::rows;
    task.rows = shape[0];
    return task;
  }
  if (is_matrix_transpose(node)) {  // written column by column where its input is made row by row
    task.access[0] = Access::rows;
    task.result = Access::columns;
    task.rows = shape[1];
    return task;
  }
  bool blocks = shape.rank() > 0 && shape[0] > 1;
  if (blocks && node.op->traits.random) {
    task.rows = shape[0];
    task.result = Access::rows;
    return task;
  }
  for (std::size_t i = 0; blocks && i < task.inputs.size(); ++i)
    blocks = access_of_input(graph, node, i, task.access[i]);
  if (blocks && infers_blocks(graph, node, task.access)) {
    task.rows = shape[0];
    task.result = Access::rows;
  }
  return task;
}

/// A task of one row is not cut: with its neighbours of one row it runs through from start to end.
Task task_of(const Graph& graph, int id) {
  Task task = cut_task(graph, id);
  if (task.result != Access::whole && task.rows > 1) return task;
  task.rows = 1;
  task.result = Access::whole;
  std::fill(task.access.begin(), task.access.end(), Access::whole);
  return task;
}

/// Whether `task` may take its input from `source` block by block, in one loop.
bool flows(const Task& source, const Task& task, std::size_t input) {
  if (source.rows != task.rows || source.result == Access::columns || source.result == Access::part) return false;
  return source.result == Access::rows ? task.access[input] == Access::rows
                                       : task.result == Access::whole;  // both uncut: one after the other
}

std::vector<Task> make_tasks(const Graph& graph) {
  const std::vector<char> needed = needed_nodes(graph);
  std::vector<Task> tasks;
  std::vector<char> read(at(graph.size()));
  for (const Output& output : graph.outputs()) read[at(output.id)] = 1;
  for (int id = graph.size() - 1; id >= 0; --id) {  // from the end, so that folded transposes are seen to be unread
    const Node& node = graph.node(id);
    if (!needed[at(id)] || !read[at(id)] || node.inputs.empty()) continue;
    tasks.push_back(task_of(graph, id));
    for (int input : tasks.back().inputs) read[at(input)] = 1;
  }
  // Leaves that are neither inputs nor constants (iota).
  for (int id = graph.size() - 1; id >= 0; --id) {
    const Node& node = graph.node(id);
    if (read[at(id)] && node.inputs.empty() && node.op->evaluate) tasks.push_back({.node = id, .value = id});
  }
  std::sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return a.node < b.node; });
  return tasks;
}

/// What only later regions read is computed there: its inputs are at hand, and its result need not be kept.
void postpone(std::vector<Task>& tasks, const std::vector<int>& writers, const Graph& graph) {
  constexpr int never = 1 << 30;
  std::vector<int> latest(tasks.size(), never);
  for (const Output& output : graph.outputs()) {
    const int task = writers[at(output.id)];
    if (task >= 0) latest[at(task)] = tasks[at(task)].level;
  }
  for (std::size_t t = tasks.size(); t-- > 0;) {
    Task& task = tasks[t];
    if (latest[t] != never) task.level = std::max(task.level, latest[t]);
    for (std::size_t i = 0; i < task.inputs.size(); ++i) {
      const int source = writers[at(task.inputs[i])];
      if (source < 0) continue;
      latest[at(source)] = std::min(latest[at(source)], task.level - (flows(tasks[at(source)], task, i) ? 0 : 1));
    }
  }
}

/// Levels (regions) as early as the inputs allow, and loops: tasks of a level that flow into one another.
int assign_loops(std::vector<Task>& tasks, const Graph& graph, std::vector<int>& writers) {
  std::vector<int> parent;
  const auto root = [&](int i) {
    while (parent[at(i)] != i) i = parent[at(i)] = parent[at(parent[at(i)])];
    return i;
  };
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    Task& task = tasks[t];
    writers[at(task.value)] = checked_cast<int>(t);
    parent.push_back(checked_cast<int>(t));
    for (std::size_t i = 0; i < task.inputs.size(); ++i) {
      const int source = writers[at(task.inputs[i])];
      if (source < 0) continue;
      task.level = std::max(task.level, tasks[at(source)].level + (flows(tasks[at(source)], task, i) ? 0 : 1));
    }
  }
  postpone(tasks, writers, graph);
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    const Task& task = tasks[t];
    for (std::size_t i = 0; i < task.inputs.size(); ++i) {
      const int source = writers[at(task.inputs[i])];
      if (source >= 0 && tasks[at(source)].level == task.level) parent[at(root(checked_cast<int>(t)))] = root(source);
    }
  }
  int loops = 0;
  std::map<int, int> number;
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    const auto [place, fresh] = number.try_emplace(root(checked_cast<int>(t)), loops);
    if (fresh) ++loops;
    tasks[t].loop = place->second;
  }
  return loops;
}

Step step_of(const Graph& graph, const PlanValues& values, const Task& task) {
  const Node& node = graph.node(task.node);
  Step step;
  step.call.op = task.adds_parts ? &find_op("sum") : node.op;
  step.call.attrs = task.adds_parts ? Attrs{{"axes", Integers{0}}, {"keep", std::int64_t{0}}} : node.attrs;
  if (task.adds_parts) step.call.leaf = 1;
  step.label = node.label;
  std::vector<Type> types;
  for (int input : task.adds_parts ? task.inputs : node.inputs) types.push_back(values.types[at(input)]);
  const Node as_node{step.call.op, {}, step.call.attrs, node.type};
  step.flops = step.call.op->flops ? step.call.op->flops(types, as_node) : static_cast<double>(node.type.shape.count());
  for (std::size_t i = 0; i < task.inputs.size(); ++i) {
    step.call.inputs.push_back({values.types[at(task.inputs[i])], task.access[i]});
    if (i < 2) step.call.transposed[i] = task.transposed[i];
    step.operands.push_back(task.inputs[i]);
  }
  step.call.outputs.push_back({values.types[at(task.value)], task.result});
  step.operands.push_back(task.value);
  return step;
}

}  // namespace

std::int64_t batch_rows(std::int64_t rows, std::int64_t largest_matrix) {
  constexpr std::int64_t cached = 1 << 20;  // numbers; a larger matrix is read from memory again by every block
  if (largest_matrix > cached && rows >= 256) return 128;
  return rows >= 128 ? 64 : rows >= 64 ? 32 : rows >= 32 ? 16 : std::max<std::int64_t>(rows, 1);
}

std::int64_t tile_rows(std::int64_t rows, std::int64_t inner) {
  constexpr std::int64_t elements = 2048, wide = 1024;
  const std::int64_t least = inner >= wide ? 64 : 16;  // a wide tile pays for packing what it multiplies
  const std::int64_t wanted = elements / std::max<std::int64_t>(inner, 1) / least * least;
  return std::clamp<std::int64_t>(std::max(wanted, least), 1, std::max<std::int64_t>(rows, 1));
}

/// Sets the rows of the loop's blocks, where nothing wants so many of them, and tells its steps.
void cut_loop(Loop& loop) {
  std::int64_t inner = 1, largest = 0;
  bool batch = false, cut = true;
  for (const Step& step : loop.steps) {
    const Operand& result = step.call.outputs[0];
    cut = cut && result.access != Access::whole;
    if (loop.rows > 0 && result.access != Access::part) inner = std::max(inner, result.type.shape.count() / loop.rows);
    if (is_matmul(Node{step.call.op, {}, {}, result.type}) && step.call.inputs[0].access == Access::rows &&
        result.access != Access::part) {
      batch = true;
      largest = std::max(largest, step.call.inputs[1].type.shape.count());
    }
  }
  if (loop.block == 0) loop.block = !cut ? 1 : batch ? batch_rows(loop.rows, largest) : tile_rows(loop.rows, inner);
  for (Step& step : loop.steps) step.call.rows = loop.rows, step.call.block = std::min(loop.block, loop.rows);
}

std::vector<Buffer> buffers_of(const Graph& graph) {
  std::vector<Buffer> out;
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    Buffer buffer{.name = "%" + std::to_string(id), .type = node.type, .bytes = byte_count(node.type)};
    if (node.op == &input_op) buffer.home = Home::input, buffer.name = node.attrs.text("name");
    if (node.op == &constant_op) {
      buffer.home = Home::constant;
      buffer.literal = std::get<Literal>(*node.attrs.find("value"));
    }
    out.push_back(std::move(buffer));
  }
  return out;
}

Plan cut_regions(const Graph& graph, bool own_order) {
  std::vector<Task> tasks = make_tasks(graph);
  PlanValues values;
  for (int id = 0; id < graph.size(); ++id) values.types.push_back(graph.node(id).type);
  split_sums(tasks, graph, values, own_order);
  const int loops = assign_loops(tasks, graph, values.writers);
  Plan plan;
  plan.buffers = buffers_of(graph);
  for (const Task& task : tasks) {
    if (task.result != Access::part) continue;
    const Type& type = values.types[at(task.value)];
    plan.buffers.push_back(
        {.name = "%" + std::to_string(task.node) + " parts", .type = type, .bytes = byte_count(type)});
  }
  std::vector<int> place(at(loops), -1);
  for (const Task& task : tasks) {
    if (at(task.level) >= plan.regions.size()) plan.regions.resize(at(task.level) + 1);
    Region& region = plan.regions[at(task.level)];
    if (place[at(task.loop)] < 0) {
      place[at(task.loop)] = checked_cast<int>(region.loops.size());
      region.loops.push_back({.rows = task.rows, .block = 0, .steps = {}});
    }
    Loop& loop = region.loops[at(place[at(task.loop)])];
    loop.block = std::max(loop.block, task.block);
    loop.steps.push_back(step_of(graph, values, task));
  }
  for (Region& region : plan.regions) {
    for (Loop& loop : region.loops) cut_loop(loop);
  }
  return plan;
}

}  // namespace gradus
