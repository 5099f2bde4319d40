#include "gradus/core/ops/broadcasting.hpp"

namespace gradus {

Axis broadcast_axis(int input, int axis, Types in, const Node& node) {
  const Shape& shape = in[static_cast<std::size_t>(input)].shape;
  const int at = axis + node.type.shape.rank() - shape.rank();
  return shape[axis] == node.type.shape[at] ? Axis{Axis::kept, at} : Axis{Axis::repeated, -1};
}

}  // namespace gradus
