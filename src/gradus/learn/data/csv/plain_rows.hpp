// Rows of plain numbers and unquoted texts, read without cutting them into fields first.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "gradus/learn/data/csv/column_reader.hpp"
#include "gradus/learn/data/csv/records.hpp"

namespace gradus::data {

class PlainRows {
 public:
  /// The columns of the file, one after another.
  PlainRows(std::span<ColumnReader> columns, const ReadingRules& rules, const CsvLimits& limits);

  /// Whether rows of this file are often plain.
  bool useful() const { return useful_ && failures_ < most_failures; }
  /// Reads the next row if it is plain, and leaves everything as it was if it is not, or does not end in the text.
  bool read_row(Records& records);
  /// The line of the row that was read.
  std::uint64_t line() const { return line_; }

 private:
  static constexpr int most_failures = 200;  // one after another

  struct Cell {
    double value = 0;
    unsigned fraction = 0;
    Field field;
  };
  const char* read_cell(const char* p, const char* end, std::size_t column);
  const char* read_text(const char* p, const char* end, Field& field) const;

  std::span<ColumnReader> columns_;
  std::vector<bool> numbers_;  // by column
  std::vector<Cell> cells_;    // of the current row
  char delimiter_, quote_, comment_, decimal_;
  std::size_t longest_;
  bool useful_;
  int failures_ = 0;
  std::uint64_t line_ = 0;
};

}  // namespace gradus::data
