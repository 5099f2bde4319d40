#include "gradus/learn/data/csv/reconsider.hpp"

#include <algorithm>
#include <cmath>

#include "gradus/learn/data/csv/cells.hpp"

namespace gradus::data {
namespace {

/// Whether numbers with such fractions, read with one decimal mark, are numbers in `format` too.
bool survives(unsigned fractions, NumberFormat now, NumberFormat format) {
  constexpr unsigned none = 1U << 0, three = 1U << 3;
  if (now.decimal == format.decimal || (fractions & ~none) == 0) return true;
  return format.thousands == now.decimal && (fractions & ~(none | three)) == 0;
}

bool may_be_numbers(const Column& column) {
  return column.read == ReadAs::looks || column.read == ReadAs::looks_or_two || column.read == ReadAs::number;
}

/// Columns that would be numbers in number_formats[index].
std::size_t count_numeric(const Pass& pass, NumberFormat now, std::size_t index) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < pass.table.columns.size(); ++i) {
    const Column& column = pass.table.columns[i];
    if (!may_be_numbers(column)) continue;
    if (column.facts.numbers + column.facts.not_number.count == 0) continue;
    const bool texts_fit = column.facts.not_number.count == 0 || (pass.evidence.other_forms[i] >> index & 1U) != 0;
    if (texts_fit && survives(pass.evidence.fractions[i], now, number_formats[index])) ++count;
  }
  return count;
}

struct FirstCell {
  const Column* column;
  std::string_view text;
  ParsedNumber number;
  bool missing;
};

bool is_number(const FirstCell& cell) { return cell.number.kind == NumberText::number; }

/// The cells of the first line with their columns; without those of columns that are not read.
std::vector<FirstCell> first_cells(const Pass& pass, const Assumptions& assumed) {
  const MissingMarks marks(assumed.rules.missing);
  const std::size_t shift = pass.evidence.names_of_rows ? 1 : 0;
  std::vector<FirstCell> out;
  for (std::size_t i = 0; i < pass.evidence.first.size() && i + shift < pass.table.columns.size(); ++i) {
    const Column& column = pass.table.columns[i + shift];
    if (column.read == ReadAs::nothing) continue;
    const std::string& text = pass.evidence.first[i];
    out.push_back({&column, text, parse_number(text, assumed.rules.format), marks.holds(text)});
  }
  return out;
}

/// Whether the column has numbers alone below the first line.
bool is_numeric_below(const FirstCell& cell, bool header) {
  const ColumnFacts& facts = cell.column->facts;
  const std::uint64_t own_number = !header && cell.number.kind != NumberText::none ? 1 : 0;
  const std::uint64_t own_text = !header && own_number == 0 && !cell.missing ? 1 : 0;
  return facts.numbers > own_number && facts.not_number.count <= own_text;
}

/// Whether the text of the first line comes again below it.
bool comes_again(const FirstCell& cell, bool header) {
  const TextCells& cells = cell.column->text;
  const auto found = std::find(cells.distinct.begin(), cells.distinct.end(), cell.text);
  if (found == cells.distinct.end()) return false;
  const auto number = static_cast<std::int32_t>(found - cells.distinct.begin());
  return std::count(cells.index.begin(), cells.index.end(), number) > (header ? 0 : 1);
}

bool is_year(double x) { return x >= 1500 && x <= 2100 && x == std::floor(x); }

/// Whether the number of the first line is unlike those below it: no year above years, else not among them.
bool is_unlike(const FirstCell& cell, bool header) {
  const Numbers& numbers = cell.column->numbers;
  double least = INFINITY, most = -INFINITY;
  bool whole = true, years = true;
  for (std::size_t i = header ? 0 : 1; i < numbers.size(); ++i) {
    if (std::isnan(numbers[i])) continue;
    least = std::min(least, numbers[i]);
    most = std::max(most, numbers[i]);
    whole = whole && numbers[i] == std::floor(numbers[i]);
    years = years && is_year(numbers[i]);
  }
  if (is_year(cell.number.value)) return !years;
  return !whole || cell.number.value < least || cell.number.value > most;
}

/// Numbers as names of columns have them: 0, 1, 2, ... or 1, 2, 3, ...; years, or others in equal steps, that are not
/// like what stands below them.
bool go_on_as_names(const std::vector<FirstCell>& cells, bool header) {
  std::vector<double> values;
  std::size_t unlike = 0;
  for (const FirstCell& cell : cells) {
    if (!is_number(cell)) continue;
    values.push_back(cell.number.value);
    unlike += is_unlike(cell, header) ? 1U : 0U;
  }
  const auto all = [&](auto&& test) { return std::all_of(values.begin(), values.end(), test); };
  if (values.empty() || !all([](double x) { return x == std::floor(x); })) return false;
  const double step = values.size() > 1 ? values[1] - values[0] : 0;
  bool equal_steps = values.size() > 1 && step != 0;
  for (std::size_t i = 1; i < values.size(); ++i) equal_steps = equal_steps && values[i] - values[i - 1] == step;
  if (values.size() > 2 && equal_steps && step == 1 && (values[0] == 0 || values[0] == 1)) return true;
  if (2 * unlike <= values.size()) return false;
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const bool differ = std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
  return (differ && all(is_year)) || (values.size() > 2 && equal_steps);
}

/// "150,4,setosa,versicolor,virginica": rows, features, classes.
bool is_metadata(const std::vector<FirstCell>& cells, const Pass& pass, bool header) {
  if (cells.size() < 2 || !is_number(cells[0]) || !is_number(cells[1])) return false;
  const std::int64_t rows = pass.table.rows - (header ? 0 : 1);
  return cells[0].number.value == static_cast<double>(rows) &&
         cells[1].number.value == static_cast<double>(pass.table.columns.size() - 1);
}

/// Columns of texts as they are once the first line is left out.
std::vector<bool> texts_below(const Pass& pass, const Assumptions& assumed) {
  std::vector<bool> out = pass.evidence.texts;
  const std::size_t shift = pass.evidence.names_of_rows ? 1 : 0;
  for (const FirstCell& cell : first_cells(pass, assumed)) {
    const auto index = static_cast<std::size_t>(cell.column - pass.table.columns.data());
    if (index >= shift && is_numeric_below(cell, assumed.rules.header)) out[index] = false;
  }
  return out;
}

}  // namespace

NumberFormat choose_format(const Pass& pass, const Assumptions& assumed) {
  const NumberFormat now = assumed.rules.format;
  // Where both read them, 1,234 is 1234 between commas and 1.234 between semicolons.
  const bool commas = assumed.rules.delimiter == ',';
  const std::size_t order[] = {0, commas ? 2U : 1U, commas ? 1U : 3U, commas ? 3U : 2U, 4, 5, 6};
  const auto* const current = std::find(std::begin(number_formats), std::end(number_formats), now);
  std::size_t best = static_cast<std::size_t>(current - std::begin(number_formats)) % std::size(number_formats);
  std::size_t most = 0;
  for (const Column& column : pass.table.columns) {
    most += may_be_numbers(column) && column.facts.not_number.count == 0 && column.facts.numbers > 0 ? 1U : 0U;
  }
  for (const std::size_t index : order) {
    const std::size_t count = count_numeric(pass, now, index);
    if (count <= most) continue;
    best = index;
    most = count;
  }
  return number_formats[best];
}

FirstLine judge_first_line(const Pass& pass, const Assumptions& assumed) {
  const bool header = assumed.rules.header;
  const std::vector<FirstCell> cells = first_cells(pass, assumed);
  std::size_t names = 0, data = 0, texts = 0, again = 0;
  for (const FirstCell& cell : cells) {
    if (cell.missing) continue;
    if (is_numeric_below(cell, header)) {
      if (is_number(cell)) ++data;
      else ++names;
    } else if (!is_number(cell)) {
      ++texts;
      again += comes_again(cell, header) ? 1U : 0U;
    }
  }
  if (data + names + texts == 0 || pass.table.rows < 1) return header ? FirstLine::names : FirstLine::data;
  if (data > 0 && is_metadata(cells, pass, header)) return FirstLine::metadata;
  if (names > 0) return FirstLine::names;
  if (data > 0) return go_on_as_names(cells, header) ? FirstLine::names : FirstLine::data;
  return again > 0 && 2 * again >= texts ? FirstLine::data : FirstLine::names;
}

std::optional<Assumptions> reconsider(const Pass& pass, const Assumptions& assumed, const CsvOptions& options) {
  Assumptions better = assumed;
  better.texts = texts_below(pass, assumed);
  const bool any_read = std::any_of(pass.table.columns.begin(), pass.table.columns.end(),
                                    [](const Column& c) { return c.read != ReadAs::nothing; });
  const bool known_names = options.before && options.before->header;
  if (!assumed.header_settled && any_read && !known_names) {
    const FirstLine first = judge_first_line(pass, assumed);
    const bool of_a_model_without = options.before.has_value() && first == FirstLine::names;
    if (first == FirstLine::metadata || of_a_model_without) {
      better.skip = assumed.skip + 1;
      better.rules.header = false;
    } else {
      better.rules.header = first == FirstLine::names;
    }
    if (better.rules.header != assumed.rules.header || better.skip != assumed.skip) {
      better.header_settled = true;
      return better;
    }
    better.texts = pass.evidence.texts;
  }
  if (!assumed.format_settled) {
    better.rules.format = choose_format(pass, assumed);
    if (better.rules.format != assumed.rules.format) {
      better.format_settled = true;
      // Which columns are texts in the new format is seen when they are read; those that may be numbers are not.
      for (std::size_t i = 0; i < better.texts.size(); ++i) {
        if (pass.evidence.other_forms[i] != 0) better.texts[i] = false;
      }
      return better;
    }
  }
  better.texts = pass.evidence.texts;
  if (!pass.evidence.lost_texts || better.texts == assumed.texts) return std::nullopt;
  return better;
}

}  // namespace gradus::data
