// Counts, sizes and places in narrower integers, checked.
#pragma once

#include <concepts>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "gradus/core/base/error.hpp"

namespace gradus {

/// A size or count beyond what the code that holds it was made for. A kernel that meets it refuses the call (ask() in
/// engine/cpu/kernels/kernel.hpp); elsewhere it reaches the user.
class TooLarge : public UserError {
  using UserError::UserError;
};

/// Throws TooLarge: "what: found ...; expected least to most; try: ...".
[[noreturn]] void refuse_too_large(std::string_view what, const std::string& found, const std::string& least,
                                   const std::string& most);

/// `value` as a To, a fraction cut off. Throws TooLarge that names `what` where a To does not hold it.
template <std::integral To, class From>
requires std::is_arithmetic_v<From> || std::is_enum_v<From>
constexpr To checked_cast(From value, std::string_view what = "a count inside of a graph") {
  using Limits = std::numeric_limits<To>;
  if constexpr (std::is_enum_v<From>) {
    return checked_cast<To>(static_cast<std::underlying_type_t<From>>(value), what);
  } else {
    bool fits = false;
    if constexpr (std::floating_point<From>) {  // bounds that are exact in any From
      constexpr To half = Limits::max() / 2 + 1;
      fits = value >= static_cast<From>(Limits::min()) && value < 2 * static_cast<From>(half);
    } else {
      fits = std::in_range<To>(value);
    }
    if (fits) return static_cast<To>(value);
    refuse_too_large(what, std::to_string(value), std::to_string(Limits::min()), std::to_string(Limits::max()));
  }
}

}  // namespace gradus
