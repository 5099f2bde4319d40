#include "gradus/learn/data/csv/plain_rows.hpp"

#include <algorithm>

#include "gradus/learn/data/csv/plain_number.hpp"

namespace gradus::data {

PlainRows::PlainRows(std::span<ColumnReader> columns, const ReadingRules& rules, const CsvLimits& limits)
    : columns_(columns),
      cells_(columns.size()),
      delimiter_(rules.delimiter),
      quote_(rules.quote),
      comment_(rules.comment),
      decimal_(rules.format.decimal),
      longest_(limits.field) {
  for (const ColumnReader& column : columns) numbers_.push_back(column.takes_numbers());
  // Numbers that are marks of missing ones, and digits in groups, are looked at one by one.
  useful_ = rules.delimiter != ' ' && rules.delimiter != rules.format.decimal && rules.format.thousands == 0 &&
            std::none_of(columns.begin(), columns.end(), [](const ColumnReader& c) { return c.has_marked_numbers(); });
}

/// Behind an unquoted text of ASCII, trimmed of blanks; nullptr for others.
const char* PlainRows::read_text(const char* p, const char* end, Field& field) const {
  const char* const begin = p;
  unsigned char all = 0;
  for (; p < end && *p != delimiter_ && *p != '\n' && *p != '\r'; ++p) {
    if (*p == quote_ || *p == '\0') return nullptr;
    all = static_cast<unsigned char>(all | static_cast<unsigned char>(*p));
  }
  const auto size = static_cast<std::size_t>(p - begin);
  if (p == end || all >= 0x80 || size > longest_) return nullptr;
  const char* last = p;
  while (last > begin && (last[-1] == ' ' || last[-1] == '\t')) --last;
  field.text = {begin, static_cast<std::size_t>(last - begin)};
  return p;
}

const char* PlainRows::read_cell(const char* p, const char* end, std::size_t column) {
  Cell& cell = cells_[column];
  while (p < end && *p == ' ') ++p;
  if (!numbers_[column]) return read_text(p, end, cell.field);
  const PlainNumber number = read_plain_number(p, end, decimal_);
  cell.value = number.value;
  cell.fraction = number.fraction;
  if (number.end == nullptr) return nullptr;
  p = number.end;
  while (p < end && *p == ' ') ++p;
  return p;
}

bool PlainRows::read_row(Records& records) {
  const std::string_view text = records.text();
  const char* const begin = text.data() + records.offset();
  const char* const end = text.data() + text.size();
  const char* p = begin;
  bool plain = p < end && (comment_ == 0 || *p != comment_);
  for (std::size_t i = 0; plain && i < columns_.size(); ++i) {
    cells_[i].field.offset = static_cast<std::size_t>(p - text.data());
    p = read_cell(p, end, i);
    plain = p != nullptr && p < end;
    if (!plain || i + 1 == columns_.size()) break;
    plain = *p == delimiter_;
    ++p;
  }
  if (plain && *p == '\r') plain = ++p < end;
  if (!plain || *p != '\n') {
    ++failures_;
    return false;
  }
  failures_ = 0;
  line_ = records.line();
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Cell& cell = cells_[i];
    if (numbers_[i]) {
      columns_[i].add_number(cell.value, cell.fraction);
    } else if (!columns_[i].is_skipped()) {
      cell.field.line_start = records.offset();
      cell.field.line = line_;
      columns_[i].read(cell.field, records);
    }
  }
  records.skip_to(static_cast<std::size_t>(p - text.data()) + 1, 1);
  return true;
}

}  // namespace gradus::data
