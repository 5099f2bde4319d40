// Reductions. Rows are reduced one by one, in an order that their length fixes; a sum over rows adds leaves of
// `rows_per_leaf` rows in a binary tree.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "gradus/core/ops/reduce.hpp"
#include "gradus/core/ops/softmax.hpp"
#include "gradus/engine/cpu/kernels/block.hpp"
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "gradus/engine/cpu/kernels/highway/reduce_loops.hpp"

namespace gradus::highway {
namespace {

/// A row as [outer, n, inner], reduced over n to [outer, inner]; one of outer and inner is 1 unless n is.
struct Row {
  std::int64_t outer = 1, n = 1, inner = 1;
};

struct Reduction {
  AlongLoop along = nullptr;
  AcrossLoop across = nullptr;
  void (*divide)(void* x, std::int64_t count, double by) = nullptr;
  double divisor = 0;  // of a mean; 0: none
  Row row;
  bool cut = false;         // a block is some of the rows
  TreeLoop tree = nullptr;  // where rows are parts already
  bool columns = false;     // a block is some of the columns, reduced over rows
  bool partial = false;     // a block's rows alone are reduced
  std::int64_t leaf = rows_per_leaf;
  std::int64_t of_column = 1;  // results of one column
  std::int64_t rows = 0;       // of the whole input
  std::int64_t stride = 0;     // elements from one row of the input to the next
  std::size_t width = 4;       // bytes of a number
};

constexpr std::int64_t most_columns = 512;  // reduced over rows at a time, so that partial sums stay in cache
constexpr int most_levels = 60;

int levels_of(const Reduction& of) {
  int n = 1;
  for (std::int64_t leaves = of.rows / of.leaf; leaves > 0; leaves /= 2) ++n;
  return n;
}

/// Adds leaves as a binary counter does: a sum of 2^i leaves waits on level i until its sibling comes.
class Tree {
 public:
  Tree(const Reduction& of, std::byte* scratch, std::int64_t count) : of_(of), count_(count) {
    const std::size_t bytes = static_cast<std::size_t>(most_columns) * of.width;
    carry_ = scratch;
    for (int i = 0; i < levels_of(of); ++i) waiting_[i] = scratch + static_cast<std::size_t>(i + 1) * bytes;
  }
  /// Where the next leaf is to be written, before add().
  void* next() const { return leaves_ & 1 ? carry_ : waiting_[0]; }
  void add() {
    if (leaves_ & 1) of_.across(carry_, 1, 0, count_, waiting_[0], true);
    int at = 0;
    for (std::int64_t bits = leaves_; bits & 1; bits >>= 1, ++at) {
      if (bits & 2) of_.across(waiting_[at], 1, 0, count_, waiting_[at + 1], true);
      else std::swap(waiting_[at], waiting_[at + 1]);
    }
    ++leaves_;
  }
  /// The sum of all: what waits is added from the last leaf on.
  void finish(void* to) {
    const void* sum = nullptr;
    for (int at = 0; leaves_ >> at; ++at) {
      if (!(leaves_ >> at & 1)) continue;
      if (sum) of_.across(sum, 1, 0, count_, waiting_[at], true);
      sum = waiting_[at];
    }
    of_.across(sum, sum ? 1 : 0, 0, count_, to, false);
  }

 private:
  const Reduction& of_;
  std::byte* carry_;
  std::byte* waiting_[most_levels] = {};
  std::int64_t count_, leaves_ = 0;
};

std::size_t scratch_of(const Reduction& of) {
  return static_cast<std::size_t>(levels_of(of) + 2) * static_cast<std::size_t>(most_columns) * of.width;
}

/// `count` results of one row, from result `first` on.
void reduce_row(const Reduction& of, const std::byte* row, std::int64_t first, std::int64_t count, void* to) {
  const auto at = [&](std::int64_t element) { return row + static_cast<std::size_t>(element) * of.width; };
  if (of.row.inner == 1) of.along(at(first * of.row.n), of.row.n, count, to);
  else of.across(at(first), of.row.n, of.row.inner, count, to, false);
}

/// One leaf: n rows in order.
void reduce_leaf(const Reduction& of, const std::byte* rows, std::int64_t n, std::int64_t first, std::int64_t count,
                 void* to, void* row_results) {
  if (of.row.n == 1) {  // a row is its own results
    of.across(rows + static_cast<std::size_t>(first) * of.width, n, of.stride, count, to, false);
    return;
  }
  if (of.row.inner == 1 && of.row.outer == 1) {  // to one number: rows follow one another
    of.along(rows, n * of.row.n, 1, to);
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    reduce_row(of, rows + static_cast<std::size_t>(i * of.stride) * of.width, first, count, i ? row_results : to);
    if (i) of.across(row_results, 1, 0, count, to, true);
  }
}

void run_over_rows(const void* state, const Frame& frame) {
  const Reduction& of = *static_cast<const Reduction*>(state);
  const std::int64_t results = of.columns ? frame.rows * of.of_column : of.row.outer * of.row.inner;
  const std::int64_t all_rows = of.partial ? frame.rows : of.rows;
  if (of.tree) {
    of.tree(frame.operands[0], all_rows, of.stride, results, frame.operands[1]);
    return;
  }
  std::byte* row_results = frame.scratch + scratch_of(of) - static_cast<std::size_t>(most_columns) * of.width;
  for (std::int64_t first = 0; first < results; first += most_columns) {
    const std::int64_t count = std::min(most_columns, results - first);
    Tree tree(of, frame.scratch, count);
    for (std::int64_t row = 0; row < all_rows; row += of.leaf) {
      const std::byte* rows = frame.operands[0] + static_cast<std::size_t>(row * of.stride) * of.width;
      reduce_leaf(of, rows, std::min(of.leaf, all_rows - row), first, count, tree.next(), row_results);
      tree.add();
    }
    std::byte* to = frame.operands[1] + static_cast<std::size_t>(first) * of.width;
    tree.finish(to);
    if (of.divisor != 0) of.divide(to, count, of.divisor);
  }
}

void run_rows(const void* state, const Frame& frame) {
  const Reduction& of = *static_cast<const Reduction*>(state);
  const std::int64_t rows = of.cut ? frame.rows : of.rows, results = of.row.outer * of.row.inner;
  if (of.row.inner == 1) {
    of.along(frame.operands[0], of.row.n, rows * of.row.outer, frame.operands[1]);
  } else {
    for (std::int64_t row = 0; row < rows; ++row) {
      reduce_row(of, frame.operands[0] + static_cast<std::size_t>(row * of.stride) * of.width, 0, results,
                 frame.operands[1] + static_cast<std::size_t>(row * results) * of.width);
    }
  }
  if (of.divisor != 0) of.divide(frame.operands[1], rows * results, of.divisor);
}

/// How a row is reduced over `axes` (those after axis 0); nothing when reduced and kept axes mix.
std::optional<Row> row_of(const Shape& shape, const Integers& axes) {
  std::vector<std::pair<bool, std::int64_t>> runs;  // reduced, size
  for (int axis = 1; axis < shape.rank(); ++axis) {
    const bool reduced = std::find(axes.begin(), axes.end(), axis) != axes.end();
    if (shape[axis] == 1) continue;
    if (runs.empty() || runs.back().first != reduced) runs.push_back({reduced, 1});
    runs.back().second *= shape[axis];
  }
  if (runs.size() > 2) return std::nullopt;
  if (runs.empty()) return Row{};
  if (runs.size() == 1) return runs[0].first ? Row{1, runs[0].second, 1} : Row{1, 1, runs[0].second};
  return runs[0].first ? Row{1, runs[0].second, runs[1].second} : Row{runs[0].second, runs[1].second, 1};
}

bool one_block(const Call& call) { return call.block >= call.rows; }
bool is_whole(const Call& call, const Operand& operand) {
  return operand.access == Access::whole || (operand.access == Access::rows && one_block(call));
}
/// Both operands in the loop's rows.
bool in_rows(const Call& call) {
  for (const Operand& operand : {call.inputs[0], call.outputs[0]}) {
    const Shape& shape = operand.type.shape;
    if (operand.access != Access::rows || shape.rank() == 0 || shape[0] != call.rows) return false;
  }
  return true;
}
bool in_columns(const Call& call) {
  const Operand &in = call.inputs[0], &out = call.outputs[0];
  const Shape &from = in.type.shape, &to = out.type.shape;
  if (in.access != Access::columns || from.rank() < 2 || from[1] != call.rows) return false;
  const bool each = to.rank() > 0 && to[0] == from[1];  // column has results of its own
  if (to.count() * from[0] != from.count() && !each) return false;
  return out.access == Access::columns || (out.access == Access::rows && to[0] == call.rows) || one_block(call);
}

ReduceLoops loops_of(const Call& call) {
  return call.inputs[0].type.dtype == DType::f32 ? reduce_loops_f32() : reduce_loops_f64();
}

/// The loops of the call's op; false when it is not one of these.
bool set_loops(const Call& call, Reduction& of) {
  const ReduceLoops loops = loops_of(call);
  const Op* const op = call.op;
  of.divide = loops.divide;
  if (op == &sum_op || op == &mean_op) of.along = loops.sum, of.across = loops.sum_across;
  else if (op == &max_op) of.along = loops.max, of.across = loops.max_across;
  else if (op == &min_op) of.along = loops.min, of.across = loops.min_across;
  else if (op == &logsumexp_op) of.along = loops.logsumexp;
  else if (op == &argmax_op) of.along = loops.argmax;
  else if (op == &softmax_op) of.along = loops.softmax;
  else if (op == &log_softmax_op) of.along = loops.log_softmax;
  else return false;
  return true;
}

Prepared prepare_last_axis(const Call& call, Reduction of) {
  const Shape& shape = call.inputs[0].type.shape;
  if (call.attrs.integer("axis") != shape.rank() - 1) return decline("an axis that is not the last");
  const bool whole = is_whole(call, call.inputs[0]) && is_whole(call, call.outputs[0]);
  of.cut = !whole;
  if (of.cut && (shape.rank() < 2 || !in_rows(call))) return decline("blocks that are not rows");
  of.row = {1, shape.last(), 1};
  if (shape.rank() > 1) {
    of.rows = shape[0];
    for (int axis = 1; axis + 1 < shape.rank(); ++axis) of.row.outer *= shape[axis];
  } else {
    of.rows = 1;
  }
  return {std::make_shared<Reduction>(of), run_rows, 0, {}};
}

}  // namespace

Prepared prepare_reduce(const Call& call) {
  if (!call.op || call.inputs.size() != 1 || call.outputs.size() != 1) return decline("not a reduction");
  const DType dtype = call.inputs[0].type.dtype;
  if (dtype != DType::f32 && dtype != DType::f64) return decline("a dtype that is not f32 or f64");
  Reduction of;
  if (!set_loops(call, of)) return decline("not a reduction");
  of.width = size_of(dtype);
  if (call.attrs.has("axis")) return prepare_last_axis(call, of);

  const Shape& shape = call.inputs[0].type.shape;
  const Integers& axes = call.attrs.integers("axes");
  if (shape.rank() == 0 || axes.empty()) return decline("nothing to reduce");
  const bool over_rows = axes[0] == 0;
  const auto row = row_of(shape, axes);
  if (!row) return decline("reduced and kept axes in turns");
  of.row = *row;
  of.rows = shape[0];
  of.stride = shape[0] ? shape.count() / shape[0] : 0;
  if (!of.across && (over_rows || of.row.inner != 1)) return decline("only along the last axes");
  of.partial = is_partial(call);
  const bool whole = of.partial || (is_whole(call, call.inputs[0]) && is_whole(call, call.outputs[0]));
  of.columns = over_rows && in_columns(call);
  if (of.columns && of.row.inner != 1 && of.row.n != 1) return decline("columns reduced before what is kept");
  if (of.columns && shape.count() > 0) of.of_column = of.row.outer * of.row.inner / shape[1];
  of.leaf = call.leaf;
  if (over_rows && of.rows / of.leaf >= most_leaves) return decline("a sum over 2^31 leaves or more");
  if (of.leaf == 1 && of.columns && of.row.n == 1 && call.op == &sum_op) of.tree = loops_of(call).sum_tree;
  if (of.partial && (!over_rows || call.inputs[0].access != Access::rows)) return decline("parts of no sum over rows");
  of.cut = !over_rows && !whole;
  if (of.cut && !in_rows(call)) return decline("blocks that are not rows");
  if (over_rows && !whole && !of.columns) return decline("blocks that are not columns");
  if (call.op == &mean_op) of.divisor = static_cast<double>(of.row.n * (over_rows ? of.rows : 1));
  const std::size_t scratch = over_rows ? scratch_of(of) : 0;
  return {std::make_shared<Reduction>(of), over_rows ? run_over_rows : run_rows, scratch, {}};
}

}  // namespace gradus::highway
