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

/// "column3", or "column3_2", ... where that is a name already.
std::string position_name(const std::vector<std::string>& names, std::size_t index) {
  const std::string plain = "column" + std::to_string(index + 1);
  std::string name = plain;
  for (int n = 2; std::find(names.begin(), names.end(), name) != names.end(); ++n)
    name = plain + "_" + std::to_string(n);
  return name;
}

bool is_blank_line(const std::vector<Field>& fields) {
  return fields.size() == 1 && !fields[0].quoted && fields[0].text.empty();
}

/// The names in the first line; those that are empty after the position of their column, the first one not at all: it
/// holds the names of rows.
std::vector<std::string> names_in(const std::vector<Field>& fields) {
  std::vector<std::string> names;
  for (const Field& field : fields) names.emplace_back(field.text);
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (names[i].empty()) names[i] = position_name(names, i);
  }
  return names;
}

/// How each of these columns is read: as asked for, or as it looks.
std::vector<ReadAs> choose_reading(const std::vector<std::string>& names, const CsvOptions& options) {
  const std::size_t unnamed = names.empty() || !names[0].empty() ? 0 : 1;
  std::vector<ReadAs> out(names.size() - unnamed, ReadAs::looks);
  if (options.read) out = options.read(std::span(names).subspan(unnamed));
  require(out.size() == names.size() - unnamed, "CsvOptions::read: not one answer a column");
  if (unnamed > 0) out.insert(out.begin(), ReadAs::nothing);
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
  const std::vector<std::string> names = names_in(fields);
  const std::vector<ReadAs> reading = choose_reading(names, options);
  const bool none_is_read = std::count(reading.begin(), reading.end(), ReadAs::nothing) == std::ssize(reading);
  std::unordered_map<std::string_view, std::size_t> seen;
  std::vector<Column> columns;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    const std::string place = records_.where(field);
    const bool read = reading[i] != ReadAs::nothing;
    // Where nothing is read at all, the first line is probably one of data.
    if ((read || none_is_read) && !options.numeric_names && parse_number(field.text).kind != NumberText::none) {
      refuse(place, "the number " + quoted(field.text) + " where a column name should be",
             "a first line that names the columns", "put a line of names above the data");
    }
    if (const auto [first, is_new] = seen.emplace(names[i], i); !is_new && read) {
      refuse(place,
             "the name " + quoted(field.text) + " for columns " + std::to_string(first->second + 1) + " and " +
                 std::to_string(i + 1),
             "different names", "rename one of them");
    }
    Column& column = columns.emplace_back();
    column.name = names[i];
    column.unnamed = field.text.empty();
    column.read = reading[i];
    column.numeric =
        column.read == ReadAs::looks || column.read == ReadAs::looks_or_two || column.read == ReadAs::number;
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
