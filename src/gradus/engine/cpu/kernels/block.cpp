#include "gradus/engine/cpu/kernels/block.hpp"

#include <algorithm>

namespace gradus {

Shape with_last_axes_swapped(const Shape& shape) {
  std::vector<std::int64_t> sizes(shape.begin(), shape.end());
  std::swap(sizes[sizes.size() - 1], sizes[sizes.size() - 2]);
  return Shape(sizes);
}

const Operand& operand(const Call& call, std::size_t i) {
  return i < call.inputs.size() ? call.inputs[i] : call.outputs[i - call.inputs.size()];
}

Type block_type(const Operand& operand, std::int64_t rows) {
  Type type = operand.type;
  if (operand.access == Access::rows) type.shape = type.shape.with(0, rows);
  if (operand.access == Access::columns) type.shape = type.shape.with(1, rows);
  if (operand.access == Access::part) type.shape = Shape(std::span(type.shape.begin() + 1, type.shape.end()));
  return type;
}

std::optional<Attrs> attrs_of_block(const Call& call, Rows rows) {
  std::vector<Type> types;
  for (const Operand& input : call.inputs) types.push_back(input.type);
  for (std::size_t i = 0; i < std::min<std::size_t>(types.size(), 2); ++i) {
    if (call.transposed[i]) types[i].shape = with_last_axes_swapped(types[i].shape);
  }
  if (!call.op->block) return std::nullopt;
  const auto block = call.op->block(types, Node{call.op, {}, call.attrs, call.outputs[0].type}, rows);
  return block ? std::optional(block->attrs) : std::nullopt;
}

std::int64_t rest_rows(const Call& call) { return call.block > 0 ? call.rows % call.block : 0; }

}  // namespace gradus
