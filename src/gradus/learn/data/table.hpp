// A table as it was read: named columns of numbers or of texts, nothing scaled or encoded yet.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/data/csv/reading_rules.hpp"
#include "gradus/learn/data/note.hpp"
#include "gradus/learn/data/numbers.hpp"

namespace gradus::data {

/// Where a cell stands in the file: line and column (characters) count from 1.
struct Place {
  std::uint64_t line = 0;
  std::uint64_t column = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

/// Cells of one kind in a column: how many, and where the first one is.
struct Finding {
  std::uint64_t count = 0;
  Place first;
  std::string text;  // of the first one
};

/// How the cells of a column are read. Missing marks are ?, NA, N/A, null, NaN in any case, and an empty cell.
enum class ReadAs {
  looks,    // numbers when every cell is a number or missing and at least one is a number; else as `text`, and where
            // they are codes: whole, some with a leading 0
  number,   // numbers; any other cell is counted in the facts and NaN
  text,     // texts as they stand, so that 01 is not 1; marks are missing, but a text in quotes ("NA")
  literal,  // texts as they stand, marks too; only an empty cell is missing
  nothing,  // not at all: the cells may be anything
  looks_or_two,  // as it looks, but numbers of which there are only two are texts
};

/// Decides from the names of a table's columns how each is read.
using ReadColumns = std::function<std::vector<ReadAs>(std::span<const std::string> names)>;

/// What the reader saw in a column, for messages that come later. Of texts that were asked for: what is missing.
struct ColumnFacts {
  Finding missing;
  Finding quoted_mark;    // a mark in quotes, while the column may still be one of numbers
  Finding infinite;       // inf, infinity
  Finding too_large;      // a number that f64 cannot hold, such as 1e400; read as infinite
  Finding not_number;     // anything that is neither a number nor missing
  Finding thousands;      // 38 000 or 4,25,000
  Finding decimal_comma;  // 1,5
  Finding unit;           // 45 km, £30
  Finding large_integer;  // a whole number of 2^53 or more, which f64 may round
  Finding leading_zero;   // 0123, which may be a code
  std::uint64_t numbers = 0;
};

/// The texts of a column: distinct ones in order of first appearance, and for each row its number (-1: missing).
struct TextCells {
  std::vector<std::string> distinct;
  std::vector<std::int32_t> index;
  bool overflowed = false;  // more distinct texts than a column may have: `index` and `distinct` are empty
};

/// Numbers or texts; neither when it was read as nothing.
struct Column {
  std::string name;
  bool numeric = true;
  Numbers numbers;  // [rows] when numeric; missing is NaN
  TextCells text;   // when not numeric
  ColumnFacts facts;
  ReadAs read = ReadAs::looks;
  bool unnamed = false;  // the file has no name for it; `name` is "column" and its position
};

struct Table {
  std::string source;  // file name for messages
  std::int64_t rows = 0;
  std::vector<Column> columns;
  std::uint64_t first_line = 1;      // line of the first row
  std::vector<std::uint64_t> lines;  // line of each row, when they are not first_line, first_line + 1, ...
  ReadingRules rules;                // how the text was read
  Notes notes;

  /// The column called `name`, or nullptr.
  const Column* find(std::string_view name) const;
  /// Line of the file where row `row` (from 0) begins.
  std::uint64_t line_of(std::int64_t row) const;
};

/// "cars.csv:4:12"
std::string to_string(const Table& table, const Place& place);

/// The shortest text that reads back to the same number.
std::string number_text(double x);

/// The cell as text: numbers in their shortest form, "" when missing or not read.
std::string cell_text(const Column& column, std::int64_t row);

}  // namespace gradus::data
