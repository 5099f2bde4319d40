// A recipe that works, for what an error tells its reader to try.
#pragma once

#include <string>
#include <string_view>

#include "gradus/learn/kinds/recipe.hpp"

namespace gradus::kinds {

/// The kind with the keys that it must be given and with `name`, if it has that, each with its usual value.
std::string example(const Kind& kind, std::string_view name = {});

}  // namespace gradus::kinds
