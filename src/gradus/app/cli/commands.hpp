// The one list of verbs.
#pragma once

#include <span>
#include <string_view>

#include "gradus/app/cli/arguments/command.hpp"

namespace gradus::cli {

/// All verbs, in the order in which help lists them.
std::span<const Command* const> all_commands();

/// The verb called `name`. Throws UserError(Fault::usage) that names the nearest.
const Command& find_command(std::string_view name);

extern const Command train_command;
extern const Command evaluate_command;
extern const Command predict_command;
extern const Command inspect_command;
extern const Command plan_command;
extern const Command check_command;
extern const Command explain_command;
extern const Command ops_command;
extern const Command optimizers_command;
extern const Command schedules_command;
extern const Command inits_command;
extern const Command losses_command;
extern const Command metrics_command;
extern const Command encoders_command;
extern const Command config_command;
extern const Command layers_command;

}  // namespace gradus::cli
