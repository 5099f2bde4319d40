#include "gradus/learn/data/table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "gradus/core/base/error.hpp"

namespace gradus::data {

const Column* Table::find(std::string_view name) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

std::uint64_t Table::line_of(std::int64_t row) const {
  if (lines.empty()) return first_line + static_cast<std::uint64_t>(row);
  return lines.at(static_cast<std::size_t>(row));
}

std::string to_string(const Table& table, const Place& place) {
  return printable(table.source) + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

std::string number_text(double x) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, x).ptr};
}

std::string cell_text(const Column& column, std::int64_t row) {
  const auto at = static_cast<std::size_t>(row);
  if (column.numeric) return std::isnan(column.numbers.at(at)) ? "" : number_text(column.numbers.at(at));
  if (column.read == ReadAs::nothing || column.text.overflowed) return "";
  const std::int32_t index = column.text.index.at(at);
  return index < 0 ? "" : column.text.distinct[static_cast<std::size_t>(index)];
}

}  // namespace gradus::data
