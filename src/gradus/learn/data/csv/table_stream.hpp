// Tables of any length, a part at a time in constant memory, whatever some of their rows look like.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/data/csv/table_pass.hpp"

namespace gradus::data {

/// Some rows of a table, of which `table` has those that can be read.
struct TablePart {
  Table table;
  std::vector<Unreadable> unreadable;
};

/// How the file is read is decided from its first MiB, so that a pipe need not be kept; columns that are read as they
/// look are read as texts. NumPy arrays come as one part.
class TableStream {
 public:
  /// `path`: "-" is standard input. Throws as read_csv() for what is wrong with the file or its first line.
  TableStream(const std::string& path, CsvOptions options);
  /// The table in `text`, which outlives this; messages call it `name`.
  TableStream(std::string_view text, const std::string& name, CsvOptions options);
  TableStream(TableStream&&) noexcept;
  ~TableStream();

  /// The next rows, at most `rows`; false when there are none. Rows that are too short end with missing cells; those
  /// that cannot be read at all, and empty lines before others, are told of in `unreadable`. Throws
  /// UserError(Fault::data) for a file that cannot be read on, and as CsvOptions::read.
  bool next(std::int64_t rows, TablePart& part);
  /// Rows so far that could not be read.
  std::int64_t unreadable() const;
  /// How the file is read, and what is wrong with the rows that came so far.
  Notes notes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradus::data
