#include "gradus/learn/data/csv/assume.hpp"

#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/encoding.hpp"
#include "gradus/learn/data/csv/guess.hpp"
#include "gradus/learn/data/csv/reconsider.hpp"

namespace gradus::data {
namespace {

void refuse_nothing(std::string_view text, bool complete, const std::string& shown) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos && complete) {
    throw UserError(Fault::data, Report{shown, text.empty() ? "an empty file" : "empty lines alone",
                                        "a line of column names, then rows", "a,b above a row 1,2"});
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

/// The first lines of the text as UTF-8.
std::string sample_of(TextWindows& text) {
  constexpr std::size_t most = std::size_t{1} << 16;
  const std::string_view window = text.window();
  if (text.complete() && window.size() <= most) return std::string(window);
  const std::size_t end = window.substr(0, most).rfind('\n');
  return std::string(window.substr(0, end == std::string_view::npos ? most : end + 1));
}

}  // namespace

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
  const std::string_view start = text.window();
  out.returns = start.find('\n') == std::string_view::npos && start.find('\r') != std::string_view::npos;
  if (out.returns) text.begin(out.rules.encoding, true);
  const std::string sample = sample_of(text);
  const bool whole = text.complete() && sample.size() == text.window().size();
  out.rules = guess_layout(sample, out.rules, said, out.skip);
  out.header_settled = said.header.has_value();
  out.format_settled = said.decimal.has_value() || said.thousands.has_value();
  if (whole) return out;  // the table itself is read as soon
  Assumptions of_sample = out;
  of_sample.rules.encoding = "UTF-8";
  of_sample.returns = false;  // they are line feeds by now
  try {
    TextWindows lines(sample, text.name());
    read_until_settled(lines, of_sample, options);
  } catch (const UserError&) {
    return out;  // the table has its say in full
  }
  of_sample.rules.encoding = out.rules.encoding;
  of_sample.strict = out.strict;
  of_sample.returns = out.returns;
  of_sample.header_settled = out.header_settled;
  of_sample.format_settled = out.format_settled;
  return of_sample;
}

}  // namespace gradus::data
