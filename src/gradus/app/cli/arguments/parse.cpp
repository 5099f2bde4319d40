#include "gradus/app/cli/arguments/parse.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/nearest.hpp"

namespace gradus::cli {
namespace {

constexpr Option help_option{"--help", "", "this text", "-h"};

UserError refusal(const Command& command, const std::string& found, const std::string& expected,
                  const std::string& remedy) {
  return UserError(Fault::usage, Report{"gradus " + std::string(command.name), found, expected, remedy});
}

std::string help_of(const Command& command) { return "gradus " + std::string(command.name) + " --help"; }

std::vector<Option> options_of(const Command& command) {
  std::vector<Option> options(command.options.begin(), command.options.end());
  options.push_back(help_option);
  return options;
}

const Option* find_option(std::span<const Option> options, std::string_view name) {
  for (const Option& option : options) {
    if (option.name == name || (!option.letter.empty() && option.letter == name)) return &option;
  }
  return nullptr;
}

/// "--threads=" becomes "--threads" and an empty word, since the library would take the next word as the value.
std::vector<std::string> split_empty_values(std::span<const std::string> words) {
  std::vector<std::string> out;
  for (const std::string& word : words) {
    if (word.size() > 3 && word.starts_with("--") && word.find('=') == word.size() - 1) {
      out.push_back(word.substr(0, word.size() - 1));
      out.emplace_back();
    } else {
      out.push_back(word);
    }
  }
  return out;
}

/// Refuses the first word that looks like an option.
void check_names(const Command& command, std::span<const Option> options, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (!word.starts_with('-') || word == "-") continue;
    const std::string name = word.substr(0, word.find('='));
    std::vector<std::string_view> names;
    for (const Option& option : options) names.push_back(option.name);
    std::string remedy = nearest(name, names);
    // -x^2, or a file of such a name.
    if (remedy.empty() && !word.starts_with("--") && !command.operands.empty()) {
      remedy = "-- \"" + printable(word) + "\" at the end";
    }
    throw refusal(command, "an unknown option, " + printable(name), "one of those in " + help_of(command),
                  remedy.empty() ? help_of(command) : remedy);
  }
}

/// Refuses switches with a value, options with two different values, and a value that is an option's name.
void check_values(const Command& command, std::span<const Option> options, const Option& option,
                  std::vector<std::string>& values) {
  const std::string name(option.name);
  for (const std::string& value : values) {
    if (option.value.empty() && value != "true") {
      throw refusal(command, name + "=" + printable(value), name + " alone, without a value", name);
    }
    if (!option.value.empty() && value.starts_with("--") && find_option(options, value) != nullptr) {
      throw refusal(command, name + " without its value (the next word is " + value + ")",
                    name + " " + std::string(option.value), name + " " + std::string(option.value) + " " + value);
    }
    if (!option.repeated && value != values.front()) {
      throw refusal(command,
                    name + " twice, with \"" + printable(values.front()) + "\" and \"" + printable(value) + "\"",
                    "one value", name + " " + printable(values.front()));
    }
  }
  if (!option.repeated) values.resize(1);
}

void check_operands(const Command& command, const std::vector<std::string>& operands) {
  for (std::size_t i = 0; i < command.operands.size(); ++i) {
    const Operand& operand = command.operands[i];
    if (!operand.required) break;
    if (i < operands.size() && !operands[i].empty()) continue;
    const std::string_view example = command.example.substr(0, command.example.find('\n'));
    throw refusal(command,
                  i < operands.size() ? "an empty " + std::string(operand.name) : "no " + std::string(operand.name),
                  std::string(operand.doc), std::string(example));
  }
}

/// Throws UserError for what the library cannot read.
void read_words(CLI::App& app, const Command& command, const std::vector<Option>& options,
                std::span<const std::string> words) {
  try {
    std::vector<std::string> reversed = split_empty_values(words);
    std::reverse(reversed.begin(), reversed.end());
    app.parse(reversed);
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string what = error.what();  // "--output: 1 required ..."
    const std::string name = what.substr(0, what.find(':'));
    const Option* option = find_option(options, name);
    throw refusal(command, name + " without its value", "a value after it",
                  option == nullptr ? help_of(command) : name + " " + std::string(option->value));
  } catch (const CLI::ParseError& error) {
    throw refusal(command, "what cannot be read (" + std::string(error.what()) + ")", "options and operands",
                  help_of(command));
  }
}

}  // namespace

Arguments parse(const Command& command, std::span<const std::string> words) {
  const std::vector<Option> options = options_of(command);
  // What follows "--" are operands, which the library need not see.
  const auto options_end = std::find(words.begin(), words.end(), "--");
  const auto before = words.first(static_cast<std::size_t>(options_end - words.begin()));
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::vector<CLI::Option*> handles;
  for (const Option& option : options) {
    std::string names(option.name);
    if (!option.letter.empty()) names += "," + std::string(option.letter);
    CLI::Option* handle = option.value.empty() ? app.add_flag(names) : app.add_option(names);
    if (!option.value.empty()) handle->expected(1)->allow_extra_args(false);
    handles.push_back(handle->multi_option_policy(CLI::MultiOptionPolicy::TakeAll));
  }
  // One handle an operand: the library would take a list "[1 2]" in several operands apart.
  std::vector<CLI::Option*> operands;
  for (std::size_t i = 0; i < command.operands.size(); ++i) {
    operands.push_back(app.add_option("operand" + std::to_string(i))->expected(1)->allow_extra_args(false));
  }
  read_words(app, command, options, before);

  std::vector<std::pair<std::string_view, std::vector<std::string>>> given;
  if (handles.back()->count() > 0) {
    given.emplace_back(help_option.name, std::vector<std::string>{"true"});
    return Arguments(std::string(command.name), {}, std::move(given));
  }
  const std::vector<std::string> rest = app.remaining();
  check_names(command, options, rest);
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (handles[i]->count() == 0) continue;
    std::vector<std::string> values = handles[i]->results();
    check_values(command, options, options[i], values);
    given.emplace_back(options[i].name, std::move(values));
  }
  std::vector<std::string> found;
  for (const CLI::Option* operand : operands) {
    if (operand->count() > 0) found.push_back(operand->results().front());
  }
  found.insert(found.end(), rest.begin(), rest.end());
  if (options_end != words.end()) found.insert(found.end(), options_end + 1, words.end());
  const bool any_count = !command.operands.empty() && command.operands.back().repeated;
  if (found.size() > command.operands.size() && !any_count) {
    throw refusal(command, "too many operands: \"" + printable(found.back()) + "\"",
                  std::to_string(command.operands.size()) + " at most", help_of(command));
  }
  check_operands(command, found);
  return Arguments(std::string(command.name), found, std::move(given));
}

}  // namespace gradus::cli
