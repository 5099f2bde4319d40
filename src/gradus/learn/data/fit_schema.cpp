#include <algorithm>
#include <cmath>
#include <set>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/column_checks.hpp"
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

/// Texts of the column in these rows, each once, sorted by byte (numbers by size).
std::vector<std::string> distinct_texts(const Column& column, std::span<const std::int64_t> rows) {
  std::vector<std::string> texts;
  if (column.numeric) {
    std::vector<double> numbers;
    for (const std::int64_t row : rows)
      numbers.push_back(column.numbers[static_cast<std::size_t>(row)] + 0.0);  // -0 is 0
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    for (const double number : numbers) texts.push_back(number_text(number));
    return texts;
  }
  std::vector<bool> seen(column.text.distinct.size());
  for (const std::int64_t row : rows)
    seen[static_cast<std::size_t>(column.text.index[static_cast<std::size_t>(row)])] = true;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i]) texts.push_back(column.text.distinct[i]);
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::vector<std::int64_t> all_rows(const Table& table) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(table.rows));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int64_t>(i);
  return rows;
}

ColumnEncoding fit_column(const Table& table, const Column& column, std::span<const std::int64_t> rows,
                          bool categorical, Notes& notes) {
  ColumnEncoding out;
  out.name = column.name;
  out.numeric = column.numeric && !categorical;
  if (out.numeric) {
    out.scaling = fit_scaling(table, column, rows);
    check_numbers(table, column, out.scaling.mean, out.scaling.deviation, notes);
  } else {
    if (!categorical) check_categories(table, column, notes);
    out.categories = distinct_texts(column, rows);
    if (out.categories.size() > most_categories) {
      throw UserError(Fault::data,
                      Report{describe(table, column), std::to_string(out.categories.size()) + " categories",
                             "at most " + std::to_string(most_categories), "ignore the column"});
    }
  }
  if (out.numeric ? out.scaling.deviation == 0 : out.categories.size() == 1) {
    notes.push_back({true, describe(table, column) + " is the same in every training row; it is not used"});
  }
  return out;
}

void fit_classes(const Table& table, const Column& column, TargetEncoding& target) {
  if (!column.numeric && column.text.overflowed) {
    throw UserError(Fault::data,
                    Report{describe(table, column), "more than 100000 different texts", "at most 1000 classes", ""});
  }
  target.classes = distinct_texts(column, all_rows(table));
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

TargetEncoding fit_target(const Table& table, const Column& column, std::span<const std::int64_t> rows,
                          const std::optional<Task>& task, Notes& notes) {
  TargetEncoding target;
  target.name = column.name;
  target.task = task.value_or(column.numeric ? Task::regression : Task::classification);
  const std::string what = column.numeric ? "numbers" : "texts";
  if (!task) {
    const std::string chosen = target.task == Task::regression ? "regression" : "classification";
    notes.push_back({false, "task: " + chosen + ", since the target " + named(column.name) + " has " + what});
  }
  if (target.task == Task::classification) {
    if (!task) check_categories(table, column, notes);
    fit_classes(table, column, target);
    return target;
  }
  require_numeric(table, column);
  target.scaling = fit_scaling(table, column, rows);
  if (target.scaling.deviation == 0) {
    throw UserError(Fault::data,
                    Report{describe(table, column),
                           "the same number " + number_text(target.scaling.mean) + " in every training row",
                           "a target that varies", "another target"});
  }
  const std::size_t distinct = count_small_set(column.numbers);
  if (!task && distinct > 0 && rows.size() > 20) {
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
    if (!column.numeric || column.scaling.deviation == 0) continue;
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
  const Column& target = require_column(table, options.target);
  for (const std::string& name : options.ignore) require_column(table, name);
  for (const std::string& name : options.categorical) require_column(table, name);
  if (contains(options.ignore, options.target)) {
    throw UserError(Fault::usage, Report{"column " + named(options.target), "the target among the ignored columns",
                                         "one of both", ""});
  }
  if (rows.size() < 2) {
    throw UserError(Fault::data, Report{printable(table.source), std::to_string(rows.size()) + " training row(s)",
                                        "at least 2", ""});
  }
  for (const std::int64_t row : rows) {
    if (row >= 0 && row < table.rows) continue;
    throw UserError(Fault::usage, Report{"rows to fit on", "row " + std::to_string(row),
                                         "0 to " + std::to_string(table.rows - 1), ""});
  }

  Fitted out;
  out.notes = table.notes;
  require_complete(table, target);
  out.schema.target = fit_target(table, target, rows, options.task, out.notes);
  out.schema.ignored = options.ignore;
  for (const Column& column : table.columns) {
    if (&column == &target || contains(options.ignore, column.name)) continue;
    require_complete(table, column);
    out.schema.columns.push_back(
        fit_column(table, column, rows, contains(options.categorical, column.name), out.notes));
  }
  const bool any_varies =
      std::any_of(out.schema.columns.begin(), out.schema.columns.end(),
                  [](const ColumnEncoding& c) { return c.numeric ? c.scaling.deviation > 0 : c.feature_count() > 0; });
  if (!any_varies) {
    throw UserError(Fault::data, Report{printable(table.source), "no column but the target that varies",
                                        "at least one feature", ""});
  }
  warn_of_copies(table, out.schema, rows, out.notes);
  return out;
}

}  // namespace gradus::data
