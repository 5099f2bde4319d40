// "Did you mean ...?": the candidate that is fewest edits away.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

/// The candidate with the least edit distance (insert, delete, replace, swap neighbours; case folded) to `name`,
/// or "" when none is within a third of the longer length (at least 1, at most 4 edits).
std::string nearest(std::string_view name, std::span<const std::string> candidates);
std::string nearest(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace gradus
