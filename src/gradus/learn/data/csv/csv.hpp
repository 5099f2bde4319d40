// Tables from text: RFC 4180 with the rules of this page. All that is odd in a file is either refused with
// file:line:column or said in the table's notes.
//
// - UTF-8, with or without byte order mark; no NUL. UTF-16 and other encodings are refused by name, other bytes in the
//   cells that are read.
// - Lines end with LF or CR LF; empty lines are allowed at the end only. The first line names the columns: names of
//   columns that are read are neither empty nor numbers, and differ. A file without such a line is refused.
// - Fields are separated by one of , ; tab | (found from the first lines and said in the notes). A field in double
// quotes
//   may hold delimiters, line ends and "" for a quote. Blanks around a field's text are dropped. There are no escapes.
// - Missing: an empty field, ?, NA, N/A, null, NaN (letters in either case); in a column of texts not in quotes.
// - Numbers: [+-] digits with an optional point (digits on at least one side) and an optional exponent e[+-]digits;
//   rounded correctly to f64. inf, infinity and too large a number (1e400) are read, counted and refused where they are
//   used; too small a one becomes 0. 0x10, 1_000, 1,5 and 38 000 are texts, and warned of as such.
#pragma once

#include <string>
#include <string_view>

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
  char delimiter = 0;          // 0: find it
  bool numeric_names = false;  // take the first line as names even if they are numbers
  int minimum_columns = 2;     // 1 for prediction files, which may have a single feature and no target
  int minimum_rows = 1;
  ReadColumns read = {};  // how to read each column, by names; unless given all as they look
  CsvLimits limits = {};
};

/// The table in the file at `path` ("-": standard input), gzip or not. Throws UserError(Fault::data).
Table read_csv(const std::string& path, const CsvOptions& options = {});

/// The table in `text`; messages call it `name`.
Table parse_csv(std::string_view text, const std::string& name, const CsvOptions& options = {});

}  // namespace gradus::data
