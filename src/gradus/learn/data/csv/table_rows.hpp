// The rows of a table, one after another, each checked: what refuses a table does so here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/data/csv/records.hpp"

namespace gradus::data {

/// "1 field", "3 fields"
std::string fields_text(std::size_t count);

class TableRows {
 public:
  /// Whole lines of the table, from `first_line` on; messages call it `name`.
  TableRows(std::string_view text, const std::string& name, char delimiter, const CsvLimits& limits,
            std::uint64_t first_line = 1);

  /// The columns that the first record names, with how each is read: a first one without a name (row names) not at all.
  /// Throws UserError(Fault::data) for names that are numbers or twice. REQUIRES: the text begins with the table, and
  /// nothing was taken.
  std::vector<Column> names(const CsvOptions& options);

  /// The next row into `fields`; false at the end. Throws UserError(Fault::data) for another number of fields than of
  /// `columns`, an empty line between rows, the line of names again, and bytes that are not UTF-8 in cells that are
  /// read; and as Records.
  bool next(std::vector<Field>& fields, std::span<const Column> columns);

  const Records& records() const { return records_; }
  /// Where an empty line was, after which no row may follow: to be handed on to the next part of the table.
  const std::optional<std::string>& blank() const { return blank_; }
  void set_blank(std::optional<std::string> where) { blank_ = std::move(where); }

 private:
  void check_row(const std::vector<Field>& fields, std::span<const Column> columns) const;
  void check_bytes(const std::vector<Field>& fields, std::span<const Column> columns);

  std::string_view text_;
  std::string name_;
  std::uint64_t first_line_;
  Records records_;
  std::size_t bad_byte_;  // the next one that is not UTF-8
  std::optional<std::string> blank_;
};

}  // namespace gradus::data
