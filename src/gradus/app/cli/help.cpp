#include "gradus/app/cli/help.hpp"

#include <algorithm>

#include "gradus/app/cli/commands.hpp"
#include "gradus/app/report/layout.hpp"

namespace gradus::cli {
namespace {

std::string left_side(const Option& option) {
  std::string left = option.letter.empty() ? "      " : "  " + std::string(option.letter) + ", ";
  left += option.name;
  if (!option.value.empty()) left += " " + std::string(option.value);
  return left;
}

}  // namespace

std::string help_of_all(int width) {
  std::string out =
      "gradus: trains neural networks and shows how they learn\n\nusage: gradus COMMAND [operands] [options]\n\n";
  for (const Command* command : all_commands()) {
    out += report::wrapped("  " + std::string(command->name), command->doc, 14, width);
  }
  out += "\n  gradus COMMAND --help  what a command takes, with an example\n  gradus --version       the version\n";
  return out;
}

std::string help_of(const Command& command, int width) {
  std::string out =
      report::wrapped("gradus " + std::string(command.name) + ":", command.doc, 9 + command.name.size(), width);
  out += "\nusage: gradus " + std::string(command.name);
  for (const Operand& operand : command.operands) {
    out += operand.required ? " " + std::string(operand.name) : " [" + std::string(operand.name) + "]";
    out += operand.repeated ? "..." : "";
  }
  out += " [options]\n\n";
  constexpr std::size_t indent = 24;
  for (const Operand& operand : command.operands)
    out += report::wrapped("  " + std::string(operand.name), operand.doc, indent, width);
  if (!command.operands.empty()) out += '\n';
  bool heading = false;
  for (const Option& option : command.options) {
    if (!option.group.empty()) out += std::string(heading ? "\n" : "") + std::string(option.group) + ":\n";
    else if (!heading) out += "options:\n";
    heading = true;
    out += report::wrapped(left_side(option), option.doc, indent, width);
  }
  out += report::wrapped("  -h, --help", "this text", indent, width);
  out += "\nexample:\n";
  std::string_view rest = command.example;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    out += "  " + std::string(rest.substr(0, end)) + "\n";
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
  return out;
}

}  // namespace gradus::cli
