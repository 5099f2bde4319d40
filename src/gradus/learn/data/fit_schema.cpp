#include <algorithm>
#include <cmath>
#include <set>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/column_checks.hpp"
#include "gradus/learn/data/column_role.hpp"
#include "gradus/learn/data/fit_column.hpp"
#include "gradus/learn/data/schema.hpp"

namespace gradus::data {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string named(const std::string& name) { return "\"" + printable(name) + "\""; }

std::vector<std::int64_t> all_rows(const Table& table) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(table.rows));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int64_t>(i);
  return rows;
}

void fit_classes(const Table& table, const Column& column, TargetEncoding& target, Notes& notes) {
  require_few_texts(table, column);
  target.read = read_texts(column);
  for (const TextCount& one : text_counts(column, all_rows(table))) target.classes.push_back(one.text);
  check_spellings(table, column, target.classes, notes);
  if (target.classes.size() < 2) {
    throw UserError(Fault::data, Report{describe(table, column), "the single class " + named(target.classes[0]),
                                        "at least two", "rows of another class"});
  }
  if (target.classes.size() > most_classes) {
    throw UserError(Fault::data, Report{describe(table, column), std::to_string(target.classes.size()) + " classes",
                                        "at most " + std::to_string(most_classes), "another --target"});
  }
}

/// Of whole numbers, at most ten different ones: how many; else 0.
std::size_t count_small_set(std::span<const double> numbers) {
  constexpr std::size_t few = 10;
  std::set<double> seen;
  for (const double x : numbers) {
    if (x != std::floor(x) || (seen.insert(x), seen.size() > few)) return 0;
  }
  return seen.size();
}

/// The third moment about the mean, in deviations.
double skewness(std::span<const double> numbers, auto of) {
  double mean = 0, second = 0, third = 0;
  for (const double x : numbers) mean += of(x);
  mean /= static_cast<double>(numbers.size());
  for (const double x : numbers) {
    const double d = of(x) - mean;
    second += d * d, third += d * d * d;
  }
  const auto count = static_cast<double>(numbers.size());
  const double deviation = std::sqrt(second / count);
  return deviation > 0 ? third / count / (deviation * deviation * deviation) : 0;
}

/// What to add before a logarithm: nothing, or 1 where there is a 0.
double offset_for(double least) { return least > 0 ? 0 : 1; }

void suggest(const Column& column, std::span<const double> numbers, const FitOptions& options, Notes& notes) {
  constexpr std::size_t enough = 20;
  if (numbers.size() <= enough) return;
  if (const std::size_t distinct = count_small_set(numbers); !options.task && distinct > 0) {
    notes.push_back({true, "the target " + named(column.name) + " has only " + std::to_string(distinct) +
                               " different whole numbers; if they are classes: --task classification"});
    return;
  }
  const double least = *std::min_element(numbers.begin(), numbers.end());
  constexpr double skewed = 2;
  if (least < 0 || options.log_target) return;
  const double offset = offset_for(least);
  const double before = skewness(numbers, [](double x) { return x; });
  if (before <= skewed || std::abs(skewness(numbers, [&](double x) { return std::log(x + offset); })) >= before / 2)
    return;
  notes.push_back({false, "the target " + named(column.name) +
                              " is skewed, a few numbers far above the others; where errors count in percent: "
                              "--log-target"});
}

/// What to learn: as said; classes where the column is said to be categorical; else as its cells look.
Task choose_task(const Column& column, const FitOptions& options, bool numbers, Notes& notes) {
  const bool categorical = contains(options.categorical, column.name);
  if (options.task == Task::regression && categorical) {
    throw UserError(Fault::usage, Report{"column " + named(column.name), "a regression of a categorical column",
                                         "numbers to learn", "classification"});
  }
  if (options.task) return *options.task;
  const Task task = numbers ? Task::regression : Task::classification;
  const bool two =
      column.read == ReadAs::looks_or_two && column.facts.numbers > 0 && column.facts.not_number.count == 0;
  const std::string why = categorical ? "is categorical"
                          : numbers   ? "has numbers"
                          : two       ? "has two values"
                                      : "has texts";
  notes.push_back({false, "task: " + std::string(numbers ? "regression" : "classification") + ", since the target " +
                              named(column.name) + " " + why +
                              (two && !numbers ? "; --task regression learns them as numbers" : "")});
  return task;
}

void fit_numbers(const Table& table, const Column& column, std::span<const std::int64_t> rows,
                 const FitOptions& options, TargetEncoding& target, Notes& notes) {
  const bool mostly_texts = 2 * column.facts.numbers < static_cast<std::uint64_t>(table.rows);
  if (target.rule.form == CellRule::Form::number) {
    if (mostly_texts) require_numeric(table, column, "--task classification, which learns texts");
    else require_numeric(table, column);
  } else {
    target.read = ReadAs::text;
    notes.push_back({false, printable(table.source) + ": the target has a unit: " + named(column.name) + " (" +
                                printable(column.text.distinct[0]) + ")"});
  }
  std::vector<double> own, numbers;
  const auto cells = cell_numbers(column, target.rule, own);
  for (const std::int64_t row : rows) numbers.push_back(cells[static_cast<std::size_t>(row)]);
  const double least = *std::min_element(cells.begin(), cells.end());
  if (options.log_target && least < 0) {
    const auto row = std::find(cells.begin(), cells.end(), least) - cells.begin();
    throw UserError(Fault::data, Report{describe(table, column) + ", line " + std::to_string(table.line_of(row)),
                                        number_text(least) + ", which has no logarithm", "no number below 0",
                                        "gradus train without --log-target"});
  }
  target.recipe = options.log_target ? log_encoder(offset_for(least)) : standard_encoder();
  target.kind().fit_numbers(target.recipe.keys, numbers, describe(table, column), target);
  if (target.scaling.deviation == 0) {
    throw UserError(Fault::data,
                    Report{describe(table, column),
                           "the same number " + number_text(target.scaling.minimum) + " in every training row",
                           "a target that varies", "another target"});
  }
  suggest(column, numbers, options, notes);
}

TargetEncoding fit_target(const Table& table, const Column& column, std::span<const std::int64_t> rows,
                          const FitOptions& options, Notes& notes) {
  TargetEncoding target;
  target.name = column.name;
  const bool as_looks = column.read == ReadAs::looks || column.read == ReadAs::looks_or_two;
  if (const auto unit = as_looks ? unit_of(column) : std::nullopt) target.rule = *unit;
  const bool numbers = column.numeric || target.rule.form == CellRule::Form::unit;
  target.task = choose_task(column, options, numbers, notes);
  const bool classes = target.task == Task::classification;
  require_read(table, column, classes);
  require_complete(table, column, Use::target);
  if (!classes) {
    fit_numbers(table, column, rows, options, target, notes);
    return target;
  }
  if (options.log_target) {
    throw UserError(Fault::usage, Report{"--log-target", "classes to learn", "a target of numbers",
                                         "gradus train without --log-target"});
  }
  target.rule = {};
  if (!options.task && as_looks) {
    refuse_disguised_numbers(table, column);
    const bool two = column.facts.not_number.count == 0;
    if (!two) refuse_mostly_numbers(table, column);
  }
  fit_classes(table, column, target, notes);
  if (nearly_all_different(column)) {
    notes.push_back({true, "the target " + named(column.name) + " is another one in nearly every row: " +
                               std::to_string(target.classes.size()) + " classes in " + std::to_string(table.rows) +
                               " rows, of which nothing can be learnt; --target names another column"});
  }
  return target;
}

/// A feature that is the target in other units: |correlation| above 0.9999.
void warn_of_copies(const Table& table, const Schema& schema, const TargetEncoding& of,
                    std::span<const std::int64_t> rows, Notes& notes) {
  constexpr std::size_t enough = 10;
  if (of.task != Task::regression || rows.size() < enough) return;
  const Column& target = *table.find(of.name);
  std::vector<double> own_target, own;
  const auto targets = cell_numbers(target, of.rule, own_target);
  for (const ColumnEncoding& column : schema.columns) {
    if (!column.numeric() || !column.used() || !(column.scaling.deviation > 0)) continue;
    const Column& feature = *table.find(column.name);
    const auto cells = cell_numbers(feature, column.rule, own);
    double sum = 0;
    std::size_t count = 0;
    for (const std::int64_t row : rows) {
      const auto r = static_cast<std::size_t>(row);
      if (!std::isfinite(cells[r])) continue;
      sum += column.scaling.encode(cells[r]) * of.scaling.encode(targets[r]);
      ++count;
    }
    if (count >= enough && std::abs(sum / static_cast<double>(count)) > 0.9999) {
      notes.push_back({true, describe(table, feature) + " is nearly a copy of the target" +
                                 (schema.several.empty() ? "" : " " + named(of.name)) +
                                 "; will it be known when predicting?"});
    }
  }
}

using Targets = std::vector<const Column*>;

/// The input that the column belongs to; "": the features.
std::string input_of(const FitOptions& options, const std::string& column) {
  for (const InputColumns& input : options.inputs) {
    if (contains(input.columns, column)) return input.name;
  }
  return "";
}

/// Inputs of texts alone, of which nothing else is said, are codes.
void choose_codes(const FitOptions& options, const std::vector<const Column*>& columns,
                  std::vector<ColumnRole>& roles) {
  for (const InputColumns& input : options.inputs) {
    std::vector<ColumnRole*> all;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (contains(input.columns, columns[i]->name)) all.push_back(&roles[i]);
    }
    const bool plain = std::all_of(all.begin(), all.end(), [](const ColumnRole* role) {
      return role->encoder == one_hot_encoder() && !role->asked;
    });
    for (ColumnRole* role : all) {
      if (plain) role->encoder = codes_encoder();
    }
  }
}

/// Every column but the targets: what it is, said at once, and its encoding.
void fit_columns(const Table& table, const Targets& targets, std::span<const std::int64_t> rows,
                 const FitOptions& options, bool keep_all, Schema& schema, Notes& notes) {
  std::vector<const Column*> columns;
  std::vector<ColumnRole> roles;
  for (const Column& column : table.columns) {
    const bool target = std::find(targets.begin(), targets.end(), &column) != targets.end();
    if (target || contains(options.ignore, column.name)) continue;
    const bool read = column.read != ReadAs::nothing;
    if (read) require_read(table, column, contains(options.categorical, column.name));
    const bool keep = keep_all || !input_of(options, column.name).empty();
    columns.push_back(&column);
    roles.push_back(read ? find_role(table, column, options, keep) : ColumnRole{ignored_encoder(LeftOut::asked), {}});
  }
  choose_codes(options, columns, roles);
  RoleNotes said;
  schema.columns.clear();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    ColumnEncoding& encoding = schema.columns.emplace_back(fit_column(table, *columns[i], roles[i], rows, notes));
    encoding.input = input_of(options, columns[i]->name);
    if (encoding.kind().cells == Cells::nothing) said.add_left_out(columns[i]->name, why_ignored(encoding));
    else said.add(*columns[i], roles[i]);
  }
  said.say(table.source, notes);
}

bool any_used(const Schema& schema) {
  return std::any_of(schema.columns.begin(), schema.columns.end(),
                     [](const ColumnEncoding& column) { return column.used() && column.input.empty(); });
}

[[noreturn]] void refuse_input(const std::string& name, const std::string& found, const std::string& expected,
                               const std::string& remedy) {
  throw UserError(Fault::usage, Report{"input " + named(name), found, expected, remedy});
}

void check_inputs(const Table& table, const Targets& targets, const FitOptions& options) {
  std::set<std::string> names{"features"}, columns;
  for (const InputColumns& input : options.inputs) {
    if (input.name.empty() || !names.insert(input.name).second) {
      refuse_input(input.name, input.name.empty() ? "no name" : "that name twice", "a name of its own for each",
                   "input_" + std::to_string(names.size()));
    }
    if (input.columns.empty()) refuse_input(input.name, "no columns", "one at least", table.columns[0].name);
    for (const std::string& name : input.columns) {
      const Column& column = require_column(table, name);
      if (std::find(targets.begin(), targets.end(), &column) != targets.end()) {
        refuse_input(input.name, "the target " + named(name), "columns that are known when predicting", "the others");
      }
      if (contains(options.ignore, name)) {
        refuse_input(input.name, "column " + named(name) + ", which is ignored", "columns that are used",
                     "the others, or it taken out of --ignore");
      }
      if (!columns.insert(name).second) {
        refuse_input(input.name, "column " + named(name) + " a second time", "each column in one input", "it once");
      }
    }
  }
}

/// Throws UserError(Fault::data) where nothing varies in an input, or all that does is in inputs.
void check_used(const Table& table, const FitOptions& options, const Schema& schema) {
  const std::vector<std::string> used = schema.inputs();
  for (const InputColumns& input : options.inputs) {
    if (contains(used, input.name)) continue;
    throw UserError(Fault::data, Report{printable(table.source) + ", input " + named(input.name),
                                        "no column that varies", "at least one", "other columns for it"});
  }
  if (any_used(schema)) return;
  throw UserError(Fault::data,
                  used.empty() ? Report{printable(table.source), "no column but the target that varies",
                                        "at least one feature", "a file with a column that has two different values"}
                               : Report{printable(table.source), "every column that varies in an input of its own",
                                        "one at least that is of none: the features, which a net begins with",
                                        "no input for the columns of " + named(used.front())});
}

void check_names(const Table& table, const Targets& targets, const FitOptions& options) {
  for (const std::string& name : options.ignore) require_column(table, name);
  for (const std::string& name : options.categorical) require_column(table, name);
  for (const ColumnRule& rule : options.columns) require_column(table, rule.name);
  for (const Column* target : targets) {
    if (std::count(targets.begin(), targets.end(), target) > 1) {
      throw UserError(Fault::usage, Report{"target " + named(target->name), "that column twice",
                                           "a column of its own for each target", "it once"});
    }
    if (!contains(options.ignore, target->name)) continue;
    throw UserError(Fault::usage, Report{"column " + named(target->name), "the target among the ignored columns",
                                         "one of both", "another --target, or it taken out of --ignore"});
  }
  check_inputs(table, targets, options);
  if (targets.size() < 2 || (!options.task && !options.log_target)) return;
  throw UserError(Fault::usage,
                  Report{"targets", options.task ? "one task for several" : "a logarithm of several",
                         "what each column looks like: texts and categorical columns are classes",
                         options.task ? "no task, or one target" : "numbers whose logarithm is in the file"});
}

Targets targets_in(const Table& table, const FitOptions& options) {
  if (options.targets.empty()) {
    return {options.target.empty() ? &table.columns.back() : &require_column(table, options.target)};
  }
  Targets out;
  for (const std::string& name : options.targets) out.push_back(&require_column(table, name));
  return out;
}

}  // namespace

Fitted fit_schema(const Table& table, std::span<const std::int64_t> rows, const FitOptions& options) {
  const Targets targets = targets_in(table, options);
  check_names(table, targets, options);
  if (rows.size() < 2) {
    throw UserError(Fault::data, Report{printable(table.source), std::to_string(rows.size()) + " training row(s)",
                                        "at least 2", "a file with more rows"});
  }
  for (const std::int64_t row : rows) {
    if (row >= 0 && row < table.rows) continue;
    throw UserError(Fault::usage, Report{"rows to fit on", "row " + std::to_string(row),
                                         "0 to " + std::to_string(table.rows - 1), "0, the first"});
  }

  Fitted out;
  out.notes = table.notes;
  for (const Column* target : targets) {
    out.schema.several.push_back(fit_target(table, *target, rows, options, out.notes));
  }
  if (targets.size() == 1) out.schema.target = std::move(out.schema.several[0]), out.schema.several.clear();
  out.schema.ignored = options.ignore;
  out.schema.rules = table.rules;
  Notes plain;
  fit_columns(table, targets, rows, options, false, out.schema, plain);
  if (!any_used(out.schema) && options.inputs.empty()) {  // better than nothing
    plain.clear();
    fit_columns(table, targets, rows, options, true, out.schema, plain);
  }
  out.notes.insert(out.notes.end(), plain.begin(), plain.end());
  check_used(table, options, out.schema);
  for (const TargetEncoding& target : out.schema.targets()) {
    warn_of_copies(table, out.schema, target, rows, out.notes);
  }
  return out;
}

}  // namespace gradus::data
