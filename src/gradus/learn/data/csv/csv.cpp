#include "gradus/learn/data/csv/csv.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <unordered_map>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/cells.hpp"
#include "gradus/learn/data/csv/delimiter.hpp"
#include "gradus/learn/data/csv/distinct.hpp"
#include "gradus/learn/data/csv/encoding.hpp"
#include "gradus/learn/data/csv/records.hpp"
#include "gradus/learn/data/foreign/foreign_format.hpp"

namespace gradus::data {
namespace {

[[noreturn]] void refuse(const std::string& place, const std::string& found, const std::string& expected,
                         const std::string& remedy = "") {
  throw UserError(Fault::data, Report{place, found, expected, remedy});
}

std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 60;
  return "\"" + printable(text.substr(0, longest)) + (text.size() > longest ? "..." : "") + "\"";
}

std::string fields_text(std::size_t count) { return std::to_string(count) + (count == 1 ? " field" : " fields"); }

bool is_blank_line(const std::vector<Field>& fields) {
  return fields.size() == 1 && !fields[0].quoted && fields[0].text.empty();
}

/// How each column is read: as asked for, or as it looks.
std::vector<ReadAs> choose_reading(const std::vector<Field>& fields, const CsvOptions& options) {
  if (!options.read) return std::vector<ReadAs>(fields.size(), ReadAs::looks);
  std::vector<std::string> names;
  for (const Field& field : fields) names.emplace_back(field.text);
  std::vector<ReadAs> out = options.read(names);
  require(out.size() == names.size(), "CsvOptions::read: not one answer a column");
  return out;
}

/// Names from the first line. Those of columns that are read are checked.
std::vector<Column> read_names(const std::vector<Field>& fields, const Records& records, const CsvOptions& options) {
  const std::vector<ReadAs> reading = choose_reading(fields, options);
  const bool none_is_read = std::count(reading.begin(), reading.end(), ReadAs::nothing) == std::ssize(reading);
  std::unordered_map<std::string_view, std::size_t> seen;
  std::vector<Column> columns;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    const std::string place = records.where(field);
    const bool read = reading[i] != ReadAs::nothing;
    if (read && field.text.empty()) {
      refuse(place, "no name for column " + std::to_string(i + 1), "a name for every column in the first line", "");
    }
    // Where nothing is read at all, the first line is probably one of data.
    if ((read || none_is_read) && !options.numeric_names && parse_number(field.text).kind != NumberText::none) {
      refuse(place, "the number " + quoted(field.text) + " where a column name should be",
             "a first line that names the columns", "put a line of names above the data");
    }
    if (const auto [first, is_new] = seen.emplace(field.text, i); !is_new && read) {
      refuse(place,
             "the name " + quoted(field.text) + " for columns " + std::to_string(first->second + 1) + " and " +
                 std::to_string(i + 1),
             "different names", "rename one of them");
    }
    Column& column = columns.emplace_back();
    column.name = std::string(field.text);
    column.read = reading[i];
    column.numeric = column.read == ReadAs::looks || column.read == ReadAs::number;
  }
  return columns;
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
  if (column.numeric && column.read == ReadAs::looks) {
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
    case ReadAs::number: return read_number(column, field, records);
    case ReadAs::text:
    case ReadAs::literal:
      if (is_missing_text(field, column.read)) count(column.facts.missing, field, records);
  }
}

void check_row(const std::vector<Field>& fields, const Table& table, const Records& records) {
  if (fields.size() != table.columns.size()) {
    refuse(records.where(fields[0]), fields_text(fields.size()),
           fields_text(table.columns.size()) + ", as in the first line",
           "quotes around a field that holds the delimiter, or the line taken out");
  }
  const bool repeats = std::equal(fields.begin(), fields.end(), table.columns.begin(),
                                  [](const Field& field, const Column& column) { return field.text == column.name; });
  if (repeats) refuse(records.where(fields[0]), "the line of column names again", "a row of data", "take it out");
}

/// Rows there can be at most, so that columns grow without copying: lines, and each needs a byte a column.
std::size_t row_bound(std::string_view text, std::size_t columns) {
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  return std::min(lines, text.size() / std::max<std::size_t>(columns, 1) + 1);
}

/// Refuses bytes that are not UTF-8 in cells that are read, and goes on behind those of others.
class BadBytes {
 public:
  BadBytes(std::string_view text, std::string name) : text_(text), name_(std::move(name)), next_(find(0)) {}

  /// Of the first line, before it is cut into fields.
  void check_first_line() const {
    if (next_ < text_.find('\n')) refuse_byte(text_, next_, name_);
  }
  /// Of the record that ends before `end`.
  void check(const std::vector<Field>& fields, std::span<const Column> columns, std::size_t end) {
    for (; next_ < end; next_ = find(next_ + 1)) {
      const auto after = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.offset > next_; });
      const auto index = static_cast<std::size_t>(after - fields.begin());
      if (index == 0 || columns[index - 1].read != ReadAs::nothing) refuse_byte(text_, next_, name_);
    }
  }

 private:
  std::size_t find(std::size_t begin) const { return find_bad_byte(text_, begin); }

  std::string_view text_;
  std::string name_;
  std::size_t next_;
};

/// First reading: shape, numbers, and what every column is.
void read_numbers(Table& table, std::string_view text, Records& records, BadBytes& bad) {
  const std::size_t bound = row_bound(text, table.columns.size());
  for (Column& column : table.columns) {
    if (column.numeric) column.numbers.reserve(bound);
  }
  std::vector<Field> fields;
  std::optional<std::string> blank;  // where an empty line was
  while (records.next(fields)) {
    if (is_blank_line(fields)) {
      if (!blank) blank = records.where(fields[0]);
      continue;
    }
    if (blank)
      refuse(*blank, "an empty line", fields_text(table.columns.size()) + ", or the end of the table", "take it out");
    check_row(fields, table, records);
    bad.check(fields, table.columns, records.offset());
    const std::uint64_t line = fields[0].line;
    if (table.rows == 0) table.first_line = line;
    const std::uint64_t regular = table.first_line + static_cast<std::uint64_t>(table.rows);
    if (table.lines.empty() && line != regular) {  // rows of several lines: from here on each has its number
      for (std::uint64_t earlier = table.first_line; earlier < regular; ++earlier) table.lines.push_back(earlier);
    }
    if (line != regular || !table.lines.empty()) table.lines.push_back(line);
    for (std::size_t i = 0; i < fields.size(); ++i) read_cell(table.columns[i], fields[i], records);
    ++table.rows;
  }
}

/// Once all cells were seen: what each column is.
void decide_types(Table& table) {
  for (Column& column : table.columns) {
    ColumnFacts& facts = column.facts;
    if (column.read == ReadAs::looks && facts.numbers == 0) column.numeric = false;
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

char choose_delimiter(std::string_view text, const std::string& name, const CsvOptions& options) {
  if (options.delimiter != 0) return options.delimiter;
  if (const char found = find_delimiter(text); found != 0) return found;
  if (options.minimum_columns > 1) {
    refuse(name + ":1:1", "one column: no comma, semicolon, tab or bar in the first line",
           "at least " + std::to_string(options.minimum_columns) + " columns", "commas between the columns");
  }
  return ',';
}

}  // namespace

Table parse_csv(std::string_view whole, const std::string& name, const CsvOptions& options) {
  Table table;
  table.source = name;
  const std::string shown = printable(name);
  refuse_foreign(whole, Wanted::table, shown, Fault::data);
  const std::string_view text = without_mark(whole);
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    refuse(shown, text.empty() ? "an empty file" : "empty lines alone", "a line of column names, then rows", "");
  }
  if (text.find_first_not_of(" \t\r") == text.find('\n')) {
    refuse(shown + ":1:1", "an empty line", "the names of the columns", "take it out");
  }
  BadBytes bad(text, shown);
  bad.check_first_line();
  table.delimiter = choose_delimiter(text, shown, options);
  Records records(text, shown, table.delimiter, options.limits);
  std::vector<Field> fields;
  records.next(fields);
  table.columns = read_names(fields, records, options);
  if (table.columns.size() < static_cast<std::size_t>(options.minimum_columns)) {
    refuse(shown + ":1:1", fields_text(table.columns.size()), "at least " + std::to_string(options.minimum_columns),
           "");
  }
  bad.check(fields, std::vector<Column>(fields.size()), records.offset());
  read_numbers(table, text, records, bad);
  if (table.rows < options.minimum_rows) {
    const std::string found = table.rows == 0 ? "a line of names and no rows" : std::to_string(table.rows) + " row";
    refuse(shown, found, "at least " + std::to_string(options.minimum_rows), "");
  }
  decide_types(table);
  Records again(text, shown, table.delimiter, options.limits);
  read_texts(table, again, options.limits);
  if (table.delimiter != ',') {
    table.notes.push_back(
        {false, shown + ": fields are separated by " + std::string(delimiter_name(table.delimiter)) + "s"});
  }
  return table;
}

Table read_csv(const std::string& path, const CsvOptions& options) {
  Source source(path);
  refuse_foreign(source, Wanted::table);
  const std::string text = read_all(source, options.limits.file);
  return parse_csv(text, source.name(), options);
}

}  // namespace gradus::data
