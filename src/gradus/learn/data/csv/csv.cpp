#include "gradus/learn/data/csv/csv.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/cells.hpp"
#include "gradus/learn/data/csv/check_pieces.hpp"
#include "gradus/learn/data/csv/delimiter.hpp"
#include "gradus/learn/data/csv/distinct.hpp"
#include "gradus/learn/data/csv/encoding.hpp"
#include "gradus/learn/data/csv/records.hpp"
#include "gradus/learn/data/csv/table_rows.hpp"
#include "gradus/learn/data/foreign/foreign_format.hpp"

namespace gradus::data {
namespace {

[[noreturn]] void refuse(const std::string& place, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::data, Report{place, found, expected, remedy});
}

void count(Finding& finding, const Field& field, const Records& records) {
  if (finding.count++ > 0) return;
  constexpr std::size_t longest = 200;
  finding.first = records.place(field);
  finding.text = std::string(field.text.substr(0, longest));
}

/// Of a column of texts: whether this cell is missing.
bool is_missing_text(const Field& field, ReadAs read) {
  if (read == ReadAs::literal) return field.text.empty();
  return is_missing(field.text) && (!field.quoted || field.text.empty());
}

bool may_be_either(ReadAs read) { return read == ReadAs::looks || read == ReadAs::looks_or_two; }

/// A cell that is neither a number nor missing.
void count_text(Column& column, const Field& field, const Records& records) {
  ColumnFacts& facts = column.facts;
  count(facts.not_number, field, records);
  switch (resemblance(field.text)) {
    case Resemblance::thousands: count(facts.thousands, field, records); break;
    case Resemblance::decimal_comma: count(facts.decimal_comma, field, records); break;
    case Resemblance::unit: count(facts.unit, field, records); break;
    case Resemblance::none: break;
  }
  if (column.numeric && may_be_either(column.read)) {
    column.numeric = false;
    std::vector<double>().swap(column.numbers);
  }
}

/// Looks at one cell of what may be a column of numbers; keeps its number while it is one.
void read_number(Column& column, const Field& field, const Records& records) {
  ColumnFacts& facts = column.facts;
  double value = std::numeric_limits<double>::quiet_NaN();
  if (is_missing(field.text)) {
    count(is_missing_text(field, ReadAs::text) ? facts.missing : facts.quoted_mark, field, records);
  } else if (const ParsedNumber parsed = parse_number(field.text); parsed.kind == NumberText::none) {
    count_text(column, field, records);
  } else {
    value = parsed.value;
    ++facts.numbers;
    if (parsed.kind == NumberText::too_large) count(facts.too_large, field, records);
    else if (value - value != 0) count(facts.infinite, field, records);
    else if (is_large_integer(field.text, value)) count(facts.large_integer, field, records);
    else if (has_leading_zero(field.text)) count(facts.leading_zero, field, records);
  }
  if (column.numeric) column.numbers.push_back(value);
}

void read_cell(Column& column, const Field& field, const Records& records) {
  switch (column.read) {
    case ReadAs::nothing: return;
    case ReadAs::looks:
    case ReadAs::looks_or_two:
    case ReadAs::number: return read_number(column, field, records);
    case ReadAs::text:
    case ReadAs::literal:
      if (is_missing_text(field, column.read)) count(column.facts.missing, field, records);
  }
}

/// Rows there can be at most, so that columns grow without copying: lines, and each needs a byte a column.
std::size_t row_bound(std::string_view text, std::size_t columns) {
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  return std::min(lines, text.size() / std::max<std::size_t>(columns, 1) + 1);
}

/// First reading: numbers, and what every column is.
void read_numbers(Table& table, std::size_t bound, TableRows& rows) {
  for (Column& column : table.columns) {
    if (column.numeric) column.numbers.reserve(bound);
  }
  std::vector<Field> fields;
  while (rows.next(fields, table.columns)) {
    const std::uint64_t line = fields[0].line;
    if (table.rows == 0) table.first_line = line;
    const std::uint64_t regular = table.first_line + static_cast<std::uint64_t>(table.rows);
    if (table.lines.empty() && line != regular) {  // rows of several lines: from here on each has its number
      for (std::uint64_t earlier = table.first_line; earlier < regular; ++earlier) table.lines.push_back(earlier);
    }
    if (line != regular || !table.lines.empty()) table.lines.push_back(line);
    for (std::size_t i = 0; i < fields.size(); ++i) read_cell(table.columns[i], fields[i], rows.records());
    ++table.rows;
  }
}

/// Whether a column that could be of texts too is one of numbers: not without any, not where they are codes such as
/// 007, and not where it was asked for more than two.
bool is_of_numbers(const Column& column) {
  const auto is_whole = [](double x) { return std::isnan(x) || x == std::floor(x); };
  const bool codes =
      column.facts.leading_zero.count > 0 && std::all_of(column.numbers.begin(), column.numbers.end(), is_whole);
  if (column.facts.numbers == 0 || codes) return false;
  if (column.read != ReadAs::looks_or_two) return true;
  std::optional<double> first, second;
  for (const double x : column.numbers) {
    if (std::isnan(x) || x == first || x == second) continue;
    if (second) return true;
    (first ? second : first) = x;
  }
  return !second;
}

/// Once all cells were seen: what each column is.
void decide_types(Table& table) {
  for (Column& column : table.columns) {
    ColumnFacts& facts = column.facts;
    if (may_be_either(column.read) && column.numeric && !is_of_numbers(column)) column.numeric = false;
    if (!column.numeric) {
      std::vector<double>().swap(column.numbers);
    } else if (facts.quoted_mark.count > 0) {  // among numbers it is a missing one
      const Place &a = facts.missing.first, &b = facts.quoted_mark.first;
      const bool earlier = std::tie(b.line, b.column) < std::tie(a.line, a.column);
      const Finding first = facts.missing.count == 0 || earlier ? facts.quoted_mark : facts.missing;
      facts.missing = {facts.missing.count + facts.quoted_mark.count, first.first, first.text};
    }
  }
}

/// Second reading: the texts of the columns that are not numeric.
void read_texts(Table& table, Records& records, const CsvLimits& limits) {
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (!table.columns[i].numeric && table.columns[i].read != ReadAs::nothing) wanted.push_back(i);
  }
  if (wanted.empty()) return;
  for (const std::size_t i : wanted) table.columns[i].text.index.reserve(static_cast<std::size_t>(table.rows));
  std::vector<Distinct> distinct(table.columns.size());
  std::vector<Field> fields;
  std::size_t total = 0;
  records.next(fields);  // the names
  for (std::int64_t row = 0; row < table.rows; ++row) {
    records.next(fields);
    for (const std::size_t i : wanted) {
      TextCells& cells = table.columns[i].text;
      if (cells.overflowed) continue;
      const std::size_t before = cells.distinct.size();
      const bool missing = is_missing_text(fields[i], table.columns[i].read);
      cells.index.push_back(missing ? -1 : distinct[i].number_of(fields[i].text, cells.distinct));
      total += cells.distinct.size() - before;
      if (cells.distinct.size() <= limits.distinct && total <= limits.distinct_in_all) continue;
      total -= cells.distinct.size();
      cells = TextCells{{}, {}, true};
      distinct[i] = Distinct();
    }
  }
}

/// Leaves out a first column without a name, and says so; and which others have none.
void settle_unnamed(Table& table, const std::string& shown) {
  if (table.columns.front().name.empty()) {
    table.columns.erase(table.columns.begin());
    table.notes.push_back({false, shown + ": the first column has no name: row names, left out"});
  }
  std::string names;
  for (const Column& column : table.columns) {
    if (column.unnamed) names += (names.empty() ? "" : ", ") + column.name;
  }
  if (!names.empty()) table.notes.push_back({false, shown + ": columns without a name, named by position: " + names});
}

/// The table in `whole`, which is `file` bytes on the disk (nothing: it is known to be one). Where its numbers take
/// much more memory than that, all rows are checked before any is kept.
Table parse_table(std::string_view whole, const std::string& name, const CsvOptions& options,
                  std::optional<std::uint64_t> file) {
  Table table;
  table.source = name;
  const std::string shown = printable(name);
  refuse_foreign(whole, Wanted::table, shown, Fault::data);
  const std::string_view text = without_mark(whole);
  table.delimiter = begin_table(text, shown, options);
  TableRows rows(text, shown, table.delimiter, options.limits);
  table.columns = rows.names(options);
  const std::size_t named = table.columns.size() - (table.columns.front().name.empty() ? 1 : 0);
  if (named < static_cast<std::size_t>(options.minimum_columns)) {
    refuse(shown + ":1:1", fields_text(named) + (named < table.columns.size() ? " beside the names of rows" : ""),
           "at least " + std::to_string(options.minimum_columns),
           "a file with a column to learn from and one to learn");
  }
  const std::size_t bound = row_bound(text, table.columns.size());
  const std::size_t needed = bound * (table.columns.size() + 1) * sizeof(double);
  if (file && text.size() + needed > memory_before_checks(*file)) {
    TableRows again = rows;
    for (std::vector<Field> fields; again.next(fields, table.columns);) {
    }
  }
  read_numbers(table, bound, rows);
  if (table.rows < options.minimum_rows) {
    const std::string found = table.rows == 0 ? "a line of names and no rows" : std::to_string(table.rows) + " row";
    refuse(shown, found, "at least " + std::to_string(options.minimum_rows), "a row of values under the line of names");
  }
  decide_types(table);
  Records again(text, shown, table.delimiter, options.limits);
  read_texts(table, again, options.limits);
  settle_unnamed(table, shown);
  if (table.delimiter != ',') {
    table.notes.push_back(
        {false, shown + ": fields are separated by " + std::string(delimiter_name(table.delimiter)) + "s"});
  }
  return table;
}

}  // namespace

Table parse_csv(std::string_view text, const std::string& name, const CsvOptions& options) {
  return parse_table(text, name, options, text.size());
}

Table read_csv(const std::string& path, const CsvOptions& options) {
  Source source(path);
  refuse_foreign(source, Wanted::table);
  const auto file = source.file_size();
  if (!file || !source.packed()) {
    const std::string text = read_all(source, options.limits.file);
    return parse_table(text, source.name(), options, source.position());
  }
  // Packed, a small file may be a large table, or pretend to be one.
  const std::uint64_t most = memory_before_checks(*file);
  std::optional<std::string> text;
  if (source.likely_size() <= most) text = read_at_most(source, most, options.limits.file);
  if (text) return parse_table(*text, source.name(), options, *file);
  source.rewind();
  check_in_pieces(source, options);
  return parse_table(read_all(source, options.limits.file), source.name(), options, std::nullopt);
}

}  // namespace gradus::data
