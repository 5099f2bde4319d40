#include "gradus/engine/cpu/compile/cut_regions.hpp"

#include <algorithm>
#include <optional>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/graph/walk.hpp"
#include "gradus/core/ops/conv.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/engine/compile/known_ops.hpp"
#include "gradus/engine/cpu/compile/split_sums.hpp"

namespace gradus {
namespace {

/// Whether kernels take columns of what has more axes than two: sums over the rows of a batch, channel by channel.
bool takes_channels(const Node& node) {
  return node.op == &conv_weight_grad_op || node.op == &sum_op || node.op == &mean_op;
}

/// How a block of the rows of `node` reads its inputs, or nothing when there are no such blocks.
std::optional<std::vector<Access>> accesses_of_block(const Node& node, Types types) {
  const auto block = node.op->block ? node.op->block(types, node, {0, 1}) : std::nullopt;
  if (!block) return std::nullopt;
  std::vector<Access> out;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const int axis = block->axes[i];
    const bool columns = axis == 1 && (types[i].shape.rank() == 2 || takes_channels(node));
    if (axis > 0 && !columns) return std::nullopt;  // no kernel reads that
    out.push_back(axis == Block::whole ? Access::whole : axis == 0 ? Access::rows : Access::columns);
  }
  return out;
}

Task cut_task(const Graph& graph, int id) {
  const Node& node = graph.node(id);
  Task task{.node = id, .value = id, .inputs = node.inputs};
  task.access.assign(node.inputs.size(), Access::whole);
  const Shape& shape = node.type.shape;
  for (std::size_t i = 0; node.op == &matmul_op && i < 2; ++i) {
    const Node& input = graph.node(node.inputs[i]);
    task.transposed[i] = swaps_last_axes(input);
    if (task.transposed[i]) task.inputs[i] = input.inputs[0];
  }
  if (is_matmul(node)) {
    task.access[0] = task.transposed[0] ? Access::columns : Access::rows;
    task.result = Access::rows;
    task.rows = shape[0];
    return task;
  }
  if (node.op == &outer_sum_op) {  // of all rows of both, as matrices
    task.access[0] = Access::columns;
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
  if (shape.rank() == 0 || shape[0] <= 1) return task;
  const std::vector<Type> types = input_types(graph, node);
  if (auto access = accesses_of_block(node, types)) {
    task.access = std::move(*access);
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
  if (task.own_loop || source.rows != task.rows || source.result == Access::columns || source.result == Access::part)
    return false;
  return source.result == Access::rows ? task.access[input] == Access::rows
                                       : task.result == Access::whole;  // both uncut: one after the other
}

std::vector<Task> make_tasks(const Graph& graph) {
  const ById<char> needed = needed_nodes(graph);
  std::vector<Task> tasks;
  ById<char> read(graph);
  for (int id : result_nodes(graph)) read[id] = 1;
  for (int id = graph.size() - 1; id >= 0; --id) {  // from the end, so that folded transposes are seen to be unread
    const Node& node = graph.node(id);
    if (!needed[id] || !read[id] || node.inputs.empty()) continue;
    tasks.push_back(task_of(graph, id));
    for (int input : tasks.back().inputs) read[input] = 1;
  }
  // Leaves that are neither inputs nor constants (iota).
  for (int id = graph.size() - 1; id >= 0; --id) {
    const Node& node = graph.node(id);
    if (read[id] && node.inputs.empty() && node.op->evaluate) tasks.push_back({.node = id, .value = id});
  }
  std::sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return a.node < b.node; });
  return tasks;
}

/// What only later regions read is computed there: its inputs are at hand, and its result need not be kept.
void postpone(ById<Task>& tasks, const ById<int>& writers, const Graph& graph) {
  constexpr int never = 1 << 30;
  ById<int> latest(tasks.size(), never);
  for (int id : result_nodes(graph)) {
    const int task = writers[id];
    if (task >= 0) latest[task] = tasks[task].level;
  }
  for (int t = tasks.size() - 1; t >= 0; --t) {
    Task& task = tasks[t];
    if (latest[t] != never) task.level = std::max(task.level, latest[t]);
    for (std::size_t i = 0; i < task.inputs.size(); ++i) {
      const int source = writers[task.inputs[i]];
      if (source < 0) continue;
      latest[source] = std::min(latest[source], task.level - (flows(tasks[source], task, i) ? 0 : 1));
    }
  }
}

/// Levels (regions) as early as the inputs allow, and loops: tasks of a level that flow into one another.
int assign_loops(ById<Task>& tasks, const Graph& graph, ById<int>& writers) {
  ById<int> parent;
  const auto root = [&](int i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  for (int t = 0; t < tasks.size(); ++t) {
    Task& task = tasks[t];
    writers[task.value] = t;
    parent.push_back(t);
    for (std::size_t i = 0; i < task.inputs.size(); ++i) {
      const int source = writers[task.inputs[i]];
      if (source < 0) continue;
      task.level = std::max(task.level, tasks[source].level + (flows(tasks[source], task, i) ? 0 : 1));
    }
  }
  postpone(tasks, writers, graph);
  for (int t = 0; t < tasks.size(); ++t) {
    for (int input : tasks[t].inputs) {
      const int source = writers[input];
      if (source >= 0 && tasks[source].level == tasks[t].level) parent[root(t)] = root(source);
    }
  }
  int loops = 0;
  ById<int> number(tasks.size(), -1);
  for (int t = 0; t < tasks.size(); ++t) {
    int& loop = number[root(t)];
    if (loop < 0) loop = loops++;
    tasks[t].loop = loop;
  }
  return loops;
}

/// [rows of all leading axes, columns].
Shape as_matrix(const Shape& shape) {
  std::int64_t rows = 1;
  for (int axis = 0; axis < shape.rank() - 1; ++axis) rows *= shape[axis];
  return {rows, shape.last()};
}

Step step_of(const Graph& graph, const PlanValues& values, const Task& task) {
  const Node& node = graph.node(task.node);
  Step step;
  step.call.op = task.adds_parts ? &sum_op : node.op;
  step.call.attrs = task.adds_parts ? Attrs{{"axes", Integers{0}}, {"keep", std::int64_t{0}}} : node.attrs;
  if (task.adds_parts) step.call.leaf = 1;
  step.label = node.label;
  std::vector<Type> types;
  types.reserve(task.inputs.size());
  for (int input : task.adds_parts ? task.inputs : node.inputs) types.push_back(values.types[input]);
  step.flops = flops_of(types, {step.call.op, {}, step.call.attrs, node.type});
  step.call.inputs.reserve(task.inputs.size());
  step.operands.reserve(task.inputs.size() + 1);
  for (std::size_t i = 0; i < task.inputs.size(); ++i) {
    step.call.inputs.push_back({values.types[task.inputs[i]], task.access[i]});
    if (i < 2) step.call.transposed[i] = task.transposed[i];
    step.operands.push_back(task.inputs[i]);
  }
  step.call.outputs.push_back({values.types[task.value], task.result});
  if (step.call.op == &outer_sum_op && task.result != Access::part) {
    const std::int64_t rows = step.call.inputs[0].type.shape[0];
    for (Operand& input : step.call.inputs) input.type.shape = as_matrix(input.type.shape);
    // A leaf is rows of the batch with all that they have.
    const std::int64_t all = std::max<std::int64_t>(step.call.inputs[0].type.shape[0], 1);
    step.call.leaf = rows <= rows_per_leaf ? all : rows_per_leaf * (all / rows);
  }
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

std::int64_t image_rows(std::int64_t numbers) {
  constexpr std::int64_t cached = 1 << 16;
  std::int64_t block = 1;
  while (2 * block * std::max<std::int64_t>(numbers, 1) <= cached) block *= 2;
  return block;
}

/// At most `rows`, at least 1, so that blocks of it make whole leaves.
std::int64_t whole_leaves(std::int64_t rows) {
  std::int64_t block = rows_per_leaf;
  while (block > 1 && block > rows) block /= 2;
  return block;
}

/// What a loop that reads channels (columns of values of more than two axes) takes of them at a time; 0: it does not.
std::int64_t channel_rows(const Loop& loop) {
  constexpr std::int64_t vector = 16;  // channels that the gradient of a convolution's weights may hold in one
  std::int64_t block = 0;
  for (const Step& step : loop.steps) {
    if (step.call.leaf == 1) continue;  // adds parts, which are no batch
    for (const Operand& input : step.call.inputs) {
      if (input.access != Access::columns || input.type.shape.rank() == 2) continue;
      const bool weights = step.call.op == &conv_weight_grad_op;
      const std::int64_t numbers = input.type.shape.count() / std::max<std::int64_t>(loop.rows, 1);
      block = std::max(block, weights ? vector : image_rows(numbers));
    }
  }
  return block;
}

bool is_product(const Step& step) { return step.call.op == &matmul_op || step.call.op == &outer_sum_op; }

/// Sets the rows of the loop's blocks, where nothing wants so many of them, and tells its steps.
void cut_loop(Loop& loop) {
  std::int64_t inner = 1, largest = 0, steps = 1;  // rows of the matrices of one row of the batch
  bool batch = false, cut = true;
  for (const Step& step : loop.steps) {
    const Operand& result = step.call.outputs[0];
    cut = cut && result.access != Access::whole;
    if (loop.rows > 0 && result.access != Access::part) inner = std::max(inner, result.type.shape.count() / loop.rows);
    if (step.call.op != &matmul_op || result.access != Access::rows) continue;
    const Shape &out = result.type.shape, &second = step.call.inputs[1].type.shape;
    if (out.rank() == 2 && step.call.inputs[0].access != Access::rows) continue;
    batch = true;
    largest = std::max(largest, second[second.rank() - 1] * second[second.rank() - 2]);
    if (out.rank() > 2) steps = std::max(steps, out.count() / std::max<std::int64_t>(out[0] * out.last(), 1));
  }
  if (loop.block == 0) {
    constexpr std::int64_t image = 1024;  // numbers of a row, from which on a few rows fill a block
    const std::int64_t rows = batch ? batch_rows(loop.rows * steps, largest) : 0, channels = channel_rows(loop);
    const bool images = inner >= image && std::none_of(loop.steps.begin(), loop.steps.end(), is_product);
    loop.block = !cut                  ? 1
                 : channels > 0        ? channels
                 : images              ? image_rows(inner)
                 : batch && steps == 1 ? rows
                 : batch               ? whole_leaves(rows / steps)
                                       : tile_rows(loop.rows, inner);
  }
  for (Step& step : loop.steps) step.call.rows = loop.rows, step.call.block = std::min(loop.block, loop.rows);
}

std::vector<Buffer> buffers_of(const Graph& graph) {
  std::vector<Buffer> out;
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    Buffer buffer{.name = "%" + std::to_string(id), .type = node.type, .bytes = byte_count(node.type)};
    if (const SlotId slot = slot_of(node)) {
      buffer.home = Home::input, buffer.slot = slot, buffer.name = graph.slots()[slot].name;
    }
    if (node.op == &constant_op) {
      buffer.home = Home::constant;
      buffer.literal = std::get<Literal>(*node.attrs.find("value"));
    }
    out.push_back(std::move(buffer));
  }
  return out;
}

Plan cut_regions(const Graph& graph, bool own_order) {
  PlanValues values;
  for (const Node& node : graph.nodes()) values.types.push_back(node.type);
  ById<Task> tasks = split_sums(make_tasks(graph), graph, values, own_order);
  const int loops = assign_loops(tasks, graph, values.writers);
  Plan plan;
  plan.buffers = buffers_of(graph);
  for (const Task& task : tasks) {
    if (task.result != Access::part) continue;
    const Type& type = values.types[task.value];
    plan.buffers.push_back(
        {.name = "%" + std::to_string(task.node) + " parts", .type = type, .bytes = byte_count(type)});
  }
  ById<int> place(loops, -1);
  for (const Task& task : tasks) {
    const auto level = static_cast<std::size_t>(task.level);
    if (level >= plan.regions.size()) plan.regions.resize(level + 1);
    Region& region = plan.regions[level];
    int& at = place[task.loop];
    if (at < 0) {
      at = checked_cast<int>(region.loops.size());
      region.loops.push_back({.rows = task.rows, .block = 0, .steps = {}});
    }
    Loop& loop = region.loops[static_cast<std::size_t>(at)];
    loop.block = std::max(loop.block, task.block);
    loop.steps.push_back(step_of(graph, values, task));
  }
  for (Region& region : plan.regions) {
    for (Loop& loop : region.loops) cut_loop(loop);
  }
  return plan;
}

}  // namespace gradus
