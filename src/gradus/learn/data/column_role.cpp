#include "gradus/learn/data/column_role.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/column_checks.hpp"

namespace gradus::data {
namespace {

constexpr std::int64_t enough_rows_to_judge = 20;

std::string named(const std::string& name) { return "\"" + printable(name) + "\""; }

/// Of the cells that are there.
struct NumberFacts {
  std::int64_t count = 0, by_one = 0;  // by_one: cells that are 1 more (or all: 1 less) than the one before
  bool whole = true, different = true, forward = true;
  double least = 0, most = 0;

  /// Every row has the next number, but for a few rows that were taken out.
  bool counts() const { return forward && different && 10 * by_one >= 9 * (count - 1); }
};

NumberFacts facts_of(std::span<const double> numbers) {
  NumberFacts out;
  std::unordered_set<double> seen;
  double last = 0, step = 0;
  for (const double x : numbers) {
    if (!std::isfinite(x)) continue;
    if (x != std::floor(x)) {
      out.whole = out.different = false;
      return out;  // nothing else is asked of them
    }
    if (out.count == 0) out.least = out.most = x;
    else if (out.count == 1) step = x > last ? 1 : -1;
    if (out.count > 0) {
      out.by_one += x - last == step ? 1 : 0;
      out.forward = out.forward && (x - last) * step > 0;
    }
    out.least = std::min(out.least, x), out.most = std::max(out.most, x);
    out.different = out.different && seen.insert(x).second;
    last = x;
    ++out.count;
  }
  return out;
}

/// "id", "user_id", "userId", "User ID", "rownames": but not "paid".
bool names_an_identifier(const std::string& name) {
  std::string lower = name;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const char* word : {"id", "index", "rownames", "rowname", "row", "uuid", "guid"}) {
    if (lower == word) return true;
  }
  if (!lower.ends_with("id") || lower.size() < 3) return false;
  const char before = name[name.size() - 3];
  const bool camel = before >= 'a' && before <= 'z' && name[name.size() - 2] == 'I';
  return camel || before == '_' || before == ' ' || before == '.' || before == '-';
}

bool are_years(const NumberFacts& facts) {
  constexpr double first = 1500, last = 2200;
  return facts.least >= first && facts.most <= last;
}

/// "no", "Nr.", "Row number", "Unnamed: 0": rows may be counted by a column of another name too, but there it may as
/// well be a time or a place.
bool names_a_counter(const std::string& name) {
  if (names_an_identifier(name)) return true;
  std::string letters;
  for (const char c : name) {
    if (c >= 'a' && c <= 'z') letters += c;
    else if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c - 'A' + 'a');
  }
  for (const char* word : {"",       "no",        "nr",           "num",     "number",      "count", "counter",
                           "rownum", "rownumber", "rownr",        "rowno",   "sno",         "slno",  "srno",
                           "serial", "serialno",  "serialnumber", "obs",     "observation", "case",  "caseno",
                           "record", "recordno",  "entry",        "unnamed", "rank",        "seq",   "sequence"}) {
    if (letters == word) return true;
  }
  return false;
}

/// Of numbers of a column that nobody said to keep.
std::optional<LeftOut> leave_numbers_out(const Column& column, std::span<const double> cells) {
  const NumberFacts facts = facts_of(cells);
  if (facts.count < enough_rows_to_judge || !facts.whole) return std::nullopt;
  if (facts.counts() && !are_years(facts) && names_a_counter(column.name)) return LeftOut::counter;
  if (facts.different && names_an_identifier(column.name)) return LeftOut::identifier;
  // Twelve digits and more that are no milliseconds since 1970 (of this time).
  constexpr double many_digits = 1e11, first_moment = 1e12, last_moment = 2.2e12;
  const bool moments = facts.least >= first_moment && facts.most <= last_moment;
  const bool code = column.facts.large_integer.count > 0 || (facts.least >= many_digits && !moments);
  if (facts.different && code) return LeftOut::code;
  return std::nullopt;
}

/// Of texts of which nearly each is another one.
LeftOut why_left_out(const Column& column) {
  std::size_t blanks = 0, letters = 0;
  for (const std::string& text : column.text.distinct) {
    blanks += static_cast<std::size_t>(std::count(text.begin(), text.end(), ' '));
    letters += text.size();
  }
  const auto count = static_cast<double>(std::max<std::size_t>(1, column.text.distinct.size()));
  constexpr double words = 4, length = 60;
  const bool prose =
      static_cast<double>(blanks) >= (words - 1) * count || static_cast<double>(letters) >= length * count;
  if (prose) return LeftOut::text;
  return column.facts.leading_zero.count > 0 ? LeftOut::code : LeftOut::identifier;
}

ColumnRole of_numbers(const Column& column, const CellRule& rule, const FitOptions& options, bool keep) {
  std::vector<double> own;
  if (!keep) {
    const auto cells = cell_numbers(column, rule, own);
    if (const auto why = leave_numbers_out(column, cells)) return {ignored_encoder(*why), {}};
    const NumberFacts facts = facts_of(cells);
    if (facts.count >= enough_rows_to_judge && facts.whole && facts.counts() && !are_years(facts))
      return {.encoder = options.numbers, .rule = rule, .counts = true};
  }
  return {options.numbers, rule};
}

ColumnRole of_texts(const Table& table, const Column& column, const FitOptions& options, bool keep) {
  if (column.text.overflowed && !keep) return {ignored_encoder(LeftOut::text), {}};
  require_few_texts(table, column);
  if (column.read == ReadAs::looks) {
    if (const auto unit = unit_of(column)) return of_numbers(column, *unit, options, keep);
    if (column.text.distinct.size() > 1 && column.facts.not_number.count > 0) {
      if (auto date = find_date(column.text.distinct)) return {date_encoder(), date->rule, std::move(date->fitting)};
    }
    refuse_disguised_numbers(table, column);
    if (is_mostly_numbers(table, column)) return of_numbers(column, {}, options, keep);
  }
  if (!keep && nearly_all_different(column)) return {ignored_encoder(why_left_out(column)), {}};
  return {one_hot_encoder(), {}};
}

ColumnRole by_rule(const Table& table, const Column& column, const kinds::Recipe<EncoderKind>& encoder) {
  const Cells cells = encoder.of().cells;
  ColumnRole out{encoder, {}};
  if (cells == Cells::nothing || column.numeric) return out;
  require_few_texts(table, column);
  if (cells == Cells::numbers) {
    if (const auto unit = unit_of(column)) out.rule = *unit;
    else if (column.facts.not_number.count > 0 && !is_mostly_numbers(table, column)) require_numeric(table, column);
  }
  if (cells != Cells::dates) return out;
  std::optional<DateOrder> asked;
  for (const DateOrder one : {DateOrder::dmy, DateOrder::mdy, DateOrder::ymd}) {
    if (encoder.keys.word("order") == name(one)) asked = one;
  }
  const auto find = [&](std::span<const std::string> texts) {
    return asked ? find_date(texts, *asked) : find_date(texts);
  };
  const auto& texts = column.text.distinct;
  const auto date = find(texts);
  if (!date) {
    const auto bad = std::find_if(texts.begin(), texts.end(), [&](const auto& text) { return !find({&text, 1}); });
    throw UserError(Fault::data,
                    Report{describe(table, column), bad == texts.end() ? "dates in different orders" : named(*bad),
                           "dates as 2014-09-02 13:46:59, 2 Sep 2014 or 1939 Q1, all in one order",
                           "another rule for the column, such as \"one_hot\""});
  }
  out.rule = date->rule, out.orders = date->fitting;
  return out;
}

}  // namespace

bool nearly_all_different(const Column& column) {
  if (column.text.overflowed) return true;
  const auto filled = std::count_if(column.text.index.begin(), column.text.index.end(), [](auto i) { return i >= 0; });
  return filled >= enough_rows_to_judge && 2 * std::ssize(column.text.distinct) > filled;
}

std::optional<CellRule> unit_of(const Column& column) {
  if (column.numeric || column.text.overflowed || column.text.distinct.empty()) return std::nullopt;
  return find_unit(column.text.distinct);
}

namespace {

ColumnRole role_of(const Table& table, const Column& column, const FitOptions& options, const ColumnRule* rule,
                   bool keep) {
  if (rule != nullptr && rule->encoder) return by_rule(table, column, rule->encoder);
  const bool categorical =
      std::find(options.categorical.begin(), options.categorical.end(), column.name) != options.categorical.end();
  if (categorical) {
    require_few_texts(table, column);
    return {one_hot_encoder(), {}};
  }
  return column.numeric ? of_numbers(column, {}, options, keep) : of_texts(table, column, options, keep);
}

}  // namespace

ColumnRole find_role(const Table& table, const Column& column, const FitOptions& options, bool keep) {
  const auto rule = std::find_if(options.columns.begin(), options.columns.end(),
                                 [&](const ColumnRule& one) { return one.name == column.name; });
  const bool asked = rule != options.columns.end();
  ColumnRole role = role_of(table, column, options, asked ? &*rule : nullptr, keep || asked);
  role.asked = asked;
  return role;
}

std::string columns_word(std::span<const std::string> names) {
  std::string out;
  for (const std::string& name : names) {
    const bool plain =
        !name.empty() && name.find_first_of(",\"") == std::string::npos && name.front() != ' ' && name.back() != ' ';
    std::string field = plain ? name : "\"";
    if (!plain) {
      for (const char c : name) field += c == '"' ? std::string("\"\"") : std::string(1, c);
      field += '"';
    }
    out += (out.empty() ? "" : ",") + field;
  }
  constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.,:+-";
  out = printable(out);
  if (!out.empty() && out.find_first_not_of(safe) == std::string::npos && out[0] != '-') return out;
  std::string quoted = "'";
  for (const char c : out) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

void RoleNotes::add_left_out(const std::string& name, LeftOut why) { left_.push_back({name, why}); }

void RoleNotes::add(const Column& column, const ColumnRole& role) {
  const auto example = [&] { return column.text.distinct.empty() ? "" : printable(column.text.distinct[0]); };
  if (role.rule.form == CellRule::Form::unit) units_.push_back(named(column.name) + " (" + example() + ")");
  if (role.counts) {
    doubts_.push_back({false, named(column.name) +
                                  " counts the rows and is used; where it says nothing of new rows: "
                                  "--ignore " +
                                  columns_word(std::vector{column.name})});
  }
  if (role.rule.form != CellRule::Form::date) return;
  const double first = read_cell(role.rule, column.text.distinct[0]);
  dates_.push_back(named(column.name) + " (" + example() + " is " + date_text(first) + ")");
  if (role.orders.size() < 2) return;
  std::string others;
  for (const DateOrder order : role.orders) {
    if (order != role.rule.order) others += (others.empty() ? "" : " or ") + std::string(name(order));
  }
  doubts_.push_back({true, named(column.name) + " could be read as " + others + " too; here " + example() + " is " +
                               date_text(first) + "; --set 'columns." + printable(column.name) + "=date order " +
                               others.substr(0, 3) + "' changes that"});
}

namespace {

std::string listed(std::span<const std::string> items) {
  constexpr std::size_t most = 12;
  std::string out;
  for (std::size_t i = 0; i < std::min(most, items.size()); ++i) out += (i ? ", " : "") + items[i];
  return items.size() > most ? out + " and " + std::to_string(items.size() - most) + " more" : out;
}

}  // namespace

void RoleNotes::say(const std::string& source, Notes& notes) const {
  const std::string of = printable(source) + ": ";
  if (!units_.empty()) notes.push_back({false, of + "numbers with a unit: " + listed(units_)});
  if (!dates_.empty()) notes.push_back({false, of + "dates: " + listed(dates_)});
  notes.insert(notes.end(), doubts_.begin(), doubts_.end());
  if (left_.empty()) return;
  std::vector<std::string> items, again;
  for (const Left& one : left_) {
    items.push_back(named(one.name) + " (" + std::string(describe(one.why)) + ")");
    const bool nothing = one.why == LeftOut::empty || one.why == LeftOut::constant || one.why == LeftOut::asked;
    if (!nothing) again.push_back(one.name);
  }
  std::string text = of + "left out: " + listed(items);
  if (!again.empty())
    text += "; --keep " + columns_word(again) + " takes " + (again.size() == 1 ? "it" : "them") + " in";
  notes.push_back({false, text});
}

}  // namespace gradus::data
