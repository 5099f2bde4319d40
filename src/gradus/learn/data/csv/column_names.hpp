// What the columns of a file are called.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/data/csv/records.hpp"

namespace gradus::data {

struct Names {
  std::vector<std::string> texts;  // the first is "" where it holds the names of rows
  std::vector<bool> unnamed;       // columns that the file has no name for
};

/// By the fields of the first line if it is one of names; else by the comment above it, where that has as many words;
/// else by position.
Names name_columns(const std::vector<Field>& first, const std::string& comment, const ReadingRules& rules,
                   const CsvOptions& options);

/// The names that a comment above the data has for `count` columns; none when it has others.
std::vector<std::string> names_in_comment(const std::string& comment, const ReadingRules& rules, std::size_t count);

/// Throws UserError(Fault::data) for two columns of the same name of which one is read, and where what should be names
/// are numbers and nothing is read.
void check_names(const Records& records, const std::vector<Field>& fields, std::span<const Column> columns,
                 const CsvOptions& options);

/// Leaves names of rows out, and empty columns at the end that have no name, and says so in the table's notes.
void settle_unnamed(Table& table, bool names_of_rows);

}  // namespace gradus::data
