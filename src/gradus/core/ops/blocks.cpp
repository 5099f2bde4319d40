#include "gradus/core/ops/blocks.hpp"

#include "gradus/core/base/checked_cast.hpp"

namespace gradus {

std::optional<Block> block_of_rows(Types in, const Node& node, Rows) {
  if (node.type.shape.rank() == 0) return std::nullopt;
  Block block{{}, node.attrs};
  for (std::size_t i = 0; i < in.size(); ++i) {
    int source = Block::whole;
    bool mixed = false;
    for (int axis = 0; axis < in[i].shape.rank(); ++axis) {
      const Axis found = node.op->axis(checked_cast<int>(i), axis, in, node);
      if (found.kind == Axis::kept && found.at == 0) source = axis;
      mixed = mixed || found.kind == Axis::mixed;
    }
    if (source == Block::whole && mixed) return std::nullopt;
    block.axes.push_back(source);
  }
  return block;
}

std::optional<Block> block_of_rows(Types in, const Node& node, Rows rows, std::initializer_list<const char*> names) {
  std::optional<Block> block = block_of_rows(in, node, rows);
  for (const char* name : names) {
    if (!block) break;
    Integers sizes = node.attrs.integers(name);
    sizes[0] = rows.count;
    block->attrs.set(name, std::move(sizes));
  }
  return block;
}

void set_rows_of_type(Block& block, const char* name, Rows rows) {
  const Type& type = block.attrs.type(name);
  block.attrs.set(name, Type{type.dtype, type.shape.with(0, rows.count)});
}

}  // namespace gradus
