// Axes as attributes: sorted, not negative. C++ callers may count from the last axis (-1); `infer` checks what is
// stored.
#pragma once

#include <string_view>

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// `axis` counted from the first. Throws UserError naming `op` when `type` has no such axis.
std::int64_t normalize_axis(std::string_view op, const Type& type, int axis);
/// The same for several, sorted; none given: all axes. Throws UserError for one that is named twice.
Integers normalize_axes(std::string_view op, const Type& type, const Integers& axes);

/// The attribute `axis`, checked against `type`.
int axis_of(std::string_view op, const Type& type, const Attrs& attrs);

/// `shape` seen as [outer, size, inner] around one axis.
struct AroundAxis {
  std::int64_t outer = 1, size = 1, inner = 1;
};
AroundAxis split(const Shape& shape, int axis);

/// "[1,2]"
std::string text(const Integers& values);

/// Throws UserError "op: found ...; expected ...; try: ...".
[[noreturn]] void refuse(std::string_view op, const std::string& found, const std::string& expected,
                         const std::string& remedy = "");

}  // namespace gradus
