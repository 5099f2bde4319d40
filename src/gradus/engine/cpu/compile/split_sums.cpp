#include "gradus/engine/cpu/compile/split_sums.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/conv.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/engine/compile/known_ops.hpp"
#include "gradus/engine/cpu/compile/cut_regions.hpp"

namespace gradus {
namespace {

/// What is asked of the graph for every task.
struct Asked {
  const Graph& graph;
  ById<int> readers = ById<int>(graph);    // how often nodes read each
  ById<char> updated = ById<char>(graph);  // state that the graph gives a next value

  explicit Asked(const Graph& of) : graph(of) {
    for (const Node& node : graph.nodes()) {
      for (int input : node.inputs) ++readers[input];
    }
    for (const Next& next : graph.nexts()) updated[graph.input_id(next.slot)] = 1;
  }
};

/// The rows that the op sums over, where every input has just these as axis 0; else 0.
std::int64_t summed_rows(const Graph& graph, const Task& task) {
  const Node& node = graph.node(task.node);
  if (!node.op->traits.additive || task.transposed[1]) return 0;
  const std::vector<Type> types = input_types(graph, node);
  std::int64_t rows = 0;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const int axis = i < 2 && task.transposed[i] ? 1 : 0;  // axis 0 as it is stored
    if (types[i].shape.rank() <= axis) return 0;
    if (node.op->axis(checked_cast<int>(i), axis, types, node).kind != Axis::reduced) return 0;
    if (i > 0 && types[i].shape[axis] != rows) return 0;
    rows = types[i].shape[axis];
  }
  return rows;
}

/// A sum that is cut: blocks of so many rows of what it sums over make a part each, and the parts are added in a tree.
struct CutSum {
  std::int64_t rows = 0, block = 0;
  std::vector<Access> access;
  std::int64_t parts() const { return block > 0 ? (rows - 1) / block + 1 : 0; }
};

/// The node, or what it is a cast of.
int source_of(const Graph& graph, int id) {
  const Node& node = graph.node(id);
  return node.op == &cast_op ? node.inputs[0] : id;
}

/// How many parts the product A W of a batch with an input is best made of, cut along the rows of W; 0: it is not cut.
/// A matrix that the graph updates was written by all threads, rows each: cut so, every thread reads what it wrote, and
/// partial sums pass between them instead of W. Of a matrix that stays as it is, a few rows alone give one thread work.
std::int64_t parts_of_length(const Asked& asked, std::int64_t rows, int a, int w_id) {
  constexpr std::int64_t least = 1 << 15, cached = 1 << 20;  // numbers of W that are worth a meeting; that caches hold
  constexpr std::int64_t each = 1 << 16, most = 16;          // numbers of W for a part of a few rows; and parts
  const Node& w = asked.graph.node(w_id);
  if (w.op != &input_op || rows == 0) return 0;
  const std::int64_t count = w.type.shape.count(), blocks = (rows - 1) / batch_rows(rows, count) + 1;
  const bool updated = asked.updated[w_id] != 0;
  if (!updated && blocks == 1 && count >= each) {
    return std::min(std::clamp<std::int64_t>(count / each, 2, most), w.type.shape[0] / (8 * rows));
  }
  return updated && asked.graph.node(a).op == &input_op && count >= least && count <= cached ? blocks : 0;
}

/// A product as parts of its sum, or nothing.
CutSum split_length(const Task& task, const Asked& asked) {
  constexpr std::int64_t lines = 16;  // numbers, of f32 in a line
  const Graph& graph = asked.graph;
  const Node& node = graph.node(task.node);
  if (!is_matmul(node) || node.type.shape.rank() != 2 || task.transposed[0] || task.transposed[1]) return {};
  const int a = source_of(graph, task.inputs[0]), w = source_of(graph, task.inputs[1]);
  const Shape& matrix = graph.node(w).type.shape;
  if (matrix.rank() != 2) return {};
  // Of a cast, its only reader says in which blocks it is cast.
  if (w != task.inputs[1] && asked.readers[task.inputs[1]] != 1) return {};
  const std::int64_t rows = node.type.shape[0], length = matrix[0];
  const std::int64_t parts = parts_of_length(asked, rows, a, w);
  if (parts < 2 || length < 2 * parts * rows) return {};  // a part is written, and read again
  const std::int64_t block = (length + parts - 1) / parts;
  return {length, (block + lines - 1) / lines * lines, {Access::columns, Access::rows}};
}

/// Sums over the rows of a batch whose terms are made block by block, in blocks of whole leaves, where the parts are
/// fewer numbers that move between the threads than all rows would be, read again.
CutSum split_rows(const Task& task, const Graph& graph, const ById<std::int64_t>& rows_of,
                  const std::map<std::int64_t, std::int64_t>& largest, const PlanValues& values) {
  const std::int64_t rows = summed_rows(graph, task);
  const auto made = std::any_of(task.inputs.begin(), task.inputs.end(),
                                [&](int input) { return rows > 0 && rows_of[input] == rows; });
  if (!made) return {};
  const CutSum split{rows, batch_rows(rows, largest.at(rows)), std::vector<Access>(task.inputs.size(), Access::rows)};
  std::int64_t read = 0;
  for (int input : task.inputs) read += values.types[input].shape.count();
  const bool whole_leaves = split.block % rows_per_leaf == 0;
  const std::int64_t moved = 2 * split.parts() * graph.node(task.node).type.shape.count();  // written, and read again
  return split.parts() < 2 || !whole_leaves || moved > read ? CutSum{} : split;
}

/// The gradient of a convolution's weights, as parts of some images each; nothing where the parts would be more numbers
/// than what they are made of. Images of a part follow from those of one image alone, and make whole leaves: the sums
/// are the same in whatever parts of whole leaves a batch comes.
CutSum split_images(const Task& task, const Graph& graph) {
  if (graph.node(task.node).op != &conv_weight_grad_op) return {};
  const std::int64_t rows = summed_rows(graph, task), part = graph.node(task.node).type.shape.count();
  if (rows == 0) return {};
  std::int64_t image = 0;  // numbers read
  for (int input : task.inputs) image += graph.node(input).type.shape.count() / rows;
  constexpr std::int64_t most = rows_per_leaf / 4;  // so that several threads have work
  std::int64_t block = std::min(image_rows(image), most);
  while (block < most && 2 * part > block * image) block *= 2;
  if (2 * part > block * image || block >= rows) return {};
  return {rows, block, std::vector<Access>(task.inputs.size(), Access::rows)};
}

/// The sum over the parts that `task` makes from now on, one each block.
Task split_task(Task& task, const CutSum& split, const Graph& graph, PlanValues& values) {
  const Type& type = graph.node(task.node).type;
  std::vector<std::int64_t> sizes(type.shape.begin(), type.shape.end());
  sizes.insert(sizes.begin(), split.parts());
  task.value = values.types.push_back({type.dtype, Shape(sizes)});
  task.rows = split.rows, task.block = split.block, task.result = Access::part, task.access = split.access;
  Task sum{.node = task.node, .value = task.node, .inputs = {task.value}, .access = {Access::columns}};
  sum.adds_parts = true;
  sum.rows = type.shape.rank() > 0 ? type.shape[0] : 1, sum.result = Access::rows;
  if (sum.rows == 1) sum.access = {Access::whole}, sum.result = Access::whole;
  return sum;
}

}  // namespace

ById<Task> split_sums(std::vector<Task> tasks, const Graph& graph, PlanValues& values, bool own_order) {
  const Asked asked(graph);
  const auto along_length = [&](const Task& task) { return own_order ? split_length(task, asked) : CutSum{}; };
  std::map<std::int64_t, std::int64_t> largest;  // matrix that a batch of so many rows meets, block by block
  std::set<std::int64_t> few;                    // rows of batches of matrices: fewer of them than a leaf make a block
  for (const Task& task : tasks) {
    const Node& node = graph.node(task.node);
    if (is_batch_of_products(node) && task.result == Access::rows) few.insert(task.rows);
    if (!is_matmul(node) || task.access[0] != Access::rows || along_length(task).parts() > 0) continue;
    std::int64_t& most = largest[task.rows];
    most = std::max(most, graph.node(node.inputs[1]).type.shape.count());
  }
  for (const std::int64_t rows : few) largest.erase(rows);
  ById<Task> out;
  ById<std::int64_t> rows_of(values.types.size());  // of the batch loop that makes the value
  for (Task& task : tasks) {
    if (task.result == Access::rows && largest.contains(task.rows)) rows_of[task.value] = task.rows;
    CutSum split = along_length(task);
    if (split.parts() == 0) split = split_images(task, graph), task.own_loop = split.parts() > 0;
    if (split.parts() == 0) split = split_rows(task, graph, rows_of, largest, values);
    if (split.parts() == 0) {
      out.push_back(std::move(task));
      continue;
    }
    Task sum = split_task(task, split, graph, values);
    rows_of.push_back(0);
    out.push_back(std::move(task));
    out.push_back(std::move(sum));
  }
  values.writers = ById<int>(values.types.size(), -1);
  return out;
}

}  // namespace gradus
