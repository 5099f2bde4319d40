// How the text of a cell is a number: as it stands, with a unit, or as a date. Decided over all cells of a column.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/data/table.hpp"

namespace gradus::data {

/// Of dates whose month is a number and whose year is not the first.
enum class DateOrder { dmy, mdy, ymd };

struct CellRule {
  enum class Form { number, unit, date };
  Form form = Form::number;
  std::string before, after;         // a unit, with its blanks: "$", " kms"
  DateOrder order = DateOrder::ymd;  // of dates
  friend bool operator==(const CellRule&, const CellRule&) = default;
};

/// What `text` is by `rule`: a number (of a unit also without it), or seconds since 1970 for a date, without leap
/// seconds, of times without a date since midnight; not a number where it is none.
double read_cell(const CellRule& rule, std::string_view text);

/// The cells of a column by `rule`, those of a column of numbers as they are, put into `own`. Missing cells, and
/// those that are none, are not a number. REQUIRES: not overflowed.
std::span<const double> cell_numbers(const Column& column, const CellRule& rule, std::vector<double>& own);

/// The unit that all `texts` have around their numbers; nothing when they do not, or one is a plain number.
std::optional<CellRule> find_unit(std::span<const std::string> texts);

/// How all of `texts` are dates, and whether other orders fit as well.
struct FoundDate {
  CellRule rule;
  std::vector<DateOrder> fitting;
};
/// Of several orders the one in which the texts, in the order of their first appearance, never go back; else days
/// before months, unless they are between slashes.
std::optional<FoundDate> find_date(std::span<const std::string> texts);
/// The same in a given order.
std::optional<FoundDate> find_date(std::span<const std::string> texts, DateOrder order);

std::string_view name(DateOrder order);

/// A point in time by the calendar.
struct Civil {
  std::int64_t year = 1970;
  int month = 1, day = 1;
};
Civil civil(double seconds);
/// Days since 1970-01-01 of the Gregorian calendar.
std::int64_t days_of(const Civil& date);

/// "2014-09-02 13:46:59", or without a time where it is midnight.
std::string date_text(double seconds);

}  // namespace gradus::data
