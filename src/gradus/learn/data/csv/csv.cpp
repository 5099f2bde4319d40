#include "gradus/learn/data/csv/csv.hpp"

#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/encoding.hpp"
#include "gradus/learn/data/csv/guess.hpp"
#include "gradus/learn/data/csv/reconsider.hpp"
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

void refuse_nothing(std::string_view text, bool complete, const std::string& shown) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos && complete) {
    refuse(shown, text.empty() ? "an empty file" : "empty lines alone", "a line of column names, then rows",
           "a,b above a row 1,2");
  }
}

ByteCounts count_all(TextWindows& text) {
  ByteCounts counts;
  for (text.begin("UTF-8"); !text.window().empty();) {
    const std::size_t taken = count_bytes(text.window(), text.complete(), counts);
    if (taken == 0) text.grow();
    text.advance(taken);
  }
  return counts;
}

/// The encoding of a text that is not all UTF-8: Windows-1252, or UTF-8 with bytes that are wrong.
std::string choose_encoding(TextWindows& text) { return count_all(text).is_windows_1252() ? "WINDOWS-1252" : "UTF-8"; }

/// The encoding by the first bytes; where they have no mark that of the file `before`, if that has one byte a
/// character, unless the text is UTF-8.
std::string first_encoding(TextWindows& text, const std::optional<ReadingRules>& before) {
  const std::string found = encoding_of(text.start());
  if (found != "UTF-8" || !before || before->encoding.starts_with("UTF-")) return found;
  const ByteCounts counts = count_all(text);
  return counts.others == 0 && counts.characters > 0 ? found : before->encoding;
}

/// Readings until what was taken for granted is what the table says.
Pass read_until_settled(TextWindows& text, Assumptions& assumed, const CsvOptions& options) {
  constexpr int most = 8;  // each rule changes at most once; texts are found at most twice after that
  for (int i = 0;; ++i) {
    Pass pass = read_pass(text, assumed, options);
    if (pass.evidence.bad_bytes) {
      assumed.rules.encoding = choose_encoding(text);
      assumed.strict = true;
      continue;
    }
    if (pass.evidence.too_long) return pass;
    const auto better = reconsider(pass, assumed, options);
    if (!better || i >= most) return pass;
    assumed = *better;
  }
}

/// The first lines of the text as UTF-8.
std::string sample_of(TextWindows& text) {
  constexpr std::size_t most = std::size_t{1} << 16;
  const std::string_view window = text.window();
  if (text.complete() && window.size() <= most) return std::string(window);
  const std::size_t end = window.substr(0, most).rfind('\n');
  return std::string(window.substr(0, end == std::string_view::npos ? most : end + 1));
}

/// What the first lines say.
Assumptions assume(TextWindows& text, const CsvOptions& options) {
  const RuleChoices& said = options.rules;
  Assumptions out;
  if (options.before) out.rules = *options.before;
  if (said.missing) out.rules.missing = *said.missing;
  if (said.header) out.rules.header = *said.header;
  if (said.decimal) out.rules.format.decimal = *said.decimal;
  if (said.thousands) out.rules.format.thousands = *said.thousands;
  else if (said.decimal && out.rules.format.thousands == *said.decimal) out.rules.format.thousands = 0;
  out.skip = said.skip;
  out.strict = said.encoding.has_value();
  out.rules.encoding = said.encoding ? *said.encoding : first_encoding(text, options.before);
  text.begin(out.rules.encoding);
  refuse_nothing(text.window(), text.complete(), printable(text.name()));
  if (!out.strict && out.rules.encoding == "UTF-8" && find_bad_byte(sample_of(text)) != std::string::npos) {
    out.rules.encoding = choose_encoding(text);
    text.begin(out.rules.encoding);
  }
  const std::string sample = sample_of(text);
  const bool whole = text.complete() && sample.size() == text.window().size();
  out.rules = guess_layout(sample, out.rules, said, out.skip);
  out.header_settled = said.header.has_value();
  out.format_settled = said.decimal.has_value() || said.thousands.has_value();
  if (whole) return out;  // the table itself is read as soon
  Assumptions of_sample = out;
  of_sample.rules.encoding = "UTF-8";
  try {
    TextWindows lines(sample, text.name());
    read_until_settled(lines, of_sample, options);
  } catch (const UserError&) {
    return out;  // the table has its say in full
  }
  of_sample.rules.encoding = out.rules.encoding;
  of_sample.strict = out.strict;
  of_sample.header_settled = out.header_settled;
  of_sample.format_settled = out.format_settled;
  return of_sample;
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

/// Leaves out names of rows and empty columns at the end without a name, and says so.
void settle_unnamed(Table& table, bool names_of_rows) {
  const std::string shown = printable(table.source);
  if (!table.columns.empty() && table.columns.front().name.empty()) {
    table.columns.erase(table.columns.begin());
    if (!names_of_rows)
      table.notes.push_back(
          {false, shown + ": the first column has no name: row names, left out (--row-names keep takes it)"});
  }
  const auto is_empty = [&](const Column& c) {
    return c.unnamed && c.read != ReadAs::nothing && c.facts.missing.count == static_cast<std::uint64_t>(table.rows);
  };
  bool dropped = false;
  while (table.columns.size() > 1 && is_empty(table.columns.back())) {
    table.columns.pop_back();
    dropped = true;
  }
  if (dropped) table.notes.push_back({false, shown + ": an empty last column without a name is left out"});
  std::string names;
  for (const Column& column : table.columns) {
    if (column.unnamed) names += (names.empty() ? "" : ", ") + column.name;
  }
  if (!names.empty()) table.notes.push_back({false, shown + ": columns without a name, named by position: " + names});
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
