// The lines of a CSV text, cut into fields.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/data/csv/csv.hpp"

namespace gradus::data {

/// A field without its quotes and without blanks around it; valid until the next record is read.
struct Field {
  std::string_view text;
  bool quoted = false;
  std::size_t offset = 0;      // where it begins in the whole text
  std::size_t line_start = 0;  // offset of its line
  std::uint64_t line = 1;
};

/// Line and column of text[offset], found by counting from the start, which is in line `first_line`.
Place place_of(std::string_view text, std::size_t offset, std::uint64_t first_line = 1);

/// "12:7"
std::string to_string(const Place& place);

class Records {
 public:
  /// `text` begins with line `first_line` of the file.
  Records(std::string_view text, std::string name, char delimiter, const CsvLimits& limits,
          std::uint64_t first_line = 1)
      : text_(text), name_(std::move(name)), delimiter_(delimiter), limits_(limits), first_line_(first_line) {}

  /// The next record into `fields`; false at the end. Throws UserError(Fault::data) for misplaced or unclosed quotes, a
  /// carriage return alone, too long a field, too many fields.
  bool next(std::vector<Field>& fields);

  /// Where the next record begins in the whole text.
  std::size_t offset() const { return at_; }
  Place place(const Field& field) const;
  /// "cars.csv:12:7"
  std::string where(const Field& field) const { return name_ + ":" + to_string(place(field)); }

 private:
  void read_field(Field& field);
  void read_plain(Field& field);
  void read_quoted(Field& field);
  bool skip_line_end();
  void skip_blanks();
  bool is_blank(char c) const { return (c == ' ' || c == '\t') && c != delimiter_; }
  [[noreturn]] void refuse(std::size_t offset, const std::string& found, const std::string& expected,
                           const std::string& remedy) const;

  std::string_view text_;
  std::string name_;
  char delimiter_;
  const CsvLimits& limits_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::uint64_t first_line_;
  std::uint64_t line_ = first_line_;
  std::deque<std::string> unescaped_;  // fields of the current record that held ""
};

}  // namespace gradus::data
