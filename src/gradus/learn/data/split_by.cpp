#include "gradus/learn/data/split_by.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <unordered_map>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/random.hpp"
#include "gradus/learn/data/cell_rule.hpp"
#include "gradus/learn/data/column_checks.hpp"

namespace gradus::data {
namespace {

constexpr std::uint32_t group_stream = 0xffff0003;  // beside those of split.cpp

std::int64_t count_kept(std::int64_t rows, double fraction) {
  return static_cast<std::int64_t>(std::floor(static_cast<double>(rows) * fraction));
}

/// The rows for which `held` is true, and the others.
Split split_where(const std::vector<bool>& held) {
  Split out;
  for (std::size_t row = 0; row < held.size(); ++row) {
    (held[row] ? out.validation : out.train).push_back(static_cast<std::int64_t>(row));
  }
  return out;
}

}  // namespace

Split split_by_group(std::span<const std::int64_t> groups, double fraction, std::uint64_t seed,
                     const std::string& place) {
  std::unordered_map<std::int64_t, std::size_t> number;  // groups in the order in which they come
  std::vector<std::int64_t> sizes;
  for (const std::int64_t group : groups) {
    const auto [found, is_new] = number.emplace(group, sizes.size());
    if (is_new) sizes.push_back(0);
    ++sizes[found->second];
  }
  if (fraction == 0) return split_rows(std::ssize(groups), 0, seed);
  if (sizes.size() < 2) {
    throw UserError(Fault::data, Report{place, "one group alone", "at least two, of which one can be held back",
                                        "another column, or --valid 0"});
  }
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const RandomKey key{seed, 0, group_stream};
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_below(key, i, i)]);
  const std::int64_t wanted = count_kept(std::ssize(groups), fraction);
  std::vector<bool> group_held(sizes.size());
  std::int64_t kept = 0;
  std::size_t held = 0;
  for (const std::size_t group : order) {
    if (held + 1 == sizes.size()) break;
    if (held > 0 && std::abs(kept + sizes[group] - wanted) >= std::abs(kept - wanted)) continue;
    group_held[group] = true;
    kept += sizes[group];
    ++held;
  }
  std::vector<bool> rows;
  for (const std::int64_t group : groups) rows.push_back(group_held[number.at(group)]);
  return split_where(rows);
}

Split split_by_time(std::span<const double> times, double fraction, const std::string& place) {
  const std::int64_t rows = std::ssize(times), kept = count_kept(rows, fraction);
  if (kept == 0) return split_rows(rows, 0, 0);
  std::vector<double> sorted(times.begin(), times.end());
  std::sort(sorted.begin(), sorted.end());
  const double last = sorted[static_cast<std::size_t>(rows - kept - 1)];  // of those that are learnt from
  std::vector<bool> held;
  for (const double time : times) held.push_back(time > last);
  Split out = split_where(held);
  if (out.validation.empty()) {
    throw UserError(Fault::data, Report{place, "the same time in all rows that would be held back",
                                        "later rows than those learnt from", "a larger --valid, or another column"});
  }
  return out;
}

std::vector<std::int64_t> groups_in(const Table& table, const Column& column) {
  if (!column.numeric) require_few_texts(table, column);
  std::vector<std::int64_t> out;
  std::unordered_map<std::uint64_t, std::int64_t> number;
  std::int64_t alone = -1;
  for (std::int64_t row = 0; row < table.rows; ++row) {
    const auto at = static_cast<std::size_t>(row);
    if (column.numeric) {
      const double x = column.numbers[at] + 0.0;  // -0 is 0
      if (std::isnan(x)) out.push_back(alone--);
      else out.push_back(number.emplace(std::bit_cast<std::uint64_t>(x), std::ssize(number)).first->second);
    } else {
      out.push_back(column.text.index[at] < 0 ? alone-- : column.text.index[at]);
    }
  }
  return out;
}

std::vector<double> times_in(const Table& table, const Column& column) {
  CellRule rule;
  if (!column.numeric) {
    require_few_texts(table, column);
    if (const auto date = find_date(column.text.distinct)) rule = date->rule;
  }
  std::vector<double> own;
  const auto cells = cell_numbers(column, rule, own);
  const auto bad = std::find_if(cells.begin(), cells.end(), [](double x) { return !std::isfinite(x); });
  if (bad != cells.end()) {
    const std::int64_t row = bad - cells.begin();
    const std::string text = cell_text(column, row);
    throw UserError(Fault::data, Report{printable(table.source) + ":" + std::to_string(table.line_of(row)),
                                        (text.empty() ? "no time" : "\"" + printable(text) + "\"") +
                                            std::string(" in column \"") + printable(column.name) + "\"",
                                        "a number or a date in every row",
                                        "correct it, take the row out, or another --time-column"});
  }
  return {cells.begin(), cells.end()};
}

}  // namespace gradus::data
