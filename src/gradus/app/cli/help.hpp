// What --help prints.
#pragma once

#include <string>

#include "gradus/app/cli/arguments/command.hpp"

namespace gradus::cli {

/// `gradus --help`: the verbs, one line each.
std::string help_of_all(int width);

/// `gradus VERB --help`, at most `width` columns wide.
std::string help_of(const Command& command, int width);

}  // namespace gradus::cli
