#include "gradus/engine/cpu/kernels/pointwise_layout.hpp"

#include <algorithm>

namespace gradus {
namespace {

/// Whether blocks of rows are the whole value, so that `rows` and `whole` say the same.
bool one_block(const Call& call) { return call.block >= call.rows; }

/// Why the outputs have no common layout; empty when they have.
std::string check_outputs(const Call& call) {
  if (call.outputs.empty()) return "no outputs";
  for (const Operand& output : call.outputs) {
    if (output.type.shape != call.outputs[0].type.shape) return "outputs of several shapes";
    if (output.access != call.outputs[0].access) return "outputs of several accesses";
    if (output.access == Access::columns) return "outputs in columns";
  }
  const Operand& output = call.outputs[0];
  if (output.access == Access::rows && (output.type.shape.rank() == 0 || output.type.shape[0] != call.rows)) {
    return "rows that are not those of the loop";
  }
  if (output.access == Access::whole && !one_block(call)) return "a whole output written by several blocks";
  return {};
}

std::string check_input(const Call& call, const Operand& input) {
  const Shape &to = call.outputs[0].type.shape, &from = input.type.shape;
  if (input.access == Access::columns) return "an input in columns";
  if (from.count() == 1 && from.rank() <= to.rank()) return {};
  if (broadcast(from, to) != to) return "an input that does not broadcast to the outputs";
  const bool has_rows = from.rank() == to.rank() && to.rank() > 0 && from[0] == call.rows && to[0] == call.rows;
  if (call.outputs[0].access == Access::rows && !one_block(call)) {
    if (input.access == Access::rows && !has_rows) return "an input whose rows are not the output's";
    if (input.access == Access::whole && from.rank() == to.rank() && from[0] == to[0] && to[0] != 1) {
      return "an input that is whole where the output is in rows";
    }
  }
  return {};
}

}  // namespace

Layout make_layout(const Call& call) {
  Layout layout;
  if (layout.refusal = check_outputs(call); !layout.refusal.empty()) return layout;
  for (const Operand& input : call.inputs) {
    if (layout.refusal = check_input(call, input); !layout.refusal.empty()) return layout;
  }
  const Shape& shape = call.outputs[0].type.shape;
  layout.cut = call.outputs[0].access == Access::rows;
  layout.row = layout.cut ? shape.count() / std::max<std::int64_t>(shape[0], 1) : shape.count();
  if (layout.cut && shape[0] == 0) layout.row = 0;

  // Merge neighboring axes along which every input walks on as the outputs do, or stands still.
  std::vector<std::int64_t> sizes;
  std::vector<std::vector<std::int64_t>> strides(call.inputs.size());
  std::vector<Strides> walk;
  for (const Operand& input : call.inputs) {
    walk.push_back(input.type.shape.count() == 1 ? Strides{} : broadcast_strides(input.type.shape, shape));
  }
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const auto at = static_cast<std::size_t>(axis);
    const bool first_of_rows = axis == 0 && layout.cut;
    if (shape[axis] == 1 && !first_of_rows) continue;
    bool merges = !sizes.empty();
    for (std::size_t i = 0; merges && i < walk.size(); ++i) merges = strides[i].back() == walk[i][at] * shape[axis];
    if (!merges) sizes.push_back(1);
    sizes.back() *= shape[axis];
    for (std::size_t i = 0; i < walk.size(); ++i) {
      if (!merges) strides[i].push_back(0);
      strides[i].back() = walk[i][at];
    }
  }
  if (sizes.empty()) {
    sizes.push_back(1);
    for (auto& of : strides) of.push_back(0);
  }
  layout.inner = sizes.back();
  sizes.pop_back();
  layout.sizes = sizes;
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    InputLayout input;
    const bool full = call.inputs[i].type.shape.count() == shape.count();
    input.inner = strides[i].back() != 0;
    strides[i].pop_back();
    input.strides = strides[i];
    input.same_rows = std::all_of(input.strides.begin(), input.strides.end(), [](auto stride) { return stride == 0; });
    input.linear = full;
    input.single = !full && input.same_rows && !input.inner;
    layout.inputs.push_back(std::move(input));
  }
  return layout;
}

std::int64_t offset_of(const Layout& layout, const InputLayout& input, std::int64_t run) {
  std::int64_t offset = 0;
  for (std::size_t axis = layout.sizes.size(); axis-- > 0;) {
    const std::int64_t at = axis == 0 ? run : run % layout.sizes[axis];
    offset += at * input.strides[axis];
    run /= std::max<std::int64_t>(layout.sizes[axis], 1);
  }
  return offset;
}

}  // namespace gradus
