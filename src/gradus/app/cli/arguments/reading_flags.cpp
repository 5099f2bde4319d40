#include "gradus/app/cli/arguments/reading_flags.hpp"

#include <string>

#include "gradus/app/cli/arguments/settings.hpp"

namespace gradus::cli {
namespace {

constexpr std::string_view reading_group = "how the file is read";

/// The settings under that heading.
std::vector<const Setting*> reading_settings() {
  std::vector<const Setting*> out;
  bool inside = false;
  for (const Setting& setting : all_settings()) {
    if (!setting.group.empty()) inside = setting.group == reading_group;
    if (inside && !setting.flag.empty()) out.push_back(&setting);
  }
  return out;
}

}  // namespace

std::vector<Option> with_reading_options(std::vector<Option> own) {
  for (const Setting* setting : reading_settings()) {
    own.push_back({setting->flag, setting->value, setting->doc, {}, false, setting->group});
  }
  return own;
}

data::RuleChoices read_rules(const Arguments& arguments) {
  Settings settings;
  for (const Setting* setting : reading_settings()) {
    if (const auto text = arguments.text(setting->flag)) setting->read(settings, *text, std::string(setting->flag));
  }
  return settings.rules;
}

}  // namespace gradus::cli
