// One reading of a table from its first line to its last, by given rules.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradus/learn/data/csv/column_reader.hpp"
#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/data/csv/records.hpp"
#include "gradus/learn/data/csv/text_windows.hpp"

namespace gradus::data {

/// "1 field", "3 fields"
std::string fields_text(std::size_t count);

/// What a reading takes for granted.
struct Assumptions {
  ReadingRules rules;
  std::size_t skip = 0;                            // lines before the table
  std::vector<bool> texts;                         // which columns of the file hold texts, as far as is known
  bool keep = true;                                // false: the cells are looked at only
  std::uint64_t kept_at_most = ~std::uint64_t{0};  // bytes of text; beyond them nothing is read
  bool strict = false;                             // bytes that are not of the encoding are refused, not told of
  bool header_settled = false, format_settled = false;
  bool returns = false;   // lines end with CR alone
  bool row_names = true;  // rows with a cell more than there are names may begin with their own
  bool tolerant = false;  // rows that cannot be read are left out and counted, not refused
  friend bool operator==(const Assumptions&, const Assumptions&) = default;
};

/// What a reading saw of the whole file.
struct Evidence {
  std::vector<std::string> first;  // the cells of the first line
  std::string comment;             // above it
  std::uint64_t first_line = 1;
  bool names_of_rows = false;            // rows have a cell more than the first line: their names
  std::vector<NumberForms> other_forms;  // by column, as in ColumnReader
  std::vector<unsigned> fractions;
  std::vector<bool> texts;    // as Assumptions::texts, known now
  bool lost_texts = false;    // a column's texts are not kept, so that the file must be read again
  bool too_long = false;      // the text is longer than was to be kept; nothing behind that was read
  bool bad_bytes = false;     // bytes are not of the encoding; nothing behind them was read
  std::uint64_t longer = 0;   // rows with more, empty cells than there are columns
  std::uint64_t shorter = 0;  // rows with fewer cells
  std::string first_shorter;  // "t.csv:3:1"
  std::size_t first_shorter_size = 0;
  std::uint64_t empty_ends = 0;  // whole rows whose last cell is empty
  std::uint64_t unreadable = 0;  // rows that were left out
  std::string first_unreadable;  // what is wrong with the first
  std::uint64_t bad_rows = 0;    // rows with bytes that are not of the encoding, where that is tolerated
  std::string first_bad_row;     // "t.csv:3"
  std::exception_ptr refused;    // by CsvOptions::read, or for the names themselves
};

struct Pass {
  Table table;  // `columns` are those of the file, names of rows too (the first, without a name)
  Evidence evidence;
};

/// Rows that cannot be read, one after another: between the rows `before` - 1 and `before` of a table.
struct Unreadable {
  std::int64_t before = 0, count = 0;
};

/// A table that is read once, a part at a time. What it is made of outlives it.
class TableParts {
 public:
  TableParts(TextWindows& text, const Assumptions& assumptions, const CsvOptions& options);
  TableParts(TableParts&&) noexcept;
  ~TableParts();
  /// At most `rows` rows into `part`, fewer at the end or where they are long; its evidence is of all rows so far, and
  /// `unreadable` of this part. False when nothing comes after it. Throws as read_pass().
  bool next(std::int64_t rows, Pass& part, std::vector<Unreadable>& unreadable);

 private:
  std::unique_ptr<class TablePass> pass_;
};

/// Reads the table once. Throws UserError(Fault::data) for what no other rules would make better: see csv.hpp.
Pass read_pass(TextWindows& text, const Assumptions& assumptions, const CsvOptions& options);

}  // namespace gradus::data
