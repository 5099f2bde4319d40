// A configuration file: TOML with one table for each group of settings.
//   [data]
//   target = "price"
//   [optimizer]
//   rate = 3e-3
#pragma once

#include <string>
#include <vector>

#include "gradus/app/cli/arguments/settings.hpp"

namespace gradus::cli {

/// Every key of the file with its value as text, or as a list of texts, and its place, "run.toml:3:8".
/// Throws UserError(Fault::usage) for a file that cannot be read or is not TOML, and for values that no setting has.
std::vector<Assignment> read_config(const std::string& path);

}  // namespace gradus::cli
