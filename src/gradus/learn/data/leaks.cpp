#include "gradus/learn/data/leaks.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <unordered_map>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/column_checks.hpp"
#include "gradus/learn/data/row_sketch.hpp"

namespace gradus::data {
namespace {

constexpr std::size_t least_rows = 50;

std::vector<double> numbers_of(const Column& column, const CellRule& rule) {
  std::vector<double> own;
  const auto cells = cell_numbers(column, rule, own);
  return {cells.begin(), cells.end()};
}

/// The share of rows whose class is the most frequent one among rows with the same cell; 0 where cells hardly come
/// again, so that this says nothing.
double purity(const Column& column, const Column& target, std::span<const std::int64_t> rows) {
  constexpr std::size_t rows_a_cell = 10;
  std::map<std::string, std::unordered_map<std::string, std::int64_t>> counts;
  for (const std::int64_t row : rows) {
    ++counts[cell_text(column, row)][cell_text(target, row)];
    if (counts.size() * rows_a_cell > rows.size()) return 0;
  }
  std::int64_t right = 0;
  for (const auto& [cell, classes] : counts) {
    right += std::max_element(classes.begin(), classes.end(), [](const auto& a, const auto& b) {
               return a.second < b.second;
             })->second;
  }
  return static_cast<double>(right) / static_cast<double>(rows.size());
}

}  // namespace

void find_class_copies(const Table& table, const Schema& schema, std::span<const std::int64_t> train, Notes& notes) {
  const auto used = std::count_if(schema.columns.begin(), schema.columns.end(),
                                  [](const ColumnEncoding& column) { return column.used(); });
  const Column* target = table.find(schema.target.name);
  if (schema.target.task != Task::classification || train.size() < least_rows || used < 2 || target == nullptr) return;
  constexpr double nearly_all = 0.999;
  for (const ColumnEncoding& encoding : schema.columns) {
    const Column* column = table.find(encoding.name);
    if (!encoding.used() || column == nullptr || column->text.overflowed) continue;
    if (purity(*column, *target, train) < nearly_all) continue;
    notes.push_back(
        {true, describe(table, *column) + " is nearly a copy of the target; will it be known when predicting?"});
  }
}

void find_shared_rows(const Dataset& rows, const Split& split, Notes& notes) {
  find_shared_rows(rows, std::span(&split, 1), notes);
}

void find_shared_rows(const Dataset& rows, std::span<const Split> folds, Notes& notes) {
  if (!rows.has_targets || rows.features.shape().rank() != 2) return;
  Overlap found;
  for (const Split& split : folds) {
    if (split.validation.empty()) continue;
    const Overlap one = find_overlap(sketch_rows(rows, split.train), take(rows, split.validation));
    found.rows += one.rows, found.looked_up += one.looked_up, found.found += one.found;
  }
  if (found.found == 0) return;
  const std::string of = found.looked_up == found.rows ? "" : " looked up";
  notes.push_back({true, printable(rows.source) + ": " + std::to_string(found.found) + " of " +
                             std::to_string(found.looked_up) + (found.looked_up == 1 ? " row" : " rows") + of +
                             " that are held back are equal to rows that are learnt from, so that validation is too "
                             "good; try: --split-by with a column that such rows share"});
}

void find_time_order(const Table& table, const Schema& schema, Notes& notes) {
  if (table.rows < static_cast<std::int64_t>(least_rows)) return;
  for (const ColumnEncoding& encoding : schema.columns) {
    const Column* column = table.find(encoding.name);
    if (encoding.rule.form != CellRule::Form::date || column == nullptr || column->text.overflowed) continue;
    const std::vector<double> times = numbers_of(*column, encoding.rule);
    const bool ordered = std::is_sorted(times.begin(), times.end()) || std::is_sorted(times.rbegin(), times.rend());
    const bool all = std::none_of(times.begin(), times.end(), [](double x) { return std::isnan(x); });
    if (!ordered || !all || times.front() == times.back()) continue;
    notes.push_back({false, describe(table, *column) +
                                ": the rows are in the order of time, which a split at random breaks; if new rows come "
                                "later than these: --time-column " +
                                printable(encoding.name)});
    return;
  }
}

}  // namespace gradus::data
