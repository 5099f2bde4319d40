// Dates and times in the usual forms.
#pragma once

#include <string_view>

#include "gradus/learn/data/cell_rule.hpp"

namespace gradus::data {

/// Seconds since 1970-01-01 00:00 (Gregorian; UTC where a zone is said, else as if it were), or not a number:
///   2014-09-02, 2014/9/2, 2014.09.02, 20140902T134659, 02/09/2014, 2.9.14, 2 Sep 2014, 02-Sep-14, Sep 2, 2014,
///   September 2014, 1939 Jan, Jan-39, 1939-01, 1939 Q1, 1939 W05; before or alone a weekday (Tue, Tuesday);
///   then 13:46, 13:46:59, 13:46:59.25, 1:46 PM, after blanks or T or a colon, with Z, UTC, GMT, +02:00 or -0500.
/// A time alone counts from 0. Years of two digits as POSIX has them: 69 to 99 are 1969 to 1999, others 2000 to 2068.
double read_date(std::string_view text, DateOrder order);

}  // namespace gradus::data
