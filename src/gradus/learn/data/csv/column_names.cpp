#include "gradus/learn/data/csv/column_names.hpp"

#include <algorithm>
#include <unordered_map>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/cells.hpp"

namespace gradus::data {
namespace {

std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 60;
  return "\"" + printable(text.substr(0, longest)) + (text.size() > longest ? "..." : "") + "\"";
}

/// "column3", or "column3_2", ... where that is a name already.
std::string position_name(const std::vector<std::string>& names, std::size_t index) {
  const std::string plain = "column" + std::to_string(index + 1);
  std::string name = plain;
  for (int n = 2; std::find(names.begin(), names.end(), name) != names.end(); ++n)
    name = plain + "_" + std::to_string(n);
  return name;
}

}  // namespace

std::vector<std::string> names_in_comment(const std::string& comment, const ReadingRules& rules, std::size_t count) {
  for (const char delimiter : {rules.delimiter, ' '}) {
    ReadingRules one = rules;
    one.delimiter = delimiter;
    one.comment = 0;
    const CsvLimits limits;
    Records records("", one, limits);
    records.set_text(comment, true);
    std::vector<Field> fields;
    try {
      if (records.next(fields) != Records::Next::record || fields.size() != count) continue;
    } catch (const UserError&) {
      continue;
    }
    std::vector<std::string> names;
    for (const Field& field : fields) names.emplace_back(field.text);
    std::vector<std::string> sorted = names;
    std::sort(sorted.begin(), sorted.end());
    const bool differ = std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
    if (differ && !sorted.front().empty()) return names;
  }
  return {};
}

Names name_columns(const std::vector<Field>& first, const std::string& comment, const ReadingRules& rules,
                   const CsvOptions& options) {
  Names out;
  if (!rules.header) out.texts = names_in_comment(comment, rules, first.size());
  if (rules.header) {
    for (const Field& field : first) out.texts.emplace_back(field.text);
  }
  const bool by_position = out.texts.empty();
  out.texts.resize(first.size());
  out.unnamed.assign(first.size(), false);
  const std::vector<std::string> by_name = {"column1"};  // as a model may have been trained on it
  const bool wanted = options.before && options.read && options.read(by_name)[0] != ReadAs::nothing;
  const bool others = first.size() > 2 || (first.size() == 2 && options.minimum_columns < 2);
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (!out.texts[i].empty()) continue;
    out.unnamed[i] = !by_position;
    const bool names_rows = i == 0 && rules.header && others && !wanted && !options.rules.keep_row_names;
    if (!names_rows) out.texts[i] = position_name(out.texts, i);
  }
  return out;
}

void check_names(const Records& records, const std::vector<Field>& fields, std::span<const Column> columns,
                 const CsvOptions& options) {
  const bool none_is_read =
      std::all_of(columns.begin(), columns.end(), [](const Column& c) { return c.read == ReadAs::nothing; });
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    // Where nothing is read at all, the first line is probably one of data.
    if (none_is_read && !options.rules.header && parse_number(fields[i].text).kind != NumberText::none) {
      throw UserError(Fault::data, Report{records.where(fields[i]),
                                          "the number " + quoted(fields[i].text) + " where a column name should be",
                                          "a first line that names the columns", "put a line of names above the data"});
    }
    const auto [first, is_new] = seen.emplace(column.name, i);
    if (is_new || (column.read == ReadAs::nothing && columns[first->second].read == ReadAs::nothing)) continue;
    throw UserError(Fault::data, Report{records.where(fields[i]),
                                        "the name " + quoted(column.name) + " for columns " +
                                            std::to_string(first->second + 1) + " and " + std::to_string(i + 1),
                                        "different names", "rename one of them"});
  }
}

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

}  // namespace gradus::data
