// Rows that say nothing of what is to be learnt.
#include <algorithm>
#include <cmath>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/column_checks.hpp"
#include "gradus/learn/data/schema.hpp"

namespace gradus::data {
namespace {

template <class T> void keep(std::vector<T>& items, const std::vector<bool>& kept) {
  std::size_t to = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (kept[i]) items[to++] = items[i];
  }
  items.resize(to);
}

std::vector<bool> rows_with(const Column& column) {
  std::vector<bool> out;
  if (column.numeric) {
    for (const double x : column.numbers) out.push_back(!std::isnan(x));
  } else {
    for (const std::int32_t index : column.text.index) out.push_back(index >= 0);
  }
  return out;
}

}  // namespace

std::vector<std::int64_t> drop_rows_without_target(Table& table, const std::string& target, Notes& notes) {
  Column* column = &table.columns.back();
  for (Column& one : table.columns) {
    if (one.name == target) column = &one;
  }
  std::vector<std::int64_t> dropped;
  const bool strange = column->numeric && column->facts.not_number.count > 0;  // what is no number is refused later
  if (column->facts.missing.count == 0 || column->text.overflowed || strange) return dropped;
  const std::vector<bool> kept = rows_with(*column);
  std::vector<std::uint64_t> lines;
  for (std::int64_t row = 0; row < table.rows; ++row) {
    if (kept[static_cast<std::size_t>(row)]) lines.push_back(table.line_of(row));
    else dropped.push_back(row);
  }
  if (lines.empty()) {
    throw UserError(Fault::data, Report{describe(table, *column), "no cell that says what to learn",
                                        "a row with a target", "another --target"});
  }
  for (Column& one : table.columns) {
    if (!one.numbers.empty()) one.numbers = one.numbers.kept(kept);
    if (!one.text.index.empty()) keep(one.text.index, kept);
  }
  table.lines = std::move(lines);
  table.rows = std::ssize(table.lines);
  column->facts.missing = {};
  notes.push_back({false, describe(table, *column) + ": " + std::to_string(dropped.size()) +
                              (dropped.size() == 1 ? " row says" : " rows say") + " nothing of the target and " +
                              (dropped.size() == 1 ? "is" : "are") + " left out"});
  return dropped;
}

std::vector<std::int64_t> drop_rows_without_targets(Table& table, std::span<const std::string> targets, Notes& notes) {
  std::vector<std::int64_t> kept, dropped;
  for (std::int64_t row = 0; targets.size() > 1 && row < table.rows; ++row) kept.push_back(row);
  for (const std::string& target : targets) {
    const std::vector<std::int64_t> here = drop_rows_without_target(table, target, notes);
    if (targets.size() == 1) return here;
    std::vector<std::int64_t> left;
    auto next = here.begin();
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const bool gone = next != here.end() && *next == static_cast<std::int64_t>(i);
      (gone ? dropped : left).push_back(kept[i]);
      if (gone) ++next;
    }
    kept = std::move(left);
  }
  std::sort(dropped.begin(), dropped.end());
  return dropped;
}

}  // namespace gradus::data
