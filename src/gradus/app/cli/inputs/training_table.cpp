#include "gradus/app/cli/inputs/training_table.hpp"

#include <algorithm>
#include <functional>

#include "gradus/app/cli/arguments/column_list.hpp"
#include "gradus/app/cli/arguments/defaults.hpp"
#include "gradus/app/report/layout.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/core/base/nearest.hpp"
#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/data/folds.hpp"
#include "gradus/learn/data/split_by.hpp"
#include "gradus/learn/nn/model.hpp"

namespace gradus::cli {
namespace {

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

/// The texts of the target's column by number: its classes. Empty for a column of numbers.
std::vector<std::int64_t> classes_in(const data::Table& table, const std::string& target) {
  const data::Column* column = target.empty() ? &table.columns.back() : table.find(target);
  if (column == nullptr || column->numeric) return {};
  return {column->text.index.begin(), column->text.index.end()};
}

/// The items of those rows; none of nothing.
template <class T> std::vector<T> items_of(const std::vector<T>& items, std::span<const std::int64_t> rows) {
  std::vector<T> out;
  for (const std::int64_t row : rows) {
    if (!items.empty()) out.push_back(items[static_cast<std::size_t>(row)]);
  }
  return out;
}

/// The column whose classes a split looks at.
const std::string& first_target(const data::FitOptions& fit) {
  return fit.targets.empty() ? fit.target : fit.targets[0];
}

bool all_equal(const auto& items) {
  return std::adjacent_find(items.begin(), items.end(), std::not_equal_to<>()) == items.end();
}

/// The rows `among` split as said; else by class where the target is one. Some of the rows may be of one group or time
/// alone, and are split as if nothing was said.
data::Split split_among(const TrainingTable& read, std::span<const std::int64_t> among, const Settings& settings) {
  const data::Table& table = read.table;
  const double fraction = settings.validation.value_or(default_validation);
  const bool some = std::ssize(among) < table.rows;
  std::vector<std::int64_t> groups;
  std::vector<double> times;
  if (settings.split_by) groups = items_of(data::groups_in(table, *table.find(*settings.split_by)), among);
  if (settings.time_column) times = items_of(data::times_in(table, *table.find(*settings.time_column)), among);
  data::Split split;
  if (settings.split_by && !(some && all_equal(groups))) {
    split = data::split_by_group(groups, fraction, settings.seed.value_or(default_seed),
                                 "--split-by " + printable(*settings.split_by));
  } else if (settings.time_column && !(some && all_equal(times))) {
    split = data::split_by_time(times, fraction, "--time-column " + printable(*settings.time_column));
  } else {
    split = choose_split(std::ssize(among), items_of(classes_in(table, first_target(read.fit)), among), settings);
  }
  const std::vector<std::int64_t> rows(among.begin(), among.end());
  return {items_of(rows, split.train), items_of(rows, split.validation)};
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

}  // namespace

bool deals_folds(const Settings& settings) {
  return !settings.validation && !settings.split_by && !settings.time_column && settings.split_by_class.value_or(true);
}

data::Split choose_split(std::int64_t rows, std::span<const std::int64_t> classes, const Settings& settings) {
  const double fraction = settings.validation.value_or(default_validation);
  const std::uint64_t seed = settings.seed.value_or(default_seed);
  if (settings.split_by_class.value_or(true) && !classes.empty()) return data::split_by_class(classes, fraction, seed);
  return data::split_rows(rows, fraction, seed);
}

TrainingTable read_training_table(const std::string& path, const Settings& settings) {
  check_splits(settings);
  TrainingTable out;
  data::FitOptions& fit = out.fit = fit_options(settings);
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
    std::vector<data::ReadAs> reading = data::reading(fit)(names);
    for (const auto& column : {settings.split_by, settings.time_column}) {
      if (!column) continue;
      data::ReadAs& read =
          reading[static_cast<std::size_t>(std::find(names.begin(), names.end(), *column) - names.begin())];
      if (read == data::ReadAs::nothing) read = data::ReadAs::looks;
    }
    return reading;
  };
  out.table = data::read_csv(path, csv);
  data::drop_rows_without_targets(out.table, fit.targets.empty() ? std::vector{fit.target} : fit.targets, out.notes);
  return out;
}

TrainingData fit_training_table(const TrainingTable& read, std::span<const std::int64_t> among,
                                const Settings& settings) {
  TrainingData out;
  data::FitOptions fit = read.fit;
  const std::int64_t rows = std::ssize(among);
  if (settings.effort && rows >= tables::least_rows && fit.targets.empty() && !settings.inputs) {
    out.effort = settings.effort;
    if (!settings.numbers.said()) fit.numbers = tables::numbers_of(rows, std::ssize(read.table.columns));
  }
  const bool folds = out.effort && deals_folds(settings) && tables::folds_of(*out.effort, rows) > 1;
  if (folds) out.split = {{among.begin(), among.end()}, {}};
  else out.split = split_among(read, among, settings);
  data::Fitted fitted = data::fit_schema(read.table, out.split.train, fit);
  out.notes = std::move(fitted.notes);
  out.schema = std::move(fitted.schema);
  data::Encoded encoded =
      data::encode(out.schema, read.table, nn::split_precision(settings.precision.value_or(DType::f32)).dtype);
  out.notes.insert(out.notes.end(), encoded.notes.begin(), encoded.notes.end());
  out.rows = std::move(encoded.dataset);
  return out;
}

std::vector<data::Split> folds_of(const TrainingTable& read, int folds, std::uint64_t seed, const Settings& settings) {
  const data::Table& table = read.table;
  if (settings.split_by)
    return data::folds_by_group(data::groups_in(table, *table.find(*settings.split_by)), folds, seed);
  if (settings.time_column)
    return data::folds_by_time(data::times_in(table, *table.find(*settings.time_column)), folds);
  std::vector<std::int64_t> classes;
  if (settings.split_by_class.value_or(true)) classes = classes_in(table, first_target(read.fit));
  return data::make_folds(table.rows, classes, folds, seed);
}

}  // namespace gradus::cli
