// gradus explain MODEL DATA --row N.
#pragma once

#include "gradus/app/cli/arguments/command.hpp"

namespace gradus::cli {

/// Options that explain a network, which a formula does not take.
inline constexpr std::string_view network_options[] = {"--row", "--target", "--layer", "--element", "--step"};

/// Whether the first operand names a file, and so a model.
bool names_a_model(const Arguments& arguments);

int run_explain_network(const Arguments& arguments, report::Console& console);

}  // namespace gradus::cli
