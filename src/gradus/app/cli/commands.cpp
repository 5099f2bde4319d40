#include "gradus/app/cli/commands.hpp"

#include <array>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/nearest.hpp"

namespace gradus::cli {

extern const Command train_command, evaluate_command, predict_command, inspect_command, explain_command, check_command,
    plan_command, ops_command, optimizers_command, schedules_command, inits_command, losses_command, metrics_command,
    layers_command, encoders_command, config_command, cv_command;

std::span<const Command* const> all_commands() {
  static constexpr std::array all{
      &train_command,   &evaluate_command, &predict_command,    &inspect_command,   &explain_command, &check_command,
      &plan_command,    &ops_command,      &optimizers_command, &schedules_command, &inits_command,   &losses_command,
      &metrics_command, &layers_command,   &encoders_command,   &config_command,    &cv_command,
  };
  return all;
}

const Command& find_command(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Command* command : all_commands()) {
    if (command->name == name) return *command;
    names.push_back(command->name);
  }
  const std::string close = nearest(name, names);
  throw UserError(Fault::usage,
                  Report{"gradus", "an unknown command, \"" + printable(name) + "\"", "one of those in gradus --help",
                         close.empty() ? "gradus --help" : "gradus " + close});
}

}  // namespace gradus::cli
