#include "gradus/learn/data/csv/table_rows.hpp"

#include <algorithm>
#include <unordered_map>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/cells.hpp"
#include "gradus/learn/data/csv/encoding.hpp"

namespace gradus::data {
namespace {

[[noreturn]] void refuse(const std::string& place, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::data, Report{place, found, expected, remedy});
}

std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 60;
  return "\"" + printable(text.substr(0, longest)) + (text.size() > longest ? "..." : "") + "\"";
}

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

}  // namespace

std::string fields_text(std::size_t count) { return std::to_string(count) + (count == 1 ? " field" : " fields"); }

TableRows::TableRows(std::string_view text, const std::string& name, char delimiter, const CsvLimits& limits,
                     std::uint64_t first_line)
    : text_(text),
      name_(name),
      first_line_(first_line),
      records_(text, name, delimiter, limits, first_line),
      bad_byte_(find_bad_byte(text, 0)) {}

std::vector<Column> TableRows::names(const CsvOptions& options) {
  std::vector<Field> fields;
  records_.next(fields);
  const std::vector<ReadAs> reading = choose_reading(fields, options);
  const bool none_is_read = std::count(reading.begin(), reading.end(), ReadAs::nothing) == std::ssize(reading);
  std::unordered_map<std::string_view, std::size_t> seen;
  std::vector<Column> columns;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    const std::string place = records_.where(field);
    const bool read = reading[i] != ReadAs::nothing;
    if (read && field.text.empty()) {
      refuse(place, "no name for column " + std::to_string(i + 1), "a name for every column in the first line",
             "column" + std::to_string(i + 1));
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
  check_bytes(fields, std::vector<Column>(fields.size()));
  return columns;
}

void TableRows::check_row(const std::vector<Field>& fields, std::span<const Column> columns) const {
  if (fields.size() != columns.size()) {
    refuse(records_.where(fields[0]), fields_text(fields.size()),
           fields_text(columns.size()) + ", as in the first line",
           "quotes around a field that holds the delimiter, or the line taken out");
  }
  const bool repeats = std::equal(fields.begin(), fields.end(), columns.begin(),
                                  [](const Field& field, const Column& column) { return field.text == column.name; });
  if (repeats) refuse(records_.where(fields[0]), "the line of column names again", "a row of data", "take it out");
}

/// Goes on behind those in cells that are not read.
void TableRows::check_bytes(const std::vector<Field>& fields, std::span<const Column> columns) {
  for (; bad_byte_ < records_.offset(); bad_byte_ = find_bad_byte(text_, bad_byte_ + 1)) {
    const auto after = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.offset > bad_byte_; });
    const auto index = static_cast<std::size_t>(after - fields.begin());
    if (index == 0 || columns[index - 1].read != ReadAs::nothing) refuse_byte(text_, bad_byte_, name_, first_line_);
  }
}

bool TableRows::next(std::vector<Field>& fields, std::span<const Column> columns) {
  while (records_.next(fields)) {
    if (!is_blank_line(fields)) {
      if (blank_)
        refuse(*blank_, "an empty line", fields_text(columns.size()) + ", or the end of the table", "take it out");
      check_row(fields, columns);
      check_bytes(fields, columns);
      return true;
    }
    if (!blank_) blank_ = records_.where(fields[0]);
  }
  return false;
}

}  // namespace gradus::data
