// Computed numbers in messages: short, and what is typed back in.
#pragma once

#include <string>

namespace gradus {

/// `value` rounded to `digits` significant digits, as short as that allows: "1e+29", "0.07", "1000", "nan".
std::string rounded(double value, int digits = 3);

/// For people: `digits` significant digits, prices as 17205 and not as 1.72e+04; "not a number", "infinite" in words.
std::string short_number(double value, int digits = 4);

}  // namespace gradus
