#include "gradus/learn/data/csv/check_pieces.hpp"

#include <algorithm>
#include <optional>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/delimiter.hpp"
#include "gradus/learn/data/csv/encoding.hpp"
#include "gradus/learn/data/csv/table_rows.hpp"

namespace gradus::data {
namespace {

[[noreturn]] void refuse(const std::string& place, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::data, Report{place, found, expected, remedy});
}

/// The end of the last line in `text` that ends outside of quotes; 0 when none does.
std::size_t end_of_rows(std::string_view text) {
  std::size_t end = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '\n' && !quoted) end = i + 1;
  }
  return end;
}

class PieceCheck {
 public:
  PieceCheck(const std::string& name, const CsvOptions& options) : name_(name), options_(options) {}

  /// Whole rows, beginning with the names.
  void add(std::string_view text) {
    if (columns_.empty()) {
      text = without_mark(text);
      delimiter_ = begin_table(text, name_, options_);
    }
    TableRows rows(text, name_, delimiter_, options_.limits, line_);
    rows.set_blank(std::move(blank_));
    if (columns_.empty()) columns_ = rows.names(options_);
    for (std::vector<Field> fields; rows.next(fields, columns_);) {
    }
    blank_ = rows.blank();
    line_ += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  }

  [[noreturn]] void refuse_long_row(std::string_view text) {
    add(text);  // it may have a better reason
    refuse(name_ + ":" + std::to_string(line_), "a row of more than " + std::to_string(text.size()) + " bytes",
           "shorter rows", "a line end after every row");
  }

 private:
  const std::string& name_;
  const CsvOptions& options_;
  char delimiter_ = 0;
  std::vector<Column> columns_;
  std::optional<std::string> blank_;
  std::uint64_t line_ = 1;
};

}  // namespace

char begin_table(std::string_view text, const std::string& shown, const CsvOptions& options) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    refuse(shown, text.empty() ? "an empty file" : "empty lines alone", "a line of column names, then rows",
           "a,b above a row 1,2");
  }
  if (text.find_first_not_of(" \t\r") == text.find('\n')) {
    refuse(shown + ":1:1", "an empty line", "the names of the columns", "take it out");
  }
  const std::string_view first_line = text.substr(0, text.find('\n'));
  if (const std::size_t bad = find_bad_byte(first_line, 0); bad < first_line.size()) refuse_byte(text, bad, shown);
  if (options.delimiter != 0) return options.delimiter;
  if (const char found = find_delimiter(text); found != 0) return found;
  if (options.minimum_columns > 1) {
    refuse(shown + ":1:1", "one column: no comma, semicolon, tab or bar in the first line",
           "at least " + std::to_string(options.minimum_columns) + " columns", "commas between the columns");
  }
  return ',';
}

void check_in_pieces(Source& source, const CsvOptions& options) {
  constexpr std::size_t piece = std::size_t{4} << 20, longest_row = std::size_t{16} << 20;
  PieceCheck check(source.name(), options);
  std::string text;
  for (std::uint64_t total = 0; !source.at_end();) {
    const std::size_t kept = text.size();
    text.resize(kept + piece);
    text.resize(kept + source.read(std::as_writable_bytes(std::span(text).subspan(kept))));
    total += text.size() - kept;
    require_within(source, total, options.limits.file);
    const std::size_t end = source.at_end() ? text.size() : end_of_rows(text);
    if (end == 0 && text.size() > longest_row) check.refuse_long_row(text);
    if (end > 0) check.add(std::string_view(text).substr(0, end));
    text.erase(0, end);
  }
  source.rewind();
}

}  // namespace gradus::data
