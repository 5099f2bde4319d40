// The lines of a CSV text, cut into fields.
#pragma once

#include <array>
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
  std::size_t offset = 0;      // where it begins in the text
  std::size_t line_start = 0;  // offset of its line
  std::uint64_t line = 1;
};

/// Line and column of text[offset], found by counting from the start, which is in line `first_line`.
Place place_of(std::string_view text, std::size_t offset, std::uint64_t first_line = 1);

/// "12:7"
std::string to_string(const Place& place);

class Records {
 public:
  /// Delimiter, quote and comment are those of `rules`.
  Records(std::string name, const ReadingRules& rules, const CsvLimits& limits);

  /// Goes on with `text`, the next of whose lines is the first one of it. `complete`: nothing follows it.
  void set_text(std::string_view text, bool complete);

  enum class Next { record, end, more };
  /// The next record into `fields`. more: it does not end in the text, which must go on from offset(). Throws
  /// UserError(Fault::data) for misplaced or unclosed quotes, a carriage return alone, too long a field, too many
  /// fields.
  Next next(std::vector<Field>& fields);
  /// After next() threw: goes behind the line in which that record begins. False when the line does not end in the
  /// text, all of which is behind then; what follows is a part of it.
  bool skip_line();
  /// Goes behind the rest of a line. False as above.
  bool skip_rest();

  std::string_view text() const { return text_; }
  /// Where the next record begins in the text.
  std::size_t offset() const { return at_; }
  /// The line in which it begins.
  std::uint64_t line() const { return line_; }
  /// Says that `lines` lines up to `offset` were read by somebody else.
  void skip_to(std::size_t offset, std::uint64_t lines);
  /// The last line before the first record that was a comment, without its mark.
  const std::string& comment() const { return comment_; }
  Place place(const Field& field) const;
  /// "cars.csv:12:7"
  std::string where(const Field& field) const { return name_ + ":" + to_string(place(field)); }
  Place place_of(std::size_t offset) const { return data::place_of(text_, offset, first_line_); }
  const std::string& name() const { return name_; }

 private:
  enum CharacterClass : unsigned char { other, blank, delimiter, line_end, quote };
  CharacterClass class_of(char c) const { return classes_[static_cast<unsigned char>(c)]; }
  bool ends_field(char c) const { return class_of(c) == delimiter || class_of(c) == line_end; }
  bool is_blank(char c) const { return class_of(c) == blank || (runs_ && class_of(c) == delimiter); }
  bool runs_out() const { return at_ >= text_.size() && !complete_; }

  bool skip_comments();
  bool read_fields(std::vector<Field>& fields);
  void read_field(Field& field);
  void read_plain(Field& field);
  void read_quoted(Field& field);
  void read_joined(Field& field);
  bool skip_line_end();
  void skip_blanks();
  [[noreturn]] void refuse(std::size_t offset, const std::string& found, const std::string& expected,
                           const std::string& remedy) const;

  std::string_view text_;
  bool complete_ = true;
  std::string name_;
  char delimiter_, quote_, escape_, comment_mark_;
  bool runs_;  // of blanks, which count as one delimiter
  std::array<CharacterClass, 256> classes_{};
  const CsvLimits& limits_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::size_t record_ = 0;         // where the current record begins,
  std::uint64_t record_line_ = 1;  // and its line
  std::uint64_t first_line_ = 1;
  std::uint64_t line_ = 1;
  bool any_record_ = false;
  bool cut_ = false;  // the record does not end in the text
  std::string comment_;
  std::deque<std::string> unescaped_;  // fields of the current record that held ""
};

}  // namespace gradus::data
