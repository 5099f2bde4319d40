#include "gradus/learn/data/csv/guess.hpp"

#include <algorithm>
#include <vector>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/cells.hpp"
#include "gradus/learn/data/csv/records.hpp"

namespace gradus::data {
namespace {

constexpr std::string_view candidates = ",;\t|";
constexpr std::size_t lines_wanted = 100;

struct Cut {
  std::size_t fields = 1;  // in the first line
  std::size_t others = 0;  // in all others, where that is another number
  bool metadata = false;   // the first line has that number of columns in its second field, as scikit-learn's files
  bool regular = false;    // as many in the following ones
  double odd = 0;          // share of the cells that are odd
};

/// Fields but for empty ones at the end behind the `wanted` first.
std::size_t size_of(const std::vector<Field>& fields, std::size_t wanted) {
  std::size_t size = fields.size();
  while (size > wanted && fields[size - 1].text.empty()) --size;
  return size;
}

bool is_odd(const Field& field, char delimiter) {
  if (field.quoted) return false;
  const bool other = std::any_of(candidates.begin(), candidates.end(), [&](char c) {
    return c != delimiter && field.text.find(c) != std::string_view::npos;
  });
  return other && forms_of(field.text) == 0;
}

/// How the first lines fall apart; nothing of those from which on they are not a table.
Cut cut_lines(std::string_view sample, ReadingRules rules, char delimiter) {
  rules.delimiter = delimiter;
  const CsvLimits limits;
  Records records("", rules, limits);
  records.set_text(sample, true);
  Cut cut;
  std::vector<Field> fields;
  std::size_t cells = 0, odd = 0, same = 0, one_more = 0, lines = 0, as_second = 0, second = 0;
  double second_number = 0;
  try {
    while (lines <= lines_wanted && records.next(fields) == Records::Next::record) {
      if (fields.size() == 1 && fields[0].text.empty()) continue;
      for (const Field& field : fields) odd += is_odd(field, delimiter) ? 1U : 0U;
      cells += fields.size();
      if (lines++ == 0) {
        cut.fields = fields.size();
        if (fields.size() > 1 && parse_number(fields[0].text).kind == NumberText::number)
          second_number = parse_number(fields[1].text).value;
        continue;
      }
      if (lines == 2) second = fields.size();
      as_second += fields.size() == second ? 1U : 0U;
      const std::size_t size = size_of(fields, cut.fields);
      same += size == cut.fields ? 1 : 0;
      one_more += size == cut.fields + 1 ? 1 : 0;
    }
  } catch (const UserError&) {
    lines = std::max<std::size_t>(lines, 2);  // a quote amiss: the lines before it count
  }
  const std::size_t rows = lines > 0 ? lines - 1 : 0;
  cut.regular = same == rows || (one_more == rows && rows > 1);
  if (as_second == rows && rows > 1 && second != cut.fields) cut.others = second;
  cut.metadata = cut.others > 1 && second_number == static_cast<double>(cut.others - 1);
  cut.odd = cells > 0 ? static_cast<double>(odd) / static_cast<double>(cells) : 0;
  return cut;
}

bool is_better(const Cut& a, const Cut& b) {
  if (a.regular != b.regular) return a.regular;
  if (a.regular && a.odd != b.odd) return a.odd < b.odd;
  return a.fields > b.fields;
}

/// Whether single quotes stand around texts: every field that begins with one ends with one, and there are several.
bool has_single_quotes(std::string_view sample) {
  const auto ends = [](char c) { return c == '\n' || c == '\r' || c == ' ' || candidates.find(c) != candidates.npos; };
  if (sample.find('"') != std::string_view::npos) return false;
  std::size_t around = 0;
  for (std::size_t at = 0; at < sample.size();) {
    if (sample[at] != '\'' || (at > 0 && !ends(sample[at - 1]))) {
      ++at;
      continue;
    }
    std::size_t end = sample.find('\'', at + 1);
    while (end != std::string_view::npos && end + 1 < sample.size() && sample[end + 1] == '\'') {
      end = sample.find('\'', end + 2);  // one in the text
    }
    if (end == std::string_view::npos || (end + 1 < sample.size() && !ends(sample[end + 1]))) return false;
    ++around;
    at = end + 1;
  }
  return around >= 2;
}

/// The mark of the comments that the text begins with; 0 when the first line is one of names behind a mark.
char find_comment(std::string_view sample, const ReadingRules& rules) {
  const char mark = sample.empty() ? '\0' : sample[0];
  if (mark != '#' && mark != '%') return 0;
  const std::size_t end = sample.find('\n');
  if (end == std::string_view::npos || sample.substr(end + 1).starts_with(mark)) return mark;
  // "#id,name" above "1,Ann": the mark belongs to the name, unless the next line names the columns.
  ReadingRules without = rules;
  without.comment = 0;
  const char delimiter = find_delimiter(sample.substr(end + 1), without);
  if (delimiter == 0 || delimiter == ' ') return mark;
  const auto count = [&](std::string_view line) { return std::count(line.begin(), line.end(), delimiter); };
  const std::string_view rest = sample.substr(end + 1);
  const bool fits = count(sample.substr(0, end)) == count(rest.substr(0, rest.find('\n')));
  return fits && sample.size() > 1 && sample[1] != ' ' ? '\0' : mark;
}

}  // namespace

char find_delimiter(std::string_view sample, const ReadingRules& rules) {
  char best = 0;
  Cut best_cut;
  for (const char candidate : candidates) {
    const Cut cut = cut_lines(sample, rules, candidate);
    if (cut.fields < 2) continue;
    if (best == 0 || is_better(cut, best_cut)) {
      best = candidate;
      best_cut = cut;
    }
  }
  if (best != 0 && best_cut.regular) return best;
  const Cut blanks = cut_lines(sample, rules, ' ');
  return blanks.fields > 1 && blanks.regular && !best_cut.regular ? ' ' : best;
}

ReadingRules guess_layout(std::string_view sample, const ReadingRules& before, const RuleChoices& said,
                          std::size_t& skip) {
  ReadingRules rules = before;
  rules.quote = said.quote.value_or('"');
  rules.escape = said.escape.value_or(before.escape);
  std::optional<char> delimiter = said.delimiter;
  if (skip == 0 && sample.starts_with("sep=") && sample.size() > 5 && (sample[5] == '\n' || sample[5] == '\r')) {
    skip = 1;
    if (!delimiter) delimiter = sample[4];
  }
  for (std::size_t i = 0; i < skip; ++i) {
    const std::size_t end = sample.find('\n');
    sample.remove_prefix(end == std::string_view::npos ? sample.size() : end + 1);
  }
  if (!said.quote && has_single_quotes(sample)) rules.quote = '\'';
  rules.comment = said.comment.value_or(find_comment(sample, rules));
  const Cut as_before = cut_lines(sample, rules, before.delimiter);
  if (delimiter) rules.delimiter = *delimiter;
  else if (const char found = find_delimiter(sample, rules); found != 0 && found != before.delimiter) {
    const bool fits = as_before.fields > 1 && as_before.regular && before.delimiter != ',';  // a model's
    rules.delimiter = fits ? before.delimiter : found;
  }
  if (!said.header && cut_lines(sample, rules, rules.delimiter).metadata) {
    ++skip;
    rules.header = false;
  }
  return rules;
}

}  // namespace gradus::data
