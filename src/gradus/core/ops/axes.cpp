#include "gradus/core/ops/axes.hpp"

#include <algorithm>

namespace gradus {
namespace {

[[noreturn]] void refuse_axis(std::string_view op, const Type& type, std::int64_t axis) {
  const int rank = type.shape.rank();
  refuse(op, "axis " + std::to_string(axis) + " of " + to_string(type),
         rank == 0 ? "at least one axis" : "an axis from 0 to " + std::to_string(rank - 1),
         rank == 0 ? "reshape it to [1]" : "count axes from 0; -1 is the last");
}

}  // namespace

void refuse(std::string_view op, const std::string& found, const std::string& expected, const std::string& remedy) {
  throw UserError(Fault::usage, Report{std::string(op), found, expected,
                                       remedy.empty() ? "gradus ops, which says what each op takes" : remedy});
}

std::string text(const Integers& values) {
  std::string out = "[";
  for (std::size_t i = 0; i < values.size(); ++i) out += (i ? "," : "") + std::to_string(values[i]);
  return out + "]";
}

std::int64_t normalize_axis(std::string_view op, const Type& type, int axis) {
  const int rank = type.shape.rank();
  if (axis < -rank || axis >= rank) refuse_axis(op, type, axis);
  return axis < 0 ? axis + rank : axis;
}

Integers normalize_axes(std::string_view op, const Type& type, const Integers& axes) {
  const int rank = type.shape.rank();
  Integers out;
  for (std::int64_t axis : axes) {
    if (axis < -rank || axis >= rank) refuse_axis(op, type, axis);
    out.push_back(axis < 0 ? axis + rank : axis);
  }
  for (int axis = 0; axes.empty() && axis < rank; ++axis) out.push_back(axis);
  std::sort(out.begin(), out.end());
  const auto twice = std::adjacent_find(out.begin(), out.end());
  if (twice != out.end()) {
    refuse(op, "axis " + std::to_string(*twice) + " twice for " + to_string(type), "each axis once", "name it once");
  }
  return out;
}

int axis_of(std::string_view op, const Type& type, const Attrs& attrs) {
  const std::int64_t axis = attrs.integer("axis");
  if (axis < 0 || axis >= type.shape.rank()) refuse_axis(op, type, axis);
  return static_cast<int>(axis);
}

AroundAxis split(const Shape& shape, int axis) {
  AroundAxis out;
  for (int i = 0; i < axis; ++i) out.outer *= shape[i];
  out.size = shape[axis];
  for (int i = axis + 1; i < shape.rank(); ++i) out.inner *= shape[i];
  return out;
}

}  // namespace gradus
