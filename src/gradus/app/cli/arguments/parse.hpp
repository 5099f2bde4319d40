// A command line made into Arguments. The only file that knows the parsing library.
#pragma once

#include <span>
#include <string>

#include "gradus/app/cli/arguments/command.hpp"

namespace gradus::cli {

/// Reads `words` (what follows the verb) by the GNU rules: --rate 0.1, --rate=0.1, -o FILE, -- before operands that
/// begin with a minus. Throws UserError(Fault::usage) for an unknown option (naming the nearest), one given twice with
/// different values, a missing value, an operand too many or too few. With --help nothing but --help is in the result.
Arguments parse(const Command& command, std::span<const std::string> words);

}  // namespace gradus::cli
