#include "gradus/app/cli/inputs/load_data.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "gradus/app/cli/arguments/column_list.hpp"
#include "gradus/app/cli/arguments/defaults.hpp"
#include "gradus/app/report/layout.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/core/base/nearest.hpp"
#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/data/idx/idx.hpp"
#include "gradus/learn/data/leaks.hpp"
#include "gradus/learn/data/split_by.hpp"
#include "gradus/learn/nn/model.hpp"
#include "gradus/learn/train/known_classes.hpp"

namespace gradus::cli {
namespace {

namespace fs = std::filesystem;

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

void append(data::Notes& to, const data::Notes& from) { to.insert(to.end(), from.begin(), from.end()); }

/// The file in `folder` whose name begins with `prefix`; the first by name when there are several.
std::string find_file(const std::string& folder, const std::string& prefix) {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().filename().string().starts_with(prefix)) found.push_back(entry.path().string());
  }
  if (found.empty()) {
    throw UserError(Fault::data, Report{printable(folder), error ? error.message() : "no file called " + prefix + "*",
                                        "a folder with t10k-images* and t10k-labels*", "the name of an IDX file"});
  }
  return *std::min_element(found.begin(), found.end());
}

/// "x-labels-idx1" beside "x-images-idx3".
std::string labels_beside(const std::string& images) {
  const std::string name = fs::path(images).filename().string();
  const std::size_t at = name.find("images");
  if (at == std::string::npos) {
    throw UserError(Fault::data, Report{printable(images), "a file without \"images\" in its name",
                                        "NAME-images*, whose labels are then in NAME-labels*", "the folder of both"});
  }
  return find_file(fs::path(images).parent_path().empty() ? "." : fs::path(images).parent_path().string(),
                   name.substr(0, at) + "labels");
}

/// `name` as a flag takes it.
std::string column_word(const std::string& name, bool in_list) {
  return in_list ? write_column_list({&name, 1}) : name;
}

/// The column of which `name` is a part cut off at a comma; else the nearest one. "" when there is none.
std::string meant_column(const std::string& name, const std::vector<std::string>& known, bool in_list) {
  for (const std::string& column : known) {
    if (!in_list || column.find(',') == std::string::npos || column.find('"') != std::string::npos) continue;
    const auto parts = read_column_list(column, "");
    if (std::find(parts.begin(), parts.end(), name) != parts.end()) return column;
  }
  return nearest(name, known);
}

/// Refuses wanted names that no column has, by the flag that gave them.
void check_columns(std::span<const std::string> columns, const std::string& path,
                   const std::vector<std::string>& wanted, const std::string& flag, bool in_list = true) {
  const std::vector<std::string> known(columns.begin(), columns.end());
  std::string list;
  constexpr std::size_t most = 12;
  for (std::size_t i = 0; i < std::min(most, known.size()); ++i) {
    list += (list.empty() ? "" : ", ") + printable(column_word(known[i], in_list));
  }
  if (known.size() > most) list += ", ...";
  for (const std::string& name : wanted) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string close = meant_column(name, known, in_list);
    const std::string& other = in_list ? known.front() : known.back();  // the last is the target unless given
    const std::string remedy =
        flag + " " + report::shell_word(printable(column_word(close.empty() ? other : close, in_list)));
    throw UserError(Fault::usage, Report{flag, "no column \"" + printable(name) + "\" in " + printable(path),
                                         "one of " + list, remedy});
  }
}

/// By class where there are classes, unless it is said otherwise. `classes`: one a row; empty: a regression.
data::Split choose_split(std::int64_t rows, std::span<const std::int64_t> classes, const Settings& settings) {
  const double fraction = settings.validation.value_or(default_validation);
  const std::uint64_t seed = settings.seed.value_or(default_seed);
  if (settings.split_by_class.value_or(true) && !classes.empty()) return data::split_by_class(classes, fraction, seed);
  return data::split_rows(rows, fraction, seed);
}

/// The texts of the target's column by number: its classes. Empty for a column of numbers.
std::vector<std::int64_t> classes_in(const data::Table& table, const std::string& target) {
  const data::Column* column = target.empty() ? &table.columns.back() : table.find(target);
  if (column == nullptr || column->numeric) return {};
  return {column->text.index.begin(), column->text.index.end()};
}

/// As said; else by class where the target is one.
data::Split split_table(const data::Table& table, const std::string& target, const Settings& settings) {
  const double fraction = settings.validation.value_or(default_validation);
  if (settings.split_by) {
    return data::split_by_group(data::groups_in(table, *table.find(*settings.split_by)), fraction,
                                settings.seed.value_or(default_seed), "--split-by " + printable(*settings.split_by));
  }
  if (settings.time_column) {
    return data::split_by_time(data::times_in(table, *table.find(*settings.time_column)), fraction,
                               "--time-column " + printable(*settings.time_column));
  }
  return choose_split(table.rows, classes_in(table, target), settings);
}

void check_splits(const Settings& settings) {
  if (!settings.split_by || !settings.time_column) return;
  throw UserError(Fault::usage, Report{"--split-by", "--time-column as well", "one way to hold rows back",
                                       "gradus train without --split-by"});
}

const std::vector<std::string> none;

/// As dates and numbers with units are texts until they are known to be the same in all cells.
constexpr std::size_t most_texts = 2'000'000, most_texts_in_all = 8'000'000;

data::FitOptions fit_options(const Settings& settings) {
  data::FitOptions out{settings.target.value_or(""), settings.task, settings.ignore.value_or(none),
                       settings.categorical.value_or(none)};
  if (settings.split_by && settings.split_by != settings.target) out.ignore.push_back(*settings.split_by);
  for (const std::string& name : settings.keep.value_or(none)) out.columns.push_back({name});
  for (const auto& [name, rule] : settings.columns) {
    if (rule) out.columns.push_back({name, *rule});
    else out.columns.push_back({name});
  }
  if (settings.inputs) out.inputs = *settings.inputs;
  out.log_target = settings.log_target.value_or(false);
  if (settings.numbers.said()) out.numbers = kinds::Recipe<data::EncoderKind>(settings.numbers.recipe());
  return out;
}

/// "column3" for 3, where columns have no names of their own; else `target` as it is.
std::string column_by_place(std::span<const std::string> names, const std::string& target) {
  const std::string by_place = "column" + target;
  const auto has = [&](const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  return has("column1") && has(by_place) && !has(target) ? by_place : target;
}

/// What --target says: a column of that name, else several, separated by commas.
void choose_targets(std::span<const std::string> names, const std::string& said, data::FitOptions& fit) {
  fit.target = column_by_place(names, said);
  const bool one = std::find(names.begin(), names.end(), fit.target) != names.end();
  std::vector<std::string> list = one || said.empty() ? std::vector<std::string>() : read_column_list(said, "--target");
  if (list.size() == 1) fit.target = column_by_place(names, list[0]);
  if (list.size() < 2) return;
  for (std::string& name : list) name = column_by_place(names, name);
  fit.targets = std::move(list);
}

/// Warns of what makes numbers look better than they are.
void find_leaks(const data::Table& table, const TrainingData& data, const Settings& settings, data::Notes& notes) {
  data::find_class_copies(table, data.schema, data.split.train, notes);
  data::find_shared_rows(data.rows, data.split, notes);
  const bool at_random = !settings.split_by && !settings.time_column && !data.split.validation.empty();
  if (at_random) data::find_time_order(table, data.schema, notes);
}

TrainingData load_table(const std::string& path, const Settings& settings) {
  check_splits(settings);
  data::FitOptions fit = fit_options(settings);
  data::CsvOptions csv;
  csv.limits.distinct = most_texts, csv.limits.distinct_in_all = most_texts_in_all;
  csv.rules = settings.rules;
  csv.read = [&](std::span<const std::string> names) {
    const std::string source = path == "-" ? "standard input" : path;
    choose_targets(names, settings.target.value_or(""), fit);
    if (settings.target && fit.targets.empty()) check_columns(names, source, {fit.target}, "--target", false);
    check_columns(names, source, fit.targets, "--target");
    for (const data::InputColumns& input : fit.inputs) check_columns(names, source, input.columns, "--inputs");
    if (settings.split_by) check_columns(names, source, {*settings.split_by}, "--split-by", false);
    if (settings.time_column) check_columns(names, source, {*settings.time_column}, "--time-column", false);
    check_columns(names, source, fit.ignore, "--ignore");
    check_columns(names, source, fit.categorical, "--categorical");
    check_columns(names, source, settings.keep.value_or(none), "--keep");
    for (const data::ColumnRule& rule : fit.columns) check_columns(names, source, {rule.name}, "columns");
    std::vector<data::ReadAs> out = data::reading(fit)(names);
    for (const auto& column : {settings.split_by, settings.time_column}) {
      if (!column) continue;
      data::ReadAs& read =
          out[static_cast<std::size_t>(std::find(names.begin(), names.end(), *column) - names.begin())];
      if (read == data::ReadAs::nothing) read = data::ReadAs::looks;
    }
    return out;
  };
  data::Table table = data::read_csv(path, csv);
  TrainingData out;
  data::drop_rows_without_targets(table, fit.targets.empty() ? std::vector{fit.target} : fit.targets, out.notes);
  if (settings.effort && table.rows >= tables::least_rows && fit.targets.empty() && !settings.inputs) {
    out.effort = settings.effort;
    if (!settings.numbers.said())
      fit.numbers = tables::numbers_of(*settings.effort, table.rows, std::ssize(table.columns));
  }
  const bool folds = out.effort && deals_folds(settings) && tables::folds_of(*out.effort, table.rows) > 1;
  if (folds) out.split = data::split_rows(table.rows, 0, 0);
  else out.split = split_table(table, fit.targets.empty() ? fit.target : fit.targets[0], settings);
  data::Fitted fitted = data::fit_schema(table, out.split.train, fit);
  append(out.notes, fitted.notes);
  out.schema = std::move(fitted.schema);
  data::Encoded encoded =
      data::encode(out.schema, table, nn::split_precision(settings.precision.value_or(DType::f32)).dtype);
  append(out.notes, encoded.notes);
  out.rows = std::move(encoded.dataset);
  find_leaks(table, out, settings, out.notes);
  return out;
}

void refuse_table_settings(const Settings& settings) {
  const auto refuse = [](const std::string& flag) {
    throw UserError(Fault::usage, Report{flag, "a folder of images, which has no columns", "a CSV file",
                                         "gradus train without " + flag});
  };
  if (settings.target) refuse("--target");
  if (settings.ignore) refuse("--ignore");
  if (settings.categorical) refuse("--categorical");
  if (settings.keep) refuse("--keep");
  if (!settings.columns.empty()) refuse("--set columns." + settings.columns.front().name);
  if (settings.inputs) refuse("--inputs");
  if (settings.log_target) refuse("--log-target");
  if (settings.split_by) refuse("--split-by");
  if (settings.time_column) refuse("--time-column");
  if (settings.numbers.said()) refuse("--numbers");
  if (settings.task == data::Task::regression) refuse("--task");
}

}  // namespace

std::vector<std::string> files_of_data(const std::string& path) {
  std::vector<std::string> out{path};
  const std::size_t at = fs::path(path).filename().string().find("images");
  const fs::path folder = is_folder(path) ? fs::path(path) : fs::path(path).parent_path();
  if (!is_folder(path) && at == std::string::npos) return out;
  const std::string labels = fs::path(path).filename().string().substr(0, at) + "labels";
  std::error_code error;
  for (fs::directory_iterator it(folder.empty() ? "." : folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    const bool is_read =
        is_folder(path) ? name.starts_with("train-") || name.starts_with("t10k-") : name.starts_with(labels);
    if (is_read) out.push_back(it->path().string());
  }
  return out;
}

namespace {

/// Says which labels of the test images training never saw. Throws UserError where it has none of them.
data::Notes compare_labels(const data::Dataset& train, const data::Dataset& test) {
  std::vector<ClassRows> unseen;
  for (std::size_t i = train.class_names.size(); i < test.class_names.size(); ++i) {
    unseen.push_back({test.class_names[i], 0});
  }
  std::int64_t count = 0;
  for (const std::int64_t target : test.targets.as<std::int64_t>()) {
    if (target < train.classes()) continue;
    ++unseen[static_cast<std::size_t>(target - train.classes())].rows;
    ++count;
  }
  if (count == 0) return {};
  std::stable_sort(unseen.begin(), unseen.end(), [](const auto& a, const auto& b) { return a.rows > b.rows; });
  const std::string classes = unseen.size() == 1 ? "a class" : std::to_string(unseen.size()) + " classes";
  if (count == test.rows()) {
    throw UserError(Fault::data, Report{printable(test.source),
                                        "only labels that the training images do not have: " + list_classes(unseen),
                                        "labels that they have", "the labels that belong to these images"});
  }
  return {{true, printable(test.source) + ": " + std::to_string(count) + " of " + std::to_string(test.rows()) +
                     " images of " + classes + " that training never saw: " + list_classes(unseen) +
                     "; they count as wrong"}};
}

}  // namespace

bool deals_folds(const Settings& settings) {
  return !settings.validation && !settings.split_by && !settings.time_column && settings.split_by_class.value_or(true);
}

TrainingData load_for_training(const std::string& path, const Settings& settings) {
  if (!is_folder(path)) return load_table(path, settings);
  if (!data::is_idx_folder(path)) {
    throw UserError(Fault::data,
                    Report{printable(path), "a folder without train-images*",
                           "a CSV file, or a folder with train-images*, train-labels*, t10k-images* and t10k-labels*",
                           "gradus train examples/data/cars.csv --target price"});
  }
  refuse_table_settings(settings);
  data::TrainTest both = data::read_idx(path);
  TrainingData out;
  out.split = choose_split(both.train.rows(), both.train.targets.as<std::int64_t>(), settings);
  out.schema = data::image_schema(both.train);
  out.notes = compare_labels(both.train, both.test);
  out.rows = std::move(both.train);
  out.test = std::move(both.test);
  return out;
}

const data::Schema& schema_of(const TrainedModel& model) {
  if (model.schema) return *model.schema;
  throw UserError(Fault::model_file, Report{"the model", "no schema (it was trained on numbers inside a program)",
                                            "a model from gradus train", "evaluate() and predict() of the library"});
}

namespace {

data::CsvOptions options_for_model(const TrainedModel& model, const std::string& path, data::WantTarget target,
                                   const data::RuleChoices& rules) {
  const data::Schema& schema = schema_of(model);
  if (is_folder(path)) {
    throw UserError(Fault::data,
                    Report{printable(path), "a folder", "a CSV file, since the model was trained on a table",
                           "the path of a CSV file in it"});
  }
  data::CsvOptions options;
  options.rules = rules;
  options.minimum_columns = 1;
  options.minimum_rows = target == data::WantTarget::no ? 0 : 1;
  options.read = data::reading(schema, target);
  options.limits.distinct = options.limits.distinct_in_all = std::numeric_limits<std::int32_t>::max();
  options.before = schema.rules.value_or(data::ReadingRules{});
  return options;
}

}  // namespace

data::TableStream stream_for_model(const TrainedModel& model, const std::string& path, const data::RuleChoices& rules) {
  return {path, options_for_model(model, path, data::WantTarget::no, rules)};
}

Rows load_for_model(const TrainedModel& model, const std::string& path, data::WantTarget target, KeepTable keep,
                    const data::RuleChoices& rules) {
  const data::Schema& schema = schema_of(model);
  Rows out;
  if (schema.is_table()) {
    data::Table table = data::read_csv(path, options_for_model(model, path, target, rules));
    out.notes = table.notes;
    std::vector<std::string> targets;
    for (const data::TargetEncoding& one : schema.targets()) {
      if (table.find(one.name) != nullptr) targets.push_back(one.name);
    }
    if (target == data::WantTarget::any) out.dropped = data::drop_rows_without_targets(table, targets, out.notes);
    data::Encoded encoded = data::encode(schema, table, model.network.dtype, target);
    append(out.notes, encoded.notes);
    out.dataset = std::move(encoded.dataset);
    if (keep == KeepTable::yes) out.table = std::move(table);
    return out;
  }
  const std::string images = is_folder(path) ? find_file(path, "t10k-images") : path;
  if (target != data::WantTarget::no) {
    out.dataset = data::read_idx_pair(images, labels_beside(images), schema.target.classes);
  } else {
    out.dataset.source = images;
    out.dataset.features = data::read_idx_file(images);
    out.dataset.divisor = schema.divisor;
    out.dataset.task = data::Task::classification;
    out.dataset.class_names = schema.target.classes;
  }
  data::require_images(schema, out.dataset);
  return out;
}

}  // namespace gradus::cli
