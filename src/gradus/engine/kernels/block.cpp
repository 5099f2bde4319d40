#include "gradus/engine/kernels/block.hpp"

namespace gradus {

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

Attrs attrs_of_block(const Attrs& attrs, std::int64_t all_rows, std::int64_t rows) {
  Attrs out = attrs;
  for (const char* name : {"shape", "stop"}) {
    const Attribute* found = out.find(name);
    const Integers* sizes = found ? std::get_if<Integers>(found) : nullptr;
    if (!sizes || sizes->empty() || (*sizes)[0] != all_rows) continue;
    Integers block = *sizes;
    block[0] = rows;
    out.set(name, std::move(block));
  }
  return out;
}

std::int64_t rest_rows(const Call& call) { return call.block > 0 ? call.rows % call.block : 0; }

}  // namespace gradus
