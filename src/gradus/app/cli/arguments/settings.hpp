// Everything a training can be told, by flag (--rate 0.1), by --set optimizer.rate=0.1, or in a configuration file.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/arguments/recipe_setting.hpp"
#include "gradus/core/tensor/dtype.hpp"
#include "gradus/learn/data/csv/reading_rules.hpp"
#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/data/encoders/encoder.hpp"
#include "gradus/learn/data/images/frame.hpp"
#include "gradus/learn/data/schema.hpp"
#include "gradus/learn/tables/recipe.hpp"

namespace gradus::cli {

/// What was said of a column: how it is encoded, or (nothing) that it is not left out.
struct SaidColumn {
  std::string name;
  std::optional<kinds::Recipe<data::EncoderKind>> rule;
};

/// What was said; what was not follows from the data (defaults.hpp). Times are in seconds.
struct Settings {
  std::optional<std::string> target;
  std::optional<data::Task> task;
  std::optional<std::vector<std::string>> ignore, categorical, keep;
  std::vector<SaidColumn> columns;                        // in the order in which they were said
  std::optional<std::vector<data::InputColumns>> inputs;  // of the net, beside the features
  RecipeSetting numbers{encoder_family};
  std::optional<bool> log_target;
  data::RuleChoices rules;  // how the file is read
  std::optional<data::PictureSize> image_size;
  std::optional<double> validation;
  std::optional<bool> split_by_class;
  std::optional<std::string> split_by, time_column;

  std::optional<std::string> net, metrics, groups;
  RecipeSetting init{init_family}, loss{loss_family};
  std::optional<DType> precision;  // bf16: products of bf16 matrices in an f32 model
  bool precision_auto = false;     // to be chosen for this machine (choose_precision.hpp)

  RecipeSetting optimizer{optimizer_family}, schedule{schedule_family};

  std::optional<std::int64_t> batch, epochs, steps, patience, threads, memory;
  std::optional<std::string> device, isa;
  std::optional<double> time, until_loss, tolerance, clip_value, clip_norm, average, within;
  std::optional<tables::Effort> effort;
  std::optional<std::uint64_t> seed;

  Source source = Source::defaults;  // of what is being read
};

/// The settings that are recipes, whose keys are settings too: "optimizer.momentum".
inline constexpr RecipeSetting Settings::*recipe_settings[] = {&Settings::optimizer, &Settings::schedule,
                                                               &Settings::init, &Settings::loss, &Settings::numbers};

/// One setting: its key in files and --set, its flag, how its text is read and shown.
struct Setting {
  std::string_view key;    // "optimizer.rate"
  std::string_view flag;   // "--rate"; empty: only by key
  std::string_view value;  // what help calls its value
  std::string_view doc;
  std::string_view group;  // heading in help, where a new one begins
  /// Throws UserError(Fault::usage) at `place` for a text that it does not take.
  void (*read)(Settings& settings, const std::string& text, const std::string& place);
  /// The text that read() takes; empty when it was not said.
  std::string (*show)(const Settings& settings);
  /// The text for a list of a configuration file; nullptr: it takes no list.
  std::string (*join)(std::span<const std::string> items) = nullptr;
};

/// f32, f64 or bf16; nothing of "auto". Throws UserError.
std::optional<DType> read_precision(const std::string& text, const std::string& place);

std::span<const Setting> all_settings();

/// The flags of all_settings(), for a verb's options.
std::vector<Option> setting_options();

/// A text, or a list of texts, for a key, and where it was said.
struct Assignment {
  std::string key, text;
  std::optional<std::vector<std::string>> list;
  std::string place;
};

/// Reads `assignment` into `settings`. Throws UserError(Fault::usage) for an unknown key, naming the nearest, and for a
/// list where one value is wanted.
void assign(Settings& settings, const Assignment& assignment);

/// Settings from --config, then --set, then flags: a later one replaces an earlier one.
Settings read_settings(const Arguments& arguments);

}  // namespace gradus::cli
