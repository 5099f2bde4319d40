#include "gradus/learn/data/column_checks.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/nearest.hpp"
#include "gradus/learn/data/csv/cells.hpp"
#include "gradus/learn/data/encoders/parts.hpp"

namespace gradus::data {
namespace {

std::string named(const Column& column) { return "column \"" + printable(column.name) + "\""; }

std::string count_text(std::uint64_t count, const std::string& what) {
  return count == 1 ? what : what + " (" + std::to_string(count) + " cells, this is the first)";
}

[[noreturn]] void refuse_cell(const Table& table, const Column& column, const Finding& finding, const std::string& what,
                              const std::string& expected, const std::string& remedy) {
  throw UserError(Fault::data, Report{to_string(table, finding.first),
                                      count_text(finding.count, what) + " in " + named(column), expected, remedy});
}

std::string quoted(const std::string& text) { return "\"" + printable(text) + "\""; }

/// The cell farthest from the mean, where that is more than 10 deviations. As one of n numbers is at most sqrt(n) of
/// them away, of few numbers one that is 50 times as far from the median as three quarters are from the others.
std::optional<std::size_t> find_far(std::span<const double> cells, const Scaling& scaling) {
  const auto distance = [&](std::size_t row) { return std::abs(cells[row] - scaling.mean); };
  std::optional<std::size_t> farthest;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (std::isfinite(cells[i]) && (!farthest || distance(i) > distance(*farthest))) farthest = i;
  }
  constexpr double far = 10, far_of_few = 50;
  constexpr std::size_t few = 1000;
  if (!farthest || !(scaling.deviation > 0)) return std::nullopt;
  if (distance(*farthest) > far * scaling.deviation) return farthest;
  if (cells.size() > few) return std::nullopt;
  std::vector<double> order;
  std::copy_if(cells.begin(), cells.end(), std::back_inserter(order), [](double x) { return std::isfinite(x); });
  std::sort(order.begin(), order.end());
  const double middle_half = quantile(order, 0.75) - quantile(order, 0.25);
  const bool is_far = middle_half > 0 && std::abs(cells[*farthest] - quantile(order, 0.5)) > far_of_few * middle_half;
  return is_far ? farthest : std::nullopt;
}

std::uint64_t filled_cells(const Column& column) {
  return column.facts.numbers + column.facts.not_number.count + column.facts.quoted_mark.count;
}

}  // namespace

void require_few_texts(const Table& table, const Column& column) {
  if (!column.text.overflowed) return;
  throw UserError(Fault::data, Report{describe(table, column), "more different texts than are kept",
                                      "at most 100000 of a column", "ignore the column, or put its texts into groups"});
}

void refuse_disguised_numbers(const Table& table, const Column& column) {
  const ColumnFacts& facts = column.facts;
  const auto nearly_all = [&](std::uint64_t count) {
    return count > 0 && 10 * (count + facts.numbers) >= 9 * filled_cells(column);
  };
  if (nearly_all(facts.thousands.count)) {
    refuse_cell(table, column, facts.thousands, quoted(facts.thousands.text) + ", a number with thousands marks",
                "digits without marks, as 45000", "take the marks out, or ignore the column");
  }
  if (nearly_all(facts.decimal_comma.count)) {
    refuse_cell(table, column, facts.decimal_comma,
                quoted(facts.decimal_comma.text) + ", a number with a decimal comma", "a decimal point, as 1.5",
                "replace the commas by points, or ignore the column");
  }
}

bool is_mostly_numbers(const Table& table, const Column& column) {
  // Codes such as 1, 2, 3, A are few and come again; a slip of the pen among measured numbers is not.
  const std::size_t distinct = column.text.distinct.size();
  constexpr std::size_t few = 20;
  const bool like_codes =
      !column.text.overflowed && distinct <= few && 2 * distinct <= static_cast<std::size_t>(table.rows);
  const bool codes = column.facts.not_number.count + column.facts.quoted_mark.count == 0;  // 007
  return column.facts.numbers > 0 && !codes && 2 * column.facts.numbers >= filled_cells(column) && !like_codes;
}

void refuse_mostly_numbers(const Table& table, const Column& column) {
  if (!is_mostly_numbers(table, column)) return;
  refuse_cell(table, column, column.facts.not_number, quoted(column.facts.not_number.text),
              "a number, as in most of its cells", "correct it, or ignore the column");
}

std::string describe(const Table& table, const Column& column) {
  return named(column) + " of " + printable(table.source);
}

const Column& require_column(const Table& table, const std::string& name) {
  if (const Column* column = table.find(name)) return *column;
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.name);
  const std::string close = nearest(name, names);
  std::string list;
  constexpr std::size_t most = 20;
  for (std::size_t i = 0; i < names.size() && i < most; ++i) list += (i ? ", " : "") + printable(names[i]);
  if (names.size() > most) list += ", ...";
  throw UserError(Fault::data,
                  Report{printable(table.source) + ":1", "no column \"" + printable(name) + "\"", "one of " + list,
                         close.empty() ? printable(names.back()) : "did you mean \"" + printable(close) + "\"?"});
}

void require_complete(const Table& table, const Column& column, Use use) {
  const ColumnFacts& facts = column.facts;
  const std::string drop = use == Use::feature ? "take the row out, or ignore the column" : "or take the row out";
  if (facts.missing.count > 0) {
    const std::string& text = facts.missing.text;
    const std::string quotes = column.numeric || text.empty() ? "" : "put it in quotes if it is a text, ";
    refuse_cell(table, column, facts.missing, "a missing value" + (text.empty() ? std::string() : " " + quoted(text)),
                column.numeric ? "a number" : "a text", quotes + "fill it in, " + drop);
  }
  if (!column.numeric) return;
  const std::string leave = use == Use::feature ? "take the row out, or ignore the column" : "take the row out";
  if (facts.infinite.count > 0) {
    refuse_cell(table, column, facts.infinite, "an infinite number", "a finite one", leave);
  }
  if (facts.too_large.count > 0) {
    refuse_cell(table, column, facts.too_large, "the number " + quoted(facts.too_large.text), "at most about 1.8e308",
                leave);
  }
}

void require_read(const Table& table, const Column& column, bool texts_wanted) {
  if (column.read != ReadAs::nothing && !(texts_wanted && column.numeric)) return;
  throw UserError(Fault::usage,
                  Report{describe(table, column),
                         column.numeric ? "numbers, which do not tell 01 from 1" : "cells that were not read",
                         texts_wanted ? "texts" : "cells", "read_csv with CsvOptions::read from data::reading()"});
}

void require_numeric(const Table& table, const Column& column, const std::string& remedy) {
  const ColumnFacts& facts = column.facts;
  if (column.numeric && facts.not_number.count == 0) return;
  const Finding& text = facts.not_number.count > 0 ? facts.not_number : facts.quoted_mark;
  refuse_cell(table, column, text, quoted(text.text), "a number", remedy);
}

void check_spellings(const Table& table, const Column& column, std::span<const std::string> texts, Notes& notes) {
  std::map<double, const std::string*> known;
  for (const std::string& text : texts) {
    const ParsedNumber number = parse_number(text);
    if (number.kind != NumberText::number) continue;
    const auto [first, is_new] = known.emplace(number.value, &text);
    if (is_new) continue;
    notes.push_back({true, describe(table, column) + " has " + quoted(*first->second) + " and " + quoted(text) +
                               ", the same number; as texts they are different"});
    return;
  }
}

void check_numbers(const Table& table, const Column& column, std::span<const double> cells, const Scaling& scaling,
                   Notes& notes) {
  const ColumnFacts& facts = column.facts;
  if (facts.large_integer.count > 0) {
    notes.push_back({true, describe(table, column) + " has " + std::to_string(facts.large_integer.count) +
                               " whole numbers of 2^53 or more, which are rounded (an id?)"});
  }
  if (column.numeric && facts.leading_zero.count > 0) {
    notes.push_back({true, describe(table, column) + " has " + quoted(facts.leading_zero.text) +
                               ", read as a number; if it is a code, say that the column is categorical"});
  }
  const auto farthest = find_far(cells, scaling);
  if (!farthest) return;
  notes.push_back({true, describe(table, column) + " has " + number_text(cells[*farthest]) + " in line " +
                             std::to_string(table.line_of(static_cast<std::int64_t>(*farthest))) +
                             ", far from all others"});
}

}  // namespace gradus::data
