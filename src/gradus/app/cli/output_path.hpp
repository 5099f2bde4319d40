// Where results go: chosen and checked before the work begins.
#pragma once

#include <span>
#include <string>

namespace gradus::cli {

/// "cars.gradus" for data/cars.csv, in the current folder; "cars-2.gradus" and so on when that exists.
std::string free_model_path(const std::string& data);

/// Throws UserError(Fault::usage) when `path` cannot be written or is one of `inputs`. `flag` is what messages name.
void check_output(const std::string& path, const std::string& flag, std::span<const std::string> inputs);

/// Throws UserError(Fault::usage) when a file is at `path` that is not a model: a slip of the hand would lose it.
void check_replaces_model(const std::string& path, const std::string& flag);

}  // namespace gradus::cli
