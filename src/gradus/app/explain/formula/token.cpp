#include "gradus/app/explain/formula/token.hpp"

#include <charconv>

namespace gradus::explain {
namespace {

constexpr std::size_t longest_text = 100'000;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_symbol(char c) { return std::string_view("+-*/^@'()[],;=").find(c) != std::string_view::npos; }

std::size_t end_of_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

/// digits [. digits] [e [+-] digits], at least one digit before the exponent.
std::size_t end_of_number(std::string_view text, std::size_t at) {
  at = end_of_digits(text, at);
  if (at < text.size() && text[at] == '.') at = end_of_digits(text, at + 1);
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::size_t exponent = at + 1;
    if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
    const std::size_t end = end_of_digits(text, exponent);
    if (end > exponent) at = end;
  }
  return at;
}

Token number(const Source& source, std::size_t begin) {
  const std::size_t end = end_of_number(source.text, begin);
  Token token{Token::Kind::number, source.text.substr(begin, end - begin), {begin, end}};
  const auto [stop, fault] = std::from_chars(token.text.data(), token.text.data() + token.text.size(), token.number);
  if (fault == std::errc::result_out_of_range) {
    throw error_at(source, token.span, "the number " + std::string(token.text),
                   "one that a double holds, up to 1.7e308", "1e308");
  }
  if (fault != std::errc{} || stop != token.text.data() + token.text.size()) {
    throw error_at(source, token.span, "\"" + std::string(token.text) + "\"", "a number such as 2, 0.5 or 1e-3", "0.5");
  }
  const char next = end < source.text.size() ? source.text[end] : ' ';
  if (next == '.' || begins_name(next)) {
    throw error_at(source, {end, end + 1}, "\"" + std::string(1, next) + "\" right after a number", "an operator",
                   "2*x, not 2x");
  }
  return token;
}

Token next_token(const Source& source, std::size_t begin) {
  const std::string_view text = source.text;
  const char c = text[begin];
  if (is_digit(c) || (c == '.' && begin + 1 < text.size() && is_digit(text[begin + 1]))) return number(source, begin);
  if (begins_name(c)) {
    std::size_t end = begin;
    while (end < text.size() && (begins_name(text[end]) || is_digit(text[end]))) ++end;
    return {Token::Kind::name, text.substr(begin, end - begin), {begin, end}};
  }
  if (is_symbol(c)) return {Token::Kind::symbol, text.substr(begin, 1), {begin, begin + 1}};
  std::size_t end = begin + 1;  // a whole UTF-8 character
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  throw error_at(
      source, {begin, end}, "\"" + printable(text.substr(begin, end - begin)) + "\"",
      "a number, a name (letters, digits, _) or one of + - * / ^ @ ' ( ) [ ] , ; =", "the formula without it");
}

}  // namespace

std::vector<Token> tokens(const Source& source) {
  if (source.text.size() > longest_text) {
    throw UserError(Fault::usage, Report{std::string(source.name), std::to_string(source.text.size()) + " characters",
                                         "at most 100000", "several smaller formulas"});
  }
  std::vector<Token> out;
  bool blank = false;
  for (std::size_t at = 0; at < source.text.size();) {
    if (is_blank(source.text[at])) {
      blank = true, ++at;
      if (!out.empty()) out.back().blank_after = true;
      continue;
    }
    out.push_back(next_token(source, at));
    out.back().blank_before = blank;
    blank = false, at = out.back().span.end;
  }
  out.push_back({Token::Kind::end, {}, {source.text.size(), source.text.size()}});
  out.back().blank_before = blank;
  return out;
}

std::string quoted(const Token& token) {
  if (token.kind == Token::Kind::end) return "the end";
  return "\"" + std::string(token.text) + "\"";
}

}  // namespace gradus::explain
