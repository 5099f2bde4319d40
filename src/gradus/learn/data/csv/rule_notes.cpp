#include "gradus/learn/data/csv/rule_notes.hpp"

#include <vector>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/column_names.hpp"

namespace gradus::data {
namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

/// A character as a shell takes it.
std::string flag(const std::string& name, char c) {
  const bool plain = c == 0 || c == '.' || c == ',';
  return name + " " +
         (plain && c != 0                          ? std::string(1, c)
          : c == 0                                 ? "none"
          : delimiter_name(c) != std::string(1, c) ? delimiter_name(c)
                                                   : "'" + std::string(1, c) + "'");
}

std::string format_text(NumberFormat format, std::vector<std::string>& flags) {
  std::string out;
  if (format.decimal != '.') {
    out = "decimal commas";
    flags.push_back(flag("--decimal", format.decimal));
  }
  if (format.thousands != 0) {
    const std::string name = format.thousands == '\'' ? "apostrophe" : delimiter_name(format.thousands);
    out += (out.empty() ? "" : ", ") + std::string("thousands marked by ") + name + "s";
    flags.push_back(format.thousands == '\'' ? "--thousands \"'\"" : flag("--thousands", format.thousands));
  }
  if (out.empty()) {
    out = "decimal points";
    flags.push_back("--decimal .");
  }
  return out;
}

/// An example of a number in an unusual format, as it was read.
std::string rules_text(const ReadingRules& rules, const ReadingRules& usual, std::vector<std::string>& flags) {
  std::vector<std::string> parts;
  if (rules.encoding != usual.encoding) {
    parts.push_back(rules.encoding + " text");
    flags.push_back("--encoding " + rules.encoding);
  }
  if (rules.delimiter != usual.delimiter) {
    parts.push_back("fields separated by " + delimiter_name(rules.delimiter) + "s");
    flags.push_back(delimiter_flag(rules.delimiter));
  }
  if (rules.quote != usual.quote) {
    parts.push_back(rules.quote == 0 ? "no quotes" : rules.quote == '\'' ? "single quotes" : "double quotes");
    flags.push_back(std::string("--quote ") + (rules.quote == 0 ? "none" : rules.quote == '\'' ? "single" : "double"));
  }
  if (rules.comment != usual.comment) {
    const std::string mark(1, rules.comment);
    parts.push_back(rules.comment == 0 ? "no comments" : "lines that begin with " + mark + " left out");
    flags.push_back(rules.comment == 0 ? "--comment none" : "--comment '" + mark + "'");
  }
  if (!(rules.format == usual.format)) parts.push_back(format_text(rules.format, flags));
  if (rules.header != usual.header) {
    parts.push_back(rules.header ? "names in the first line" : "no line of names");
    flags.push_back(rules.header ? "--header yes" : "--header no");
  }
  return joined(parts);
}

std::string rows_text(std::uint64_t rows) { return std::to_string(rows) + (rows == 1 ? " row" : " rows"); }

}  // namespace

Notes rule_notes(const Pass& pass, const Assumptions& assumed, const CsvOptions& options) {
  const std::string shown = printable(pass.table.source);
  const Evidence& evidence = pass.evidence;
  Notes notes;
  const auto say = [&](const std::string& text, bool warning = false) {
    notes.push_back({warning, shown + ": " + text});
  };
  std::vector<std::string> flags;
  const ReadingRules usual = options.before.value_or(ReadingRules{});
  const std::string rules = rules_text(assumed.rules, usual, flags);
  const std::string other = options.before ? "unlike the training file, " : "";
  if (!rules.empty()) say(other + rules + " (" + joined(flags) + ")");
  if (assumed.skip > options.rules.skip) {
    const auto lines = assumed.skip - options.rules.skip;
    const std::string what =
        options.before ? "names columns, and the training file had no names" : "is none of the table";
    say("the first line " + what + ": left out (--skip " + std::to_string(options.rules.skip + lines) + ")");
  }
  if (!assumed.rules.header && !options.before) {
    const bool named = !names_in_comment(evidence.comment, assumed.rules, evidence.first.size()).empty();
    if (named) say("the columns are named by the comment above them");
    else say("the first line is data: columns are named column1, column2, ... by position");
  }
  if (evidence.names_of_rows) say("rows have a field more than there are names: row names in front, left out");
  if (evidence.longer > 0) say(rows_text(evidence.longer) + " with more delimiters at the end than columns: left out");
  if (evidence.shorter > 0) {
    say(rows_text(evidence.shorter) + " with fewer fields than columns, the first in " + evidence.first_shorter +
            ": their last ones are missing values",
        true);
  }
  return notes;
}

}  // namespace gradus::data
