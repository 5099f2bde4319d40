#include "gradus/app/cli/help.hpp"

#include <algorithm>

#include "gradus/app/cli/commands.hpp"

namespace gradus::cli {
namespace {

/// `left` padded to column `indent`, then `text` wrapped into the rest of `width`.
std::string row(const std::string& left, std::string_view text, std::size_t indent, int width) {
  std::string out = left;
  const std::size_t room = std::max<std::size_t>(20, static_cast<std::size_t>(std::max(width, 0)) - indent);
  bool first = true;
  while (!text.empty()) {
    std::size_t length = std::min(room, text.size());
    if (length < text.size()) {
      const std::size_t blank = text.rfind(' ', length);
      if (blank != std::string_view::npos && blank > 0) length = blank;
    }
    if (first && left.size() + 2 > indent) out += "\n" + std::string(indent, ' ');
    else if (first) out += std::string(indent - left.size(), ' ');
    else out += std::string(indent, ' ');
    first = false;
    out += text.substr(0, length);
    out += '\n';
    text.remove_prefix(std::min(text.size(), length + 1));
  }
  return out;
}

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
    out += row("  " + std::string(command->name), command->doc, 14, width);
  }
  out += "\n  gradus COMMAND --help  what a command takes, with an example\n  gradus --version       the version\n";
  return out;
}

std::string help_of(const Command& command, int width) {
  std::string out = row("gradus " + std::string(command.name) + ": ", command.doc, 9 + command.name.size(), width);
  out += "\nusage: gradus " + std::string(command.name);
  for (const Operand& operand : command.operands) {
    out += operand.required ? " " + std::string(operand.name) : " [" + std::string(operand.name) + "]";
  }
  out += " [options]\n\n";
  constexpr std::size_t indent = 24;
  for (const Operand& operand : command.operands)
    out += row("  " + std::string(operand.name), operand.doc, indent, width);
  if (!command.operands.empty()) out += '\n';
  bool heading = false;
  for (const Option& option : command.options) {
    if (!option.group.empty()) out += std::string(heading ? "\n" : "") + std::string(option.group) + ":\n";
    else if (!heading) out += "options:\n";
    heading = true;
    out += row(left_side(option), option.doc, indent, width);
  }
  out += row("  -h, --help", "this text", indent, width);
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
