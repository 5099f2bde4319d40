// The one list of verbs: a new one has a folder of its own, and its name in both lines of commands.cpp.
#pragma once

#include <span>
#include <string_view>

#include "gradus/app/cli/arguments/command.hpp"

namespace gradus::cli {

/// All verbs, in the order in which help lists them.
std::span<const Command* const> all_commands();

/// The verb called `name`. Throws UserError(Fault::usage) that names the nearest.
const Command& find_command(std::string_view name);

}  // namespace gradus::cli
