// A formula as words.
#pragma once

#include <vector>

#include "gradus/app/explain/formula/source.hpp"

namespace gradus::explain {

struct Token {
  enum class Kind { number, name, symbol, end } kind = Kind::end;
  std::string_view text;
  Span span;
  double number = 0;
  bool blank_before = false, blank_after = false;  // inside [ ] blanks separate elements

  bool is(char symbol) const { return kind == Kind::symbol && text.front() == symbol; }
};

/// The tokens of a formula, the last of kind `end`. Throws UserError pointing at a character that begins none, a number
/// that is malformed or too large, or a text beyond 100,000 bytes.
std::vector<Token> tokens(const Source& source);

/// "\")\"" or "the end of the formula": the token in a message.
std::string quoted(const Token& token);

}  // namespace gradus::explain
