#include "gradus/learn/data/csv/column_reader.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>

namespace gradus::data {
namespace {

void count(Finding& finding, const Field& field, const Records& records) {
  if (finding.count++ > 0) return;
  constexpr std::size_t longest = 200;
  finding.first = records.place(field);
  finding.text = std::string(field.text.substr(0, longest));
}

/// Digits behind the decimal mark.
unsigned fraction_length(std::string_view text, char decimal) {
  const std::size_t mark = text.rfind(decimal);
  if (mark == std::string_view::npos) return 0;
  unsigned length = 0;
  for (std::size_t i = mark + 1; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) ++length;
  return length;
}

bool may_be_either(ReadAs read) { return read == ReadAs::looks || read == ReadAs::looks_or_two; }

}  // namespace

ColumnReader::ColumnReader(Column& column, CellRules& rules, bool texts, bool keep)
    : column_(&column), rules_(&rules), texts_(texts && may_be_either(column.read)), keep_(keep) {
  column.numeric = (may_be_either(column.read) && !texts_) || column.read == ReadAs::number;
}

/// Of a column of texts: whether this cell is missing.
bool ColumnReader::is_missing_text(const Field& field) const {
  if (column_->read == ReadAs::literal) return field.text.empty();
  return rules_->marks.holds(field.text) && (!field.quoted || field.text.empty());
}

void ColumnReader::count_again(Seen seen) {
  ColumnFacts& facts = column_->facts;
  if (seen == Seen::number) {
    ++facts.numbers;
    return;
  }
  ++facts.not_number.count;
  if (seen == Seen::thousands) ++facts.thousands.count;
  if (seen == Seen::decimal_comma) ++facts.decimal_comma.count;
  if (seen == Seen::unit) ++facts.unit.count;
}

/// A cell that is not missing: what it is, counted in the facts; `value` where it is a number.
ColumnReader::Seen ColumnReader::look_at(const Field& field, const Records& records, double& value) {
  ColumnFacts& facts = column_->facts;
  const ParsedNumber parsed = parse_number(field.text, rules_->format);
  if (parsed.kind != NumberText::none) {
    value = parsed.value;
    ++facts.numbers;
    const unsigned fraction = fraction_length(field.text, rules_->format.decimal);
    fractions_ |= 1U << std::min(fraction, 4U);
    if (parsed.kind == NumberText::too_large) count(facts.too_large, field, records);
    else if (value - value != 0) count(facts.infinite, field, records);
    else if (is_large_integer(field.text, value)) count(facts.large_integer, field, records);
    else if (has_leading_zero(field.text)) count(facts.leading_zero, field, records);
    return Seen::number;
  }
  count(facts.not_number, field, records);
  forms_ = forms_of(field.text, forms_);
  switch (resemblance(field.text)) {
    case Resemblance::thousands: return count(facts.thousands, field, records), Seen::thousands;
    case Resemblance::decimal_comma: return count(facts.decimal_comma, field, records), Seen::decimal_comma;
    case Resemblance::unit: return count(facts.unit, field, records), Seen::unit;
    case Resemblance::none: break;
  }
  return Seen::text;
}

/// Looks at one cell of what may be a column of numbers; keeps its number while it is one.
void ColumnReader::read_number(const Field& field, const Records& records) {
  ColumnFacts& facts = column_->facts;
  double value = std::numeric_limits<double>::quiet_NaN();
  if (rules_->marks.holds(field.text)) {
    const bool text = field.quoted && !field.text.empty();
    count(text ? facts.quoted_mark : facts.missing, field, records);
  } else if (look_at(field, records, value) != Seen::number) {
    if (column_->numeric && may_be_either(column_->read)) {
      column_->numeric = false;
      column_->numbers.clear();
      lost_texts_ = true;
    }
  } else if (rules_->marks.has_numbers() && rules_->marks.holds(value)) {
    --facts.numbers;
    value = std::numeric_limits<double>::quiet_NaN();
    count(facts.missing, field, records);
  }
  if (column_->numeric && keep_) column_->numbers.push_back(value);
}

std::int32_t ColumnReader::keep_text(std::string_view text) {
  TextCells& cells = column_->text;
  const std::size_t before = cells.distinct.size();
  const std::int32_t number = distinct_.number_of(text, cells.distinct);
  rules_->distinct_in_all += cells.distinct.size() - before;
  if (cells.distinct.size() <= rules_->limits.distinct && rules_->distinct_in_all <= rules_->limits.distinct_in_all) {
    return number;
  }
  rules_->distinct_in_all -= cells.distinct.size();
  cells = TextCells{{}, {}, true};
  distinct_ = Distinct();
  std::vector<Seen>().swap(seen_);
  return -1;
}

void ColumnReader::read_text(const Field& field, const Records& records) {
  TextCells& cells = column_->text;
  if (is_missing_text(field)) {
    count(column_->facts.missing, field, records);
    if (keep_ && !cells.overflowed) cells.index.push_back(-1);
    return;
  }
  double value = 0;
  const bool quoted_mark = texts_ && field.quoted && rules_->marks.holds(field.text);
  if (quoted_mark) count(column_->facts.quoted_mark, field, records);
  const bool looks = texts_ && !quoted_mark;
  if (!keep_ || cells.overflowed) {
    if (looks) look_at(field, records, value);
    return;
  }
  const std::size_t before = cells.distinct.size();
  const std::int32_t number = keep_text(field.text);
  const bool is_new = cells.overflowed || cells.distinct.size() > before;
  if (looks && !is_new && static_cast<std::size_t>(number) < seen_.size()) {
    count_again(seen_[static_cast<std::size_t>(number)]);
  } else if (looks) {
    const Seen seen = look_at(field, records, value);
    if (!cells.overflowed) {
      seen_.resize(cells.distinct.size(), Seen::text);
      seen_.back() = seen;
    }
  } else if (texts_ && is_new && !cells.overflowed) {
    seen_.resize(cells.distinct.size(), Seen::text);
  }
  if (!cells.overflowed) cells.index.push_back(number);
}

void ColumnReader::read(const Field& field, const Records& records) {
  switch (column_->read) {
    case ReadAs::nothing: return;
    case ReadAs::looks:
    case ReadAs::looks_or_two: return texts_ ? read_text(field, records) : read_number(field, records);
    case ReadAs::number: return read_number(field, records);
    case ReadAs::text:
    case ReadAs::literal: return read_text(field, records);
  }
}

/// Whole numbers of which some have a leading 0: 007.
bool ColumnReader::are_codes() const {
  if (!keep_ || column_->facts.leading_zero.count == 0 || (fractions_ & ~1U) != 0) return false;
  return std::all_of(column_->numbers.begin(), column_->numbers.end(),
                     [](double x) { return std::isnan(x) || x == std::floor(x); });
}

/// Two different numbers and no third, where that was asked for.
bool ColumnReader::are_two() const {
  if (!keep_ || column_->read != ReadAs::looks_or_two || column_->text.overflowed) return false;
  std::set<double> seen;
  for (const std::string& text : column_->text.distinct) seen.insert(parse_number(text, rules_->format).value);
  for (std::size_t i = 0; i < column_->numbers.size() && seen.size() <= 2; ++i) {
    if (!std::isnan(column_->numbers[i])) seen.insert(column_->numbers[i]);
  }
  return seen.size() == 2;
}

void ColumnReader::finish() {
  ColumnFacts& facts = column_->facts;
  column_->numbers.shrink_to_fit();
  if (may_be_either(column_->read)) {
    const bool numbers = facts.not_number.count == 0 && facts.numbers > 0 && !are_codes() && !are_two();
    const bool nothing = facts.not_number.count + facts.numbers + facts.quoted_mark.count == 0;
    holds_texts_ = !numbers && !nothing;
    lost_texts_ = holds_texts_ != texts_ && !(texts_ && nothing);
    if (nothing && !texts_) column_->text.index.assign(column_->numbers.size(), -1);
    if (!numbers) column_->numeric = false;
  }
  if (!column_->numeric) {
    column_->numbers.clear();
  } else if (facts.quoted_mark.count > 0) {  // among numbers it is a missing one
    const Place &a = facts.missing.first, &b = facts.quoted_mark.first;
    const bool earlier = std::tie(b.line, b.column) < std::tie(a.line, a.column);
    const Finding first = facts.missing.count == 0 || earlier ? facts.quoted_mark : facts.missing;
    facts.missing = {facts.missing.count + facts.quoted_mark.count, first.first, first.text};
  }
}

}  // namespace gradus::data
