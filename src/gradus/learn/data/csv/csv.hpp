// Tables from text: RFC 4180 with the rules of this page. All that is odd in a file is either refused with
// file:line:column or said in the table's notes.
//
// - How a file is read (ReadingRules) is decided from all of it: encoding (UTF-8 unless its bytes are no such text:
//   then UTF-16 by its mark or zeros, or Windows-1252), delimiter (, ; tab | or blanks), quote, comments, whether the
//   first line names the columns, decimal mark and marks between thousands. What is not usual is said in the notes.
// - Lines end with LF or CR LF, or all with CR alone; empty lines are allowed at the end only. A first column without a
// name holds the names
//   of rows and is left out, others without one are named by position; names of columns that are read differ.
// - A field in quotes may hold delimiters, line ends and "" for a quote. Blanks around a field's text are dropped.
//   There are no escapes.
// - Rows have as many fields as there are columns. More are allowed when they are empty; fewer when rows end early
//   again and again (as spreadsheets write them), or with RuleChoices::fill_short_rows.
// - Missing: an empty field, or one of the marks (letters in either case); in a column of texts not in quotes.
// - Numbers: [+-] digits with an optional point (digits on at least one side) and an optional exponent e[+-]digits;
//   rounded correctly to f64. inf, infinity and too large a number (1e400) are read, counted and refused where they are
//   used; too small a one becomes 0. 0x10 and 1_000 are texts. 1,5 and 38 000 are numbers where the format of the file
//   is so, else texts, and warned of as such.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gradus/learn/data/csv/reading_rules.hpp"
#include "gradus/learn/data/source.hpp"
#include "gradus/learn/data/table.hpp"

namespace gradus::data {

/// What is refused as too big, each with its number in the message.
struct CsvLimits {
  ReadLimits file = {};
  std::size_t field = std::size_t{1} << 20;  // bytes in one field
  std::size_t columns = 16'384;
  std::size_t distinct = 100'000;  // distinct texts that a column keeps (more: TextCells::overflowed)
  std::size_t distinct_in_all = 1'000'000;
};

struct CsvOptions {
  RuleChoices rules = {};                   // what is known of how to read the file
  std::optional<ReadingRules> before = {};  // those of the file that a model was trained on: kept unless this differs
  int minimum_columns = 2;                  // 1 for prediction files, which may have a single feature and no target
  int minimum_rows = 1;
  ReadColumns read = {};  // how to read each column, by names; unless given all as they look
  CsvLimits limits = {};
};

/// The table in the file at `path` ("-": standard input): text, or NumPy arrays (npy/arrays.hpp); packed with gzip or
/// zstd, or not. Throws UserError(Fault::data).
Table read_csv(const std::string& path, const CsvOptions& options = {});

/// The table in `text`; messages call it `name`.
Table parse_csv(std::string_view text, const std::string& name, const CsvOptions& options = {});

}  // namespace gradus::data
