// The one list of families.
#pragma once

#include <vector>

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// Every op, leaves first, then family by family.
std::span<const Op* const> all_ops();

/// The op called `name`. Throws UserError that names the nearest.
const Op& find_op(std::string_view name);

}  // namespace gradus
