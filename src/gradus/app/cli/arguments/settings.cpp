#include "gradus/app/cli/arguments/settings.hpp"

#include <limits>

#include "gradus/app/cli/arguments/choose_device.hpp"
#include "gradus/app/cli/arguments/choose_metrics.hpp"
#include "gradus/app/cli/arguments/column_list.hpp"
#include "gradus/app/cli/arguments/read_number.hpp"
#include "gradus/app/cli/arguments/toml/read_config.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/core/base/nearest.hpp"
#include "gradus/core/base/remedy.hpp"
#include "gradus/core/graph/print.hpp"

namespace gradus::cli {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::string_view columns_prefix = "columns.";
constexpr std::int64_t many = 1'000'000'000'000;

// What numbers must be.
constexpr NumberRange positive{0, infinite, true, true, "a number greater than 0"};
constexpr NumberRange any_number{-infinite, infinite, true, true, "a number"};
constexpr NumberRange below_one{0, 1, false, true, "a number from 0 to below 1"};

using Text = const std::string&;

std::string show_text(const std::optional<std::string>& value) { return value.value_or(""); }
std::string show_number(const std::optional<double>& value) { return value ? print_number(*value) : ""; }
template <class T> std::string show_integer(const std::optional<T>& value) {
  return value ? std::to_string(*value) : "";
}
std::string show_list(const std::optional<std::vector<std::string>>& value) {
  return value ? write_column_list(*value) : "";
}

data::PictureSize read_image_size(Text text, Text place) {
  constexpr std::int64_t largest = 4096;
  const std::size_t by = text.find_first_of("xX");
  try {
    if (by != std::string::npos) {
      return {read_integer(text.substr(0, by), place, 1, largest),
              read_integer(text.substr(by + 1), place, 1, largest)};
    }
  } catch (const UserError&) {  // below, of both numbers
  }
  throw UserError(Fault::usage,
                  Report{place, "\"" + printable(text) + "\"", "HEIGHTxWIDTH, each from 1 to 4096", "28x28"});
}

std::string show_kind(const RecipeSetting& setting) { return setting.said() ? std::string(setting.kind().name) : ""; }
std::string show_recipe(const RecipeSetting& setting) { return setting.said() ? kinds::print(setting.recipe()) : ""; }

std::string join_recipes(std::span<const std::string> layers) {
  std::string out;
  for (const std::string& layer : layers) out += (out.empty() ? "" : ", ") + layer;
  return out;
}

std::string join_groups(std::span<const std::string> groups) {
  std::string out;
  for (const std::string& group : groups) out += (out.empty() ? "" : "; ") + group;
  return out;
}

template <class T> struct Word {
  std::string_view name;
  T value;
};

/// The value of the word `text`. Throws UserError that lists the words.
template <class T, std::size_t N>
T read_word(Text text, Text place, const Word<T> (&words)[N], std::string_view more = {}) {
  std::string expected;
  std::vector<std::string_view> names;
  for (const auto& word : words) {
    if (word.name == text) return word.value;
    names.push_back(word.name);
    expected += (expected.empty() ? "" : " or ") + std::string(word.name);
  }
  if (!more.empty()) expected += " or " + std::string(more);
  throw UserError(Fault::usage, Report{place, "\"" + printable(text) + "\"", expected,
                                       given_at(place, nearest_or(text, names, names.front()))});
}

constexpr Word<data::Task> tasks[] = {{"regression", data::Task::regression},
                                      {"classification", data::Task::classification}};
constexpr Word<DType> precisions[] = {{"f32", DType::f32}, {"f64", DType::f64}, {"bf16", DType::bf16}};
constexpr Word<bool> splits[] = {{"by-class", true}, {"random", false}};

template <class T, std::size_t N> std::string show_word(const std::optional<T>& value, const Word<T> (&words)[N]) {
  for (const auto& word : words) {
    if (value && word.value == *value) return std::string(word.name);
  }
  return "";
}

constexpr Word<tables::Effort> efforts[] = {
    {"quick", tables::Effort::quick}, {"normal", tables::Effort::normal}, {"best", tables::Effort::best}};
constexpr Word<bool> truths[] = {{"true", true}, {"false", false}};

void require_number_encoder(const RecipeSetting& setting, Text place) {
  const auto& kind = static_cast<const data::EncoderKind&>(setting.kind());
  if (kind.cells == data::Cells::numbers) return;
  throw UserError(Fault::usage, Report{place, "the encoder " + std::string(kind.name), "one of numbers",
                                       given_at(place, kinds::print_all(data::standard_encoder()))});
}

constexpr Word<bool> yes_no[] = {{"yes", true}, {"no", false}};
constexpr Word<bool> short_rows[] = {{"fill", true}, {"refuse", false}};
constexpr Word<bool> row_names[] = {{"keep", true}, {"drop", false}};

/// The character that `text` means. Throws UserError unless it is one of ASCII.
char read_mark(Text text, Text place) {
  const auto found = data::read_character(text);
  if (found && static_cast<unsigned char>(*found) < 0x80 && *found != '\n' && *found != '\r') return *found;
  throw UserError(Fault::usage,
                  Report{place, text.empty() ? "nothing" : "\"" + printable(text) + "\"",
                         "one character, or one of comma, semicolon, tab, bar, blank, point, single, double, none",
                         given_at(place, "semicolon")});
}

std::string show_mark(const std::optional<char>& value) {
  if (!value) return "";
  return *value == 0 ? "none" : *value == '\'' ? "single" : *value == '"' ? "double" : data::delimiter_name(*value);
}

std::int64_t read_batch(Text text, Text place) {
  if (text == "all") return 0;
  try {
    return read_integer(text, place, 1, many);
  } catch (const UserError&) {
    throw UserError(Fault::usage, Report{place, text.empty() ? "nothing" : "\"" + printable(text) + "\"",
                                         "a whole number from 1, or all", given_at(place, "64")});
  }
}

}  // namespace

std::optional<DType> read_precision(const std::string& text, const std::string& place) {
  if (text == "auto") return std::nullopt;
  return read_word(text, place, precisions, "auto");
}

namespace {

constexpr Setting settings_table[] = {
    {"data.target", "--target", "COLUMN",
     "the column to learn, or several, separated by commas; the last one unless given", "the data",
     [](Settings& s, Text text, Text) { s.target = text; }, [](const Settings& s) { return show_text(s.target); }},
    {"data.task", "--task", "TASK", "regression or classification; a column of texts is classified unless given", "",
     [](Settings& s, Text text, Text place) { s.task = read_word(text, place, tasks); },
     [](const Settings& s) { return show_word(s.task, tasks); }},
    {"data.ignore", "--ignore", "COLUMNS",
     "columns that are not used, separated by commas (a name with a comma in double quotes)", "",
     [](Settings& s, Text text, Text place) { s.ignore = read_column_list(text, place); },
     [](const Settings& s) { return show_list(s.ignore); }, write_column_list},
    {"data.categorical", "--categorical", "COLUMNS",
     "columns of texts, whatever they look like: codes such as 0123, NA, 1.10", "",
     [](Settings& s, Text text, Text place) { s.categorical = read_column_list(text, place); },
     [](const Settings& s) { return show_list(s.categorical); }, write_column_list},
    {"data.keep", "--keep", "COLUMNS", "columns that are used though they seem to say nothing: counters, names, ids",
     "", [](Settings& s, Text text, Text place) { s.keep = read_column_list(text, place); },
     [](const Settings& s) { return show_list(s.keep); }, write_column_list},
    {"data.inputs", "--inputs", "COLUMNS",
     "columns that the net takes by a name, \"brand=make; place=lat,lon\": \"input brand\" in --net; texts become "
     "codes",
     "", [](Settings& s, Text text, Text place) { s.inputs = read_inputs(text, place); },
     [](const Settings& s) { return s.inputs ? write_inputs(*s.inputs) : ""; }},
    {"data.numbers", "--numbers", "RECIPE",
     "how numbers are encoded: standard unless given, robust, quantile, ...: "
     "gradus encoders",
     "",
     [](Settings& s, Text text, Text place) {
       s.numbers.say(text, place, s.source), require_number_encoder(s.numbers, place);
     },
     [](const Settings& s) { return show_recipe(s.numbers); }},
    {"data.log_target", "--log-target", "", "learn the logarithm of the target, so that errors count in percent", "",
     [](Settings& s, Text text, Text place) { s.log_target = read_word(text, place, truths); },
     [](const Settings& s) { return show_word(s.log_target, truths); }},
    {"data.valid", "--valid", "FRACTION", "share of the rows held back for validation; 0.1 unless given", "",
     [](Settings& s, Text text, Text place) { s.validation = read_number(text, place, below_one); },
     [](const Settings& s) { return show_number(s.validation); }},
    {"data.split", "", "HOW", "by-class or random: whether every class keeps its share of the rows held back", "",
     [](Settings& s, Text text, Text place) { s.split_by_class = read_word(text, place, splits); },
     [](const Settings& s) { return show_word(s.split_by_class, splits); }},
    {"data.split_by", "--split-by", "COLUMN",
     "rows with the same cell there (a person, a shop) are held back together or not at all; it is no input then", "",
     [](Settings& s, Text text, Text) { s.split_by = text; }, [](const Settings& s) { return show_text(s.split_by); }},
    {"data.time_column", "--time-column", "COLUMN", "the last rows by this date or number are held back", "",
     [](Settings& s, Text text, Text) { s.time_column = text; },
     [](const Settings& s) { return show_text(s.time_column); }},

    {"data.delimiter", "--delimiter", "CHARACTER",
     "between fields: comma, semicolon, tab, bar, blank (any number of them) or another; found in the file unless "
     "given",
     "how the file is read", [](Settings& s, Text text, Text place) { s.rules.delimiter = read_mark(text, place); },
     [](const Settings& s) { return show_mark(s.rules.delimiter); }},
    {"data.decimal", "--decimal", "CHARACTER", "the decimal mark: . or , ; found unless given", "",
     [](Settings& s, Text text, Text place) { s.rules.decimal = read_mark(text, place); },
     [](const Settings& s) { return show_mark(s.rules.decimal); }},
    {"data.thousands", "--thousands", "CHARACTER", "between groups of digits: , . blank ' or none; found unless given",
     "", [](Settings& s, Text text, Text place) { s.rules.thousands = read_mark(text, place); },
     [](const Settings& s) { return show_mark(s.rules.thousands); }},
    {"data.quote", "--quote", "CHARACTER", "around texts: double, single or none; found unless given", "",
     [](Settings& s, Text text, Text place) { s.rules.quote = read_mark(text, place); },
     [](const Settings& s) { return show_mark(s.rules.quote); }},
    {"data.escape", "--escape", "CHARACTER", "before a quote within quotes: backslash; none unless given", "",
     [](Settings& s, Text text, Text place) { s.rules.escape = read_mark(text, place); },
     [](const Settings& s) { return show_mark(s.rules.escape); }},
    {"data.comment", "--comment", "CHARACTER", "lines that begin with it are left out; # or % where the file begins so",
     "", [](Settings& s, Text text, Text place) { s.rules.comment = read_mark(text, place); },
     [](const Settings& s) { return show_mark(s.rules.comment); }},
    {"data.encoding", "--encoding", "NAME", "utf-8, utf-16, windows-1252, ... as iconv calls it; found unless given",
     "", [](Settings& s, Text text, Text) { s.rules.encoding = data::encoding_name(text); },
     [](const Settings& s) { return show_text(s.rules.encoding); }},
    {"data.header", "--header", "WORD", "yes or no: whether the first line names the columns; found unless given", "",
     [](Settings& s, Text text, Text place) { s.rules.header = read_word(text, place, yes_no); },
     [](const Settings& s) { return show_word(s.rules.header, yes_no); }},
    {"data.skip", "--skip", "LINES", "lines above the table that are left out", "",
     [](Settings& s, Text text, Text place) {
       s.rules.skip = static_cast<std::size_t>(read_integer(text, place, 0, 1'000'000));
     },
     [](const Settings& s) { return s.rules.skip > 0 ? std::to_string(s.rules.skip) : ""; }},
    {"data.missing", "--missing", "MARKS",
     "what stands for a missing value beside an empty cell, separated by commas; NA, ?, null, - and others unless "
     "given",
     "", [](Settings& s, Text text, Text place) { s.rules.missing = read_column_list(text, place); },
     [](const Settings& s) { return show_list(s.rules.missing); }, write_column_list},
    {"data.short_rows", "--short-rows", "WORD", "fill or refuse: whether cells may be missing at the end of a row", "",
     [](Settings& s, Text text, Text place) { s.rules.fill_short_rows = read_word(text, place, short_rows); },
     [](const Settings& s) { return std::string(s.rules.fill_short_rows ? "fill" : ""); }},
    {"data.row_names", "--row-names", "WORD", "keep or drop: a first column without a name; drop unless given", "",
     [](Settings& s, Text text, Text place) { s.rules.keep_row_names = read_word(text, place, row_names); },
     [](const Settings& s) { return std::string(s.rules.keep_row_names ? "keep" : ""); }},

    {"data.image_size", "--image-size", "SIZE",
     "of images in folders, height x width: 28x28; the commonest, at most 64 a side, unless given", "",
     [](Settings& s, Text text, Text place) { s.image_size = read_image_size(text, place); },
     [](const Settings& s) {
       return s.image_size ? std::to_string(s.image_size->height) + "x" + std::to_string(s.image_size->width) : "";
     }},

    {"model.net", "--net", "LAYERS",
     "the hidden layers: \"128 relu, dropout 0.2, 64 tanh\", \"conv 6 5x5 pad 2 relu, maxpool 2\"; \"\" is a linear "
     "model",
     "the network", [](Settings& s, Text text, Text) { s.net = text; },
     [](const Settings& s) { return show_text(s.net); }, join_recipes},
    {"model.init", "--init", "RECIPE",
     "first weights: he_normal, xavier_uniform, \"normal 0.01\", zeros, ...: gradus inits", "",
     [](Settings& s, Text text, Text place) { s.init.say(text, place, s.source); },
     [](const Settings& s) { return show_recipe(s.init); }},
    {"model.loss", "--loss", "RECIPE", "what is made small: mse, mae, \"huber 0.5\", cross_entropy, ...: gradus losses",
     "", [](Settings& s, Text text, Text place) { s.loss.say(text, place, s.source); },
     [](const Settings& s) { return show_recipe(s.loss); }},
    {"model.precision", "--precision", "TYPE",
     "f32, f64, bf16 (f32 with products of bf16 matrices) or auto; f32 unless given", "",
     [](Settings& s, Text text, Text place) {
       s.precision_auto = text == "auto";
       s.precision = read_precision(text, place);
     },
     [](const Settings& s) { return show_word(s.precision, precisions); }},

    {"optimizer.name", "--optimizer", "RECIPE",
     "adam unless given, sgd, rmsprop, ...: gradus optimizers; \"sgd momentum 0.9 nesterov\"", "learning",
     [](Settings& s, Text text, Text place) { s.optimizer.say(text, place, s.source); },
     [](const Settings& s) { return show_kind(s.optimizer); }},
    {"optimizer.rate", "--rate", "NUMBER", "the learning rate", "",
     [](Settings& s, Text text, Text place) { s.optimizer.say_key("rate", text, place, s.source); },
     [](const Settings& s) { return s.optimizer.text_of("rate"); }},
    {"optimizer.schedule", "--schedule", "RECIPE",
     "constant, \"cosine 0.05\" with warm-up, \"step 30\", plateau, ...: gradus schedules", "",
     [](Settings& s, Text text, Text place) { s.schedule.say(text, place, s.source); },
     [](const Settings& s) { return show_recipe(s.schedule); }},
    {"optimizer.groups", "--groups", "GROUPS",
     "parameters with numbers of their own, * for any letters: \"*.bias weight_decay 0; 0.* rate 0.001; 2.* frozen\"",
     "", [](Settings& s, Text text, Text) { s.groups = text; }, [](const Settings& s) { return show_text(s.groups); },
     join_groups},
    {"optimizer.clip_norm", "--clip-norm", "NUMBER",
     "a gradient whose norm over all parameters is larger is scaled to this", "",
     [](Settings& s, Text text, Text place) { s.clip_norm = read_number(text, place, positive); },
     [](const Settings& s) { return show_number(s.clip_norm); }},
    {"optimizer.clip_value", "--clip-value", "NUMBER", "elements of the gradient are held within this size", "",
     [](Settings& s, Text text, Text place) { s.clip_value = read_number(text, place, positive); },
     [](const Settings& s) { return show_number(s.clip_value); }},
    {"optimizer.average", "--average", "SHARE",
     "the model is a moving average of the weights, of which this share stays in a step: 0.999", "",
     [](Settings& s, Text text, Text place) { s.average = read_number(text, place, below_one); },
     [](const Settings& s) { return show_number(s.average); }},
    {"train.batch", "--batch", "ROWS", "rows a step, or all", "",
     [](Settings& s, Text text, Text place) { s.batch = read_batch(text, place); },
     [](const Settings& s) { return s.batch == 0 ? "all" : show_integer(s.batch); }},
    {"train.seed", "--seed", "NUMBER", "of first weights, order of rows, validation rows and dropout; 0 unless given",
     "", [](Settings& s, Text text, Text place) { s.seed = read_natural(text, place); },
     [](const Settings& s) { return show_integer(s.seed); }},
    {"train.threads", "--threads", "NUMBER",
     "threads that compute; 0 (unless given): all cores. Results do not depend on it", "",
     [](Settings& s, Text text, Text place) { s.threads = read_integer(text, place, 0, 1024); },
     [](const Settings& s) { return show_integer(s.threads); }},
    {"train.device", "--device", "NAME", "what computes: cpu (unless given), or reference, which is slow and plain", "",
     [](Settings& s, Text text, Text place) { s.device = read_device(text, place); },
     [](const Settings& s) { return show_text(s.device); }},
    {"train.isa", "--isa", "NAME",
     "instructions that the CPU may use: native (unless given: all it has), portable, avx2, avx512, avx512-bf16, amx",
     "", [](Settings& s, Text text, Text place) { s.isa = read_isa(text, place); },
     [](const Settings& s) { return show_text(s.isa); }},
    {"train.effort", "--effort", "WORD",
     "quick, normal or best: how much time a table is worth, where no net and nothing of its training is given", "",
     [](Settings& s, Text text, Text place) { s.effort = read_word(text, place, efforts); },
     [](const Settings& s) { return show_word(s.effort, efforts); }},
    {"train.within", "--within", "TIME", "the effort in about that time: 30s, 10m", "",
     [](Settings& s, Text text, Text place) { s.within = read_seconds(text, place); },
     [](const Settings& s) { return show_number(s.within); }},
    {"train.memory", "--memory", "SIZE",
     "at most so many bytes beside the data (200MB, 1.5GB, 64KiB), by batches in parts where need be", "",
     [](Settings& s, Text text, Text place) { s.memory = read_bytes(text, place); },
     [](const Settings& s) { return show_integer(s.memory); }},
    {"train.metrics", "--metrics", "METRICS",
     "how good it is on the validation rows: \"accuracy, roc_area\", \"r2, rmse\", all, ...: gradus metrics", "",
     [](Settings& s, Text text, Text place) {
       check_metrics(text, place);
       s.metrics = text;
     },
     [](const Settings& s) { return show_text(s.metrics); }, join_recipes},
    {"train.epochs", "--epochs", "NUMBER", "times through the data; 0 saves the untrained network", "when to stop",
     [](Settings& s, Text text, Text place) { s.epochs = read_integer(text, place, 0, many, 10); },
     [](const Settings& s) { return show_integer(s.epochs); }},
    {"train.steps", "--steps", "NUMBER", "after so many steps", "",
     [](Settings& s, Text text, Text place) { s.steps = read_integer(text, place, 1, many, 1000); },
     [](const Settings& s) { return show_integer(s.steps); }},
    {"train.time", "--time", "TIME", "after that time: 90s, 10m, 2h", "",
     [](Settings& s, Text text, Text place) { s.time = read_seconds(text, place); },
     [](const Settings& s) { return show_number(s.time); }},
    {"train.until_loss", "--until-loss", "NUMBER", "when an epoch's mean training loss is at most this", "",
     [](Settings& s, Text text, Text place) { s.until_loss = read_number(text, place, any_number); },
     [](const Settings& s) { return show_number(s.until_loss); }},
    {"train.patience", "--patience", "EPOCHS", "after so many epochs without a smaller validation loss; 0: never", "",
     [](Settings& s, Text text, Text place) { s.patience = read_integer(text, place, 0, many, 10); },
     [](const Settings& s) { return show_integer(s.patience); }},
    {"train.tolerance", "--tolerance", "NUMBER", "when a step moves the weights by less than this (Euclidean)", "",
     [](Settings& s, Text text, Text place) { s.tolerance = read_number(text, place, positive); },
     [](const Settings& s) { return show_number(s.tolerance); }},
};

}  // namespace

std::span<const Setting> all_settings() { return settings_table; }

std::vector<Option> setting_options() {
  std::vector<Option> options;
  std::string_view group;
  for (const Setting& setting : settings_table) {
    if (!setting.group.empty()) group = setting.group;
    if (setting.flag.empty()) continue;
    options.push_back({setting.flag, setting.value, setting.doc, {}, false, group});
    group = {};
  }
  return options;
}

namespace {

/// All that may be assigned to: the settings, and the keys of those that are recipes.
std::vector<std::string> assignable_keys() {
  std::vector<std::string> keys;
  for (const Setting& setting : settings_table) keys.emplace_back(setting.key);
  const Settings settings;
  for (const auto member : recipe_settings) {
    const Family& family = (settings.*member).family();
    for (const kinds::Kind* kind : family.kinds()) {
      for (const kinds::Key& key : kind->keys) keys.push_back(std::string(family.key) + "." + std::string(key.name));
    }
  }
  return keys;
}

/// Whether `assignment` is of a recipe's kind or key, which then is said.
bool assign_to_recipe(Settings& settings, const Assignment& assignment) {
  for (const auto member : recipe_settings) {
    RecipeSetting& setting = settings.*member;
    const std::string prefix = std::string(setting.family().key) + ".";
    if (!assignment.key.starts_with(prefix)) continue;
    const std::string key = assignment.key.substr(prefix.size());
    const bool kind = key == "name";
    if (!kind && !has_key(setting.family(), key)) continue;
    if (assignment.list) {
      throw UserError(Fault::usage,
                      Report{assignment.place, "a list for " + printable(assignment.key), "one value", "one of them"});
    }
    if (kind) setting.say(assignment.text, assignment.place, settings.source);
    else setting.say_key(key, assignment.text, assignment.place, settings.source);
    return true;
  }
  return false;
}

}  // namespace

namespace {

/// A key of a file as a message shows it: the start of a long one, ending between two characters.
std::string shown_key(const std::string& key) {
  std::size_t most = 80;
  if (key.size() <= most) return printable(key);
  while (most > 0 && (static_cast<unsigned char>(key[most]) & 0xc0) == 0x80) --most;
  return printable(key.substr(0, most)) + "...";
}

}  // namespace

namespace {

/// columns.NAME = RULE: an encoder with its keys, or "keep".
void assign_column(Settings& settings, const Assignment& assignment) {
  SaidColumn said{assignment.key.substr(columns_prefix.size()), {}};
  if (assignment.list) {
    throw UserError(Fault::usage, Report{assignment.place, "a list for a column", "one rule, such as \"robust\"",
                                         "a rule without the [ ] around it"});
  }
  if (assignment.text != "keep") said.rule = data::parse_encoder(assignment.text, {}, assignment.place);
  std::erase_if(settings.columns, [&](const SaidColumn& one) { return one.name == said.name; });
  settings.columns.push_back(std::move(said));
}

}  // namespace

void assign(Settings& settings, const Assignment& assignment) {
  if (assignment.key.starts_with(columns_prefix) && assignment.key.size() > columns_prefix.size())
    return assign_column(settings, assignment);
  for (const Setting& setting : settings_table) {
    if (setting.key != assignment.key) continue;
    if (!assignment.list) return setting.read(settings, assignment.text, assignment.place);
    if (setting.join != nullptr) return setting.read(settings, setting.join(*assignment.list), assignment.place);
    throw UserError(Fault::usage, Report{assignment.place, "a list for " + std::string(setting.key), "one value",
                                         "a value without the [ ] around it"});
  }
  if (assign_to_recipe(settings, assignment)) return;
  const std::vector<std::string> keys = assignable_keys();
  std::string close = nearest(assignment.key, keys);
  for (const auto member : recipe_settings) {  // a recipe by the name of its table
    if ((settings.*member).family().key == assignment.key) close = assignment.key + ".name";
  }
  for (const std::string& key : keys) {  // "rate" where "optimizer.rate" is meant
    if (close.empty() && key.substr(key.find('.') + 1) == assignment.key) close = key;
  }
  throw UserError(Fault::usage,
                  Report{assignment.place, "an unknown key, " + shown_key(assignment.key),
                         "one of those in gradus train --help", close.empty() ? "gradus train --help" : close});
}

Settings read_settings(const Arguments& arguments) {
  Settings settings;
  if (const auto path = arguments.text("--config")) {
    settings.source = Source::file;
    for (const Assignment& assignment : read_config(*path)) assign(settings, assignment);
  }
  settings.source = Source::set;
  for (const std::string& text : arguments.texts("--set")) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UserError(Fault::usage,
                      Report{"--set " + printable(text), "no key and value", "KEY=VALUE", "--set optimizer.rate=3e-3"});
    }
    const std::string key = text.substr(0, equals);
    assign(settings, {key, text.substr(equals + 1), {}, "--set " + printable(key)});
  }
  settings.source = Source::flags;
  for (const Setting& setting : settings_table) {
    if (setting.flag.empty()) continue;
    if (const auto text = arguments.text(setting.flag)) setting.read(settings, *text, std::string(setting.flag));
  }
  settings.source = Source::defaults;
  return settings;
}

}  // namespace gradus::cli
