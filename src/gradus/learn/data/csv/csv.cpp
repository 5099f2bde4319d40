#include "gradus/learn/data/csv/csv.hpp"

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/assume.hpp"
#include "gradus/learn/data/csv/column_names.hpp"
#include "gradus/learn/data/csv/rule_notes.hpp"
#include "gradus/learn/data/csv/table_pass.hpp"
#include "gradus/learn/data/csv/text_windows.hpp"
#include "gradus/learn/data/foreign/foreign_format.hpp"
#include "gradus/learn/data/npy/arrays.hpp"

namespace gradus::data {
namespace {

[[noreturn]] void refuse(const std::string& place, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::data, Report{place, found, expected, remedy});
}

/// Rows that end early are those of a spreadsheet when there are several and none ends with an empty cell.
void check_short_rows(const Pass& pass, const CsvOptions& options) {
  const Evidence& evidence = pass.evidence;
  if (evidence.shorter == 0 || options.rules.fill_short_rows) return;
  const bool often = evidence.shorter >= 3 && 50 * evidence.shorter >= static_cast<std::uint64_t>(pass.table.rows);
  if (often && evidence.empty_ends == 0) return;
  const std::size_t columns = pass.table.columns.size();
  refuse(evidence.first_shorter, fields_text(evidence.first_shorter_size),
         fields_text(columns) + ", as in the first line",
         "--short-rows fill, if what is missing are the last cells; else quotes around a field that holds the "
         "delimiter, or the line taken out");
}

void check_size(const Pass& pass, const CsvOptions& options) {
  const Table& table = pass.table;
  const std::string shown = printable(table.source);
  const auto least = static_cast<std::size_t>(options.minimum_columns);
  const bool unnamed = !table.columns.empty() && table.columns.front().name.empty();
  const std::size_t columns = table.columns.size() - (unnamed ? 1 : 0);
  if (table.columns.size() == 1 && least > 1) {
    refuse(shown + ":1:1", "one column: no comma, semicolon, tab or bar in the first line",
           "at least " + std::to_string(least) + " columns", "commas between the columns");
  }
  if (columns < least) {
    refuse(shown + ":1:1", fields_text(columns) + (unnamed ? " beside the names of rows" : ""),
           "at least " + std::to_string(least), "a file with a column to learn from and one to learn");
  }
  if (table.rows < options.minimum_rows) {
    const std::string found = table.rows == 0 ? "a line of names and no rows" : std::to_string(table.rows) + " row";
    refuse(shown, found, "at least " + std::to_string(options.minimum_rows), "a row of values under the line of names");
  }
  const bool one_too_long = pass.evidence.names_of_rows && table.rows < 2 && options.minimum_rows > 0;
  if (one_too_long) {
    refuse(shown + ":" + std::to_string(table.first_line) + ":1", fields_text(table.columns.size()),
           fields_text(columns) + ", as in the first line",
           "quotes around a field that holds the delimiter, or the line taken out");
  }
}

/// The table; `kept`: bytes of text that may be kept before all of it was checked.
Table read_table(TextWindows& text, const CsvOptions& options, std::uint64_t kept, std::uint64_t likely_size) {
  Assumptions assumed = assume(text, options);
  assumed.kept_at_most = kept;
  Pass pass;
  if (likely_size <= kept) pass = read_until_settled(text, assumed, options);
  if (likely_size > kept || pass.evidence.too_long) {
    pass = {};
    assumed.keep = false;
    check_short_rows(read_until_settled(text, assumed, options), options);
    assumed.keep = true;
    assumed.kept_at_most = ~std::uint64_t{0};
    pass = read_until_settled(text, assumed, options);
  }
  if (pass.evidence.refused) std::rethrow_exception(pass.evidence.refused);
  check_size(pass, options);
  check_short_rows(pass, options);
  Table table = std::move(pass.table);
  pass.table.source = table.source;
  table.notes = rule_notes(pass, assumed, options);
  settle_unnamed(table, pass.evidence.names_of_rows);
  return table;
}

}  // namespace

Table parse_csv(std::string_view text, const std::string& name, const CsvOptions& options) {
  refuse_foreign(text, Wanted::table, printable(name), Fault::data);
  TextWindows windows(text, name);
  return read_table(windows, options, text.size(), text.size());
}

Table read_csv(const std::string& path, const CsvOptions& options) {
  Source source(path);
  if (is_npy(source.start())) return read_npy(source, options);
  if (is_npz(source.start())) return read_npz(source, options);
  refuse_foreign(source, Wanted::table);
  TextWindows windows(source, options.limits.file);
  // Packed, a small file may be a large table, or pretend to be one: all of it is checked before any is kept.
  constexpr std::uint64_t cells_over_text = 2;  // four bytes for a digit and its delimiter
  const auto file = source.file_size();
  const bool packed = file && source.packed();
  return read_table(windows, options, packed ? memory_before_checks(*file) / cells_over_text : ~std::uint64_t{0},
                    packed ? source.likely_size() : 0);
}

}  // namespace gradus::data
