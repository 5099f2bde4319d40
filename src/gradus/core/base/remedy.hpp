// What an error tells its reader to try: never nothing.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace gradus {

/// The candidate nearest to `name` (nearest.hpp), or `otherwise` when none is near.
std::string nearest_or(std::string_view name, std::span<const std::string> candidates, std::string_view otherwise);
std::string nearest_or(std::string_view name, std::span<const std::string_view> candidates, std::string_view otherwise);

/// `value` as it is given at `place`: "--rate 0.1", "--set optimizer.rate=0.1", "gradus inits zeros"; for a key of a
/// recipe in a longer value ("--optimizer sgd, momentum") the whole of it, "--optimizer "sgd momentum 0.9"". Alone
/// where the place is in a file or in no command line.
std::string given_at(std::string_view place, std::string_view value);

}  // namespace gradus
