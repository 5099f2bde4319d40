#include "gradus/learn/data/fit_column.hpp"

#include <algorithm>
#include <cmath>

#include "gradus/learn/data/column_checks.hpp"
#include "gradus/learn/data/csv/cells.hpp"

namespace gradus::data {
namespace {

/// In place: the middle one, or the mean of both.
double median(std::vector<double> numbers) {
  const auto middle = numbers.begin() + std::ssize(numbers) / 2;
  std::nth_element(numbers.begin(), middle, numbers.end());
  if (numbers.size() % 2 == 1) return *middle;
  const double below = *std::max_element(numbers.begin(), middle);
  return below + (*middle - below) / 2;
}

void leave_out(ColumnEncoding& out, LeftOut why) {
  const std::string name = out.name;
  out = {};
  out.name = name;
  out.recipe = ignored_encoder(why);
}

void fit_numbers(const Table& table, const Column& column, std::span<const std::int64_t> rows, bool asked,
                 ColumnEncoding& out, Notes& notes) {
  std::vector<double> own, present;
  const auto cells = cell_numbers(column, out.rule, own);
  present.reserve(rows.size());
  for (const std::int64_t row : rows) {
    if (const double x = cells[static_cast<std::size_t>(row)]; std::isfinite(x)) present.push_back(x);
  }
  if (present.empty()) return leave_out(out, LeftOut::empty);
  out.kind().fit_numbers(out.recipe.keys, present, describe(table, column), out);
  out.gaps.in_training = present.size() < rows.size();
  const bool constant = std::all_of(present.begin(), present.end(), [&](double x) { return x == present[0]; });
  if (constant && !asked && !out.gaps.in_training) return leave_out(out, LeftOut::constant);
  out.gaps.fill = median(std::move(present));
  if (out.kind().cells != Cells::dates) check_numbers(table, column, cells, out.scaling, notes);
}

void fit_texts(const Table& table, const Column& column, std::span<const std::int64_t> rows, ColumnEncoding& out,
               Notes& notes) {
  const std::vector<TextCount> texts = text_counts(column, rows);
  if (texts.empty()) return leave_out(out, LeftOut::empty);
  out.kind().fit_texts(out.recipe.keys, texts, describe(table, column), out);
  check_spellings(table, column, out.categories, notes);
  std::int64_t filled = 0;
  const TextCount* frequent = nullptr;
  for (const TextCount& one : texts) {
    filled += one.rows;
    if (frequent == nullptr || one.rows > frequent->rows) frequent = &one;
  }
  out.gaps.in_training = filled < std::ssize(rows);
  const auto found = std::find(out.categories.begin(), out.categories.end(), frequent->text);
  out.gaps.fill = found == out.categories.end() ? -1 : static_cast<double>(found - out.categories.begin());
  if (out.feature_count() == 0) leave_out(out, texts.size() < 2 ? LeftOut::constant : LeftOut::identifier);
  if (!out.other) return;
  notes.push_back({false, describe(table, column) + ": " + std::to_string(texts.size()) + " categories, of which the " +
                              std::to_string(out.categories.size()) +
                              " frequent ones have a feature each, all others one"});
}

}  // namespace

std::vector<TextCount> text_counts(const Column& column, std::span<const std::int64_t> rows) {
  std::vector<std::int64_t> counts(column.text.distinct.size());
  for (const std::int64_t row : rows) {
    const std::int32_t index = column.text.index[static_cast<std::size_t>(row)];
    if (index >= 0) ++counts[static_cast<std::size_t>(index)];
  }
  bool all_numbers = true;
  std::vector<std::pair<double, TextCount>> texts;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const ParsedNumber number = parse_number(column.text.distinct[i]);
    all_numbers = all_numbers && number.kind == NumberText::number;
    if (counts[i] > 0) texts.push_back({number.value, {column.text.distinct[i], counts[i]}});
  }
  std::sort(texts.begin(), texts.end(), [&](const auto& a, const auto& b) {
    if (all_numbers && a.first != b.first) return a.first < b.first;
    return a.second.text < b.second.text;
  });
  std::vector<TextCount> out;
  for (auto& [number, text] : texts) out.push_back(std::move(text));
  return out;
}

ReadAs read_texts(const Column& column) { return column.read == ReadAs::literal ? ReadAs::literal : ReadAs::text; }

ColumnEncoding fit_column(const Table& table, const Column& column, const ColumnRole& role,
                          std::span<const std::int64_t> rows, Notes& notes) {
  ColumnEncoding out;
  out.name = column.name;
  out.recipe = role.encoder;
  out.rule = role.rule;
  if (out.kind().cells == Cells::nothing) return out;
  const bool numbers = column.numeric || (out.numeric() && role.rule.form == CellRule::Form::number);
  out.read = numbers ? ReadAs::number : read_texts(column);
  if (out.numeric()) fit_numbers(table, column, rows, role.asked, out, notes);
  else fit_texts(table, column, rows, out, notes);
  return out;
}

}  // namespace gradus::data
