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
void warn_of_copies(const Table& table, const Schema& schema, std::span<const std::int64_t> rows, Notes& notes) {
  constexpr std::size_t enough = 10;
  if (schema.target.task != Task::regression || rows.size() < enough) return;
  const Column& target = *table.find(schema.target.name);
  std::vector<double> own_target, own;
  const auto targets = cell_numbers(target, schema.target.rule, own_target);
  for (const ColumnEncoding& column : schema.columns) {
    if (!column.numeric() || !column.used() || !(column.scaling.deviation > 0)) continue;
    const Column& feature = *table.find(column.name);
    const auto cells = cell_numbers(feature, column.rule, own);
    double sum = 0;
    std::size_t count = 0;
    for (const std::int64_t row : rows) {
      const auto r = static_cast<std::size_t>(row);
      if (!std::isfinite(cells[r])) continue;
      sum += column.scaling.encode(cells[r]) * schema.target.scaling.encode(targets[r]);
      ++count;
    }
    if (count >= enough && std::abs(sum / static_cast<double>(count)) > 0.9999) {
      notes.push_back(
          {true, describe(table, feature) + " is nearly a copy of the target; will it be known when predicting?"});
    }
  }
}

/// Every column but the target: what it is, said at once, and its encoding.
void fit_columns(const Table& table, const Column& target, std::span<const std::int64_t> rows,
                 const FitOptions& options, bool keep_all, Schema& schema, Notes& notes) {
  RoleNotes said;
  schema.columns.clear();
  for (const Column& column : table.columns) {
    if (&column == &target || contains(options.ignore, column.name)) continue;
    const bool read = column.read != ReadAs::nothing;
    if (read) require_read(table, column, contains(options.categorical, column.name));
    const ColumnRole role =
        read ? find_role(table, column, options, keep_all) : ColumnRole{ignored_encoder(LeftOut::asked), {}};
    ColumnEncoding& encoding = schema.columns.emplace_back(fit_column(table, column, role, rows, notes));
    if (encoding.kind().cells == Cells::nothing) said.add_left_out(column.name, why_ignored(encoding));
    else said.add(column, role);
  }
  said.say(table.source, notes);
}

bool any_used(const Schema& schema) {
  return std::any_of(schema.columns.begin(), schema.columns.end(),
                     [](const ColumnEncoding& column) { return column.used(); });
}

void check_names(const Table& table, const Column& target, const FitOptions& options) {
  for (const std::string& name : options.ignore) require_column(table, name);
  for (const std::string& name : options.categorical) require_column(table, name);
  for (const ColumnRule& rule : options.columns) require_column(table, rule.name);
  if (contains(options.ignore, target.name)) {
    throw UserError(Fault::usage, Report{"column " + named(target.name), "the target among the ignored columns",
                                         "one of both", "another --target, or it taken out of --ignore"});
  }
}

}  // namespace

Fitted fit_schema(const Table& table, std::span<const std::int64_t> rows, const FitOptions& options) {
  const Column& target = options.target.empty() ? table.columns.back() : require_column(table, options.target);
  check_names(table, target, options);
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
  out.schema.target = fit_target(table, target, rows, options, out.notes);
  out.schema.ignored = options.ignore;
  out.schema.rules = table.rules;
  Notes plain;
  fit_columns(table, target, rows, options, false, out.schema, plain);
  if (!any_used(out.schema)) {  // better than nothing
    plain.clear();
    fit_columns(table, target, rows, options, true, out.schema, plain);
  }
  out.notes.insert(out.notes.end(), plain.begin(), plain.end());
  if (!any_used(out.schema)) {
    throw UserError(Fault::data, Report{printable(table.source), "no column but the target that varies",
                                        "at least one feature", "a file with a column that has two different values"});
  }
  warn_of_copies(table, out.schema, rows, out.notes);
  return out;
}

}  // namespace gradus::data
