// The text of a formula, and errors that point into it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gradus/core/base/error.hpp"

namespace gradus::explain {

/// Bytes [begin, end) of a formula.
struct Span {
  std::size_t begin = 0, end = 0;
};

/// What a formula is called in messages ("formula", "--at") and its text.
struct Source {
  std::string_view name;
  std::string_view text;
};

/// Column of a byte, from 1, in characters (UTF-8 code points).
std::size_t column(const Source& source, std::size_t byte);

/// "formula, column 7: found ...; expected ...; try: ..." with the line and a caret under the place below it.
UserError error_at(const Source& source, Span where, const std::string& found, const std::string& expected,
                   const std::string& remedy);
/// The same for a message that says it all ("add: found ...; expected ...").
UserError error_at(const Source& source, Span where, const std::string& message);

}  // namespace gradus::explain
