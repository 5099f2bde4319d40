#include <algorithm>
#include <cmath>
#include <set>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/column_checks.hpp"
#include "gradus/learn/data/csv/cells.hpp"
#include "gradus/learn/data/schema.hpp"

namespace gradus::data {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string named(const std::string& name) { return "\"" + printable(name) + "\""; }

/// Two passes: the mean first, then the squares of what is left, so that nothing cancels.
Scaling fit_scaling(const Table& table, const Column& column, std::span<const std::int64_t> rows) {
  const auto number = [&](std::int64_t row) { return column.numbers[static_cast<std::size_t>(row)]; };
  const auto count = static_cast<double>(rows.size());
  Scaling out{0, 0, number(rows[0]), number(rows[0])};
  double sum = 0, squares = 0;
  for (const std::int64_t row : rows) {
    sum += number(row);
    out.minimum = std::min(out.minimum, number(row));
    out.maximum = std::max(out.maximum, number(row));
  }
  if (out.minimum == out.maximum) return {out.minimum, 0, out.minimum, out.maximum};  // without rounding
  out.mean = sum / count;
  for (const std::int64_t row : rows) squares += (number(row) - out.mean) * (number(row) - out.mean);
  out.deviation = std::sqrt(squares / count);
  if (!std::isfinite(out.deviation) || out.deviation == 0) {
    throw UserError(Fault::data, Report{describe(table, column),
                                        "numbers from " + number_text(out.minimum) + " to " + number_text(out.maximum),
                                        "numbers whose squares f64 can hold", "another unit"});
  }
  return out;
}

/// Texts of the column in these rows, each once: by size when all texts of the column are numbers, else by byte.
std::vector<std::string> distinct_texts(const Column& column, std::span<const std::int64_t> rows) {
  std::vector<bool> seen(column.text.distinct.size());
  for (const std::int64_t row : rows)
    seen[static_cast<std::size_t>(column.text.index[static_cast<std::size_t>(row)])] = true;
  bool all_numbers = true;
  std::vector<std::pair<double, std::string>> texts;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const ParsedNumber number = parse_number(column.text.distinct[i]);
    all_numbers = all_numbers && number.kind == NumberText::number;
    if (seen[i]) texts.emplace_back(number.value, column.text.distinct[i]);
  }
  if (!all_numbers) {
    for (auto& [number, text] : texts) number = 0;
  }
  std::sort(texts.begin(), texts.end());
  std::vector<std::string> out;
  for (auto& [number, text] : texts) out.push_back(std::move(text));
  return out;
}

void require_few_texts(const Table& table, const Column& column) {
  if (!column.text.overflowed) return;
  throw UserError(Fault::data, Report{describe(table, column), "more than 100000 different texts",
                                      "at most " + std::to_string(most_categories),
                                      "ignore the column, or put its texts into groups"});
}

std::vector<std::int64_t> all_rows(const Table& table) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(table.rows));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int64_t>(i);
  return rows;
}

/// How the cells of a column of texts are to be read again.
ReadAs read_texts(const Column& column) { return column.read == ReadAs::literal ? ReadAs::literal : ReadAs::text; }

ColumnEncoding fit_column(const Table& table, const Column& column, std::span<const std::int64_t> rows, Notes& notes) {
  ColumnEncoding out;
  out.name = column.name;
  if (column.numeric) {
    require_numeric(table, column);
    out.scaling = fit_scaling(table, column, rows);
    check_numbers(table, column, out.scaling.mean, out.scaling.deviation, notes);
  } else {
    out.read = read_texts(column);
    if (column.read == ReadAs::looks) check_categories(table, column, notes);
    require_few_texts(table, column);
    out.categories = distinct_texts(column, rows);
    check_spellings(table, column, out.categories, notes);
    if (out.categories.size() > most_categories) {
      throw UserError(Fault::data,
                      Report{describe(table, column), std::to_string(out.categories.size()) + " categories",
                             "at most " + std::to_string(most_categories), "ignore the column"});
    }
  }
  if (!out.used()) {
    notes.push_back({true, describe(table, column) + " is the same in every training row; it is not used"});
  }
  return out;
}

void fit_classes(const Table& table, const Column& column, TargetEncoding& target, Notes& notes) {
  require_few_texts(table, column);
  target.read = read_texts(column);
  target.classes = distinct_texts(column, all_rows(table));
  check_spellings(table, column, target.classes, notes);
  if (target.classes.size() < 2) {
    throw UserError(Fault::data, Report{describe(table, column), "the single class " + named(target.classes[0]),
                                        "at least two", "rows of another class"});
  }
  if (target.classes.size() > most_categories) {
    throw UserError(Fault::data, Report{describe(table, column), std::to_string(target.classes.size()) + " classes",
                                        "at most " + std::to_string(most_categories), "another target"});
  }
}

/// How many different numbers there are, if they are whole and at most ten; else 0.
std::size_t count_small_set(const std::vector<double>& numbers) {
  constexpr std::size_t few = 10;
  std::set<double> seen;
  for (const double x : numbers) {
    if (x != std::floor(x) || (seen.insert(x), seen.size() > few)) return 0;
  }
  return seen.size();
}

/// What to learn: as said; classes where the column is said to be categorical; else as its cells look.
Task choose_task(const Column& column, const FitOptions& options, Notes& notes) {
  const bool categorical = contains(options.categorical, column.name);
  if (options.task == Task::regression && categorical) {
    throw UserError(Fault::usage, Report{"column " + named(column.name), "a regression of a categorical column",
                                         "numbers to learn", "classification"});
  }
  if (options.task) return *options.task;
  const Task task = column.numeric ? Task::regression : Task::classification;
  const std::string why = categorical ? "is categorical" : column.numeric ? "has numbers" : "has texts";
  notes.push_back({false, "task: " + std::string(task == Task::regression ? "regression" : "classification") +
                              ", since the target " + named(column.name) + " " + why});
  return task;
}

TargetEncoding fit_target(const Table& table, const Column& column, std::span<const std::int64_t> rows,
                          const FitOptions& options, Notes& notes) {
  TargetEncoding target;
  target.name = column.name;
  target.task = choose_task(column, options, notes);
  const bool classes = target.task == Task::classification;
  require_read(table, column, classes);
  require_complete(table, column, Use::target);
  if (classes) {
    if (!options.task && column.read == ReadAs::looks) check_categories(table, column, notes);
    fit_classes(table, column, target, notes);
    return target;
  }
  const bool mostly_texts = 2 * column.facts.numbers < static_cast<std::uint64_t>(table.rows);
  if (mostly_texts) require_numeric(table, column, "--task classification, which learns texts");
  else require_numeric(table, column);
  target.scaling = fit_scaling(table, column, rows);
  if (target.scaling.deviation == 0) {
    throw UserError(Fault::data,
                    Report{describe(table, column),
                           "the same number " + number_text(target.scaling.mean) + " in every training row",
                           "a target that varies", "another target"});
  }
  const std::size_t distinct = count_small_set(column.numbers);
  if (!options.task && distinct > 0 && rows.size() > 20) {
    notes.push_back({true, "the target " + named(column.name) + " has only " + std::to_string(distinct) +
                               " different whole numbers; if they are classes, say that the task is classification"});
  }
  return target;
}

/// A feature that is the target in other units: |correlation| above 0.9999.
void warn_of_copies(const Table& table, const Schema& schema, std::span<const std::int64_t> rows, Notes& notes) {
  constexpr std::size_t enough = 10;
  if (schema.target.task != Task::regression || rows.size() < enough) return;
  const Column& target = *table.find(schema.target.name);
  for (const ColumnEncoding& column : schema.columns) {
    if (!column.numeric() || !column.used()) continue;
    const Column& feature = *table.find(column.name);
    double sum = 0;
    for (const std::int64_t row : rows) {
      const auto r = static_cast<std::size_t>(row);
      sum += column.scaling.encode(feature.numbers[r]) * schema.target.scaling.encode(target.numbers[r]);
    }
    if (std::abs(sum / static_cast<double>(rows.size())) > 0.9999) {
      notes.push_back(
          {true, describe(table, feature) + " is nearly a copy of the target; will it be known when predicting?"});
    }
  }
}

}  // namespace

Fitted fit_schema(const Table& table, std::span<const std::int64_t> rows, const FitOptions& options) {
  const Column& target = options.target.empty() ? table.columns.back() : require_column(table, options.target);
  for (const std::string& name : options.ignore) require_column(table, name);
  for (const std::string& name : options.categorical) require_column(table, name);
  if (contains(options.ignore, target.name)) {
    throw UserError(Fault::usage, Report{"column " + named(target.name), "the target among the ignored columns",
                                         "one of both", "another --target, or it taken out of --ignore"});
  }
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
  for (const Column& column : table.columns) {
    if (&column == &target || contains(options.ignore, column.name)) continue;
    require_read(table, column, contains(options.categorical, column.name));
    require_complete(table, column, Use::feature);
    out.schema.columns.push_back(fit_column(table, column, rows, out.notes));
  }
  const bool any_varies = std::any_of(out.schema.columns.begin(), out.schema.columns.end(),
                                      [](const ColumnEncoding& column) { return column.used(); });
  if (!any_varies) {
    throw UserError(Fault::data, Report{printable(table.source), "no column but the target that varies",
                                        "at least one feature", "a file with a column that has two different values"});
  }
  warn_of_copies(table, out.schema, rows, out.notes);
  return out;
}

}  // namespace gradus::data
