#include "gradus/app/explain/formula/parser.hpp"

#include <algorithm>

#include "gradus/core/base/nearest.hpp"
#include "gradus/core/ops/all.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/operators.hpp"

namespace gradus::explain {
namespace {

constexpr int deepest = 100;

/// Counts how deep brackets and signs are nested; the parser's own stack is what is limited.
class Nesting {
 public:
  Nesting(int& depth, const Source& source, Span where) : depth_(depth) {
    if (depth >= deepest) {
      throw error_at(source, where, "brackets, signs or powers nested more than " + std::to_string(deepest) + " deep",
                     "less", "name a part of it: a = ...; ...");
    }
    ++depth_;
  }
  ~Nesting() { --depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  int& depth_;
};

}  // namespace

Parser::Parser(const Source& source, std::span<const Variable> variables, Graph& graph)
    : source_(source), variables_(variables), graph_(graph), tokens_(tokens(source)) {}

void Parser::expect(char symbol, const std::string& expected) {
  if (!token().is(symbol)) throw error_at(source_, token().span, quoted(token()), expected, std::string(1, symbol));
  take();
}

bool Parser::begins_element() const {
  if (!in_matrix_ || !token().blank_before) return false;
  if (token().is('+') || token().is('-')) return !token().blank_after;
  return token().kind == Token::Kind::number || token().kind == Token::Kind::name || token().is('(') || token().is('[');
}

bool Parser::operator_here(std::string_view symbols) const {
  return token().kind == Token::Kind::symbol && symbols.find(token().text.front()) != std::string_view::npos &&
         !begins_element();
}

Value Parser::statements() {
  if (token().kind == Token::Kind::end)
    throw error_at(source_, token().span, "nothing", "a formula", "(2*x + y^2) * z^3");
  Value last = statement();
  while (token().is(';')) {
    take();
    if (token().kind == Token::Kind::end) break;
    last = statement();
  }
  if (token().kind != Token::Kind::end) {
    const bool open = token().is(')') || token().is(']');
    throw error_at(
        source_, token().span, quoted(token()),
        open ? "an operator or the end: nothing is open here" : "an operator (+ - * / ^ @), \";\" or the end",
        token().is('=') ? "name = ... at the beginning of a statement"
        : open          ? "the formula without it"
                        : "*");
  }
  return last;
}

Value Parser::statement() {
  const bool named = token().kind == Token::Kind::name && ahead(1).is('=');
  if (!named) return expression();
  const Token name = take();
  take();
  const auto taken = [&](const std::string& what) {
    throw error_at(source_, name.span, "\"" + std::string(name.text) + "\" " + what,
                   "a name of its own for every statement", std::string(name.text) + "2");
  };
  if (names_.count(name.text)) taken("a second time");
  for (const Variable& variable : variables_) {
    if (variable.name == name.text) taken("that has a value already");
  }
  const Value value = expression();
  names_.emplace(name.text, value);
  if (value.node().label.empty()) graph_.name_node(value, std::string(name.text));
  return value;
}

std::vector<Variable> Parser::definitions() {
  std::vector<Variable> out;
  while (true) {
    if (token().kind != Token::Kind::name || !ahead(1).is('=')) {
      throw error_at(source_, token().span, quoted(token()), "name=value", "x=4, W=[1 2; 3 4]");
    }
    const Token name = take();
    take();
    for (const Variable& other : out) {
      if (other.name == name.text)
        throw error_at(source_, name.span, "a second value of " + other.name, "one", "the first alone");
    }
    const Value value = expression();
    out.push_back({std::string(name.text), interpret({value}, {})[0]});
    if (token().kind == Token::Kind::end) return out;
    if (!token().is(',') && !token().is(';')) {
      throw error_at(source_, token().span, quoted(token()), "\",\" before the next name, or the end", ",");
    }
    take();
    if (token().kind == Token::Kind::end) return out;
  }
}

Value Parser::binary(const Token& op, Value a, Value b) {
  try {
    for (const Op* candidate : all_ops()) {
      if (candidate->infix == op.text) return apply(*candidate, {a, b});
    }
  } catch (const UserError& error) {
    throw error_at(source_, op.span, error.what());
  }
  throw InternalError("a formula's operator that no op has");
}

Value Parser::expression() {
  const Nesting nesting(depth_, source_, token().span);
  Value left = term();
  while (operator_here("+-")) {
    const Token op = take();
    left = binary(op, left, term());
  }
  return left;
}

Value Parser::term() {
  Value left = unary();
  while (operator_here("*/@")) {
    const Token op = take();
    left = binary(op, left, unary());
  }
  return left;
}

Value Parser::unary() {
  if (!token().is('-') && !token().is('+')) return power();
  const Nesting nesting(depth_, source_, token().span);
  const Token sign = take();
  const Value value = unary();
  if (sign.is('+')) return value;
  const auto number = uniform_constant(value.node());
  const bool literal = number && value.shape().rank() == 0 && value.node().label.empty();
  return literal ? graph_.constant(-*number) : -value;  // -2 is a number, -x an operation
}

Value Parser::power() {
  const Value base = postfix();
  if (!operator_here("^")) return base;
  const Nesting nesting(depth_, source_, token().span);
  const Token op = take();
  return binary(op, base, unary());
}

Value Parser::postfix() {
  Value value = primary();
  while (token().is('\'') && !(in_matrix_ && token().blank_before)) {
    const Token quote = take();
    if (value.shape().rank() < 2) continue;  // a number is its own transpose
    try {
      value = transpose(value);
    } catch (const UserError& error) {
      throw error_at(source_, quote.span, error.what());
    }
  }
  return value;
}

Value Parser::primary() {
  if (token().kind == Token::Kind::number) return graph_.constant(take().number);
  if (token().kind == Token::Kind::name) {
    const bool calls = ahead(1).is('(') && !(in_matrix_ && ahead(1).blank_before);
    return calls ? call() : variable();
  }
  if (token().is('(')) {
    const Within outside(in_matrix_, false);
    take();
    const Value value = expression();
    expect(')', "an operator or \")\"");
    return value;
  }
  if (token().is('[')) return matrix();
  throw error_at(source_, token().span, quoted(token()), "a number, a name, \"(\" or \"[\"", "1");
}

std::string Parser::missing_values() const {
  std::set<std::string> defined, missing;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (tokens_[i].kind == Token::Kind::name && tokens_[i + 1].is('=')) defined.insert(std::string(tokens_[i].text));
  }
  for (const Variable& variable : variables_) defined.insert(variable.name);
  for (std::size_t i = at_; i < tokens_.size(); ++i) {
    if (tokens_[i].kind != Token::Kind::name || tokens_[i + 1].is('(')) continue;
    const std::string name(tokens_[i].text);
    if (!defined.count(name) && !is_function(name)) missing.insert(name);
  }
  std::string out;
  for (const std::string& name : missing) out += (out.empty() ? "" : ",") + name + "=...";
  return out;
}

Value Parser::variable() {
  const Token& name = token();
  if (const auto found = names_.find(name.text); found != names_.end()) return take(), found->second;
  if (const auto found = inputs_.find(name.text); found != inputs_.end()) return take(), found->second;
  std::vector<std::string> known;
  for (const auto& [other, value] : names_) known.push_back(other);
  for (const Variable& given : variables_) {
    known.push_back(given.name);
    if (given.name != name.text) continue;
    take();
    const Value input = graph_.input(given.name, given.value.type());
    inputs_.emplace(given.name, input);
    return input;
  }
  const std::string text(name.text);
  if (is_function(text)) {
    throw error_at(source_, name.span, "the function \"" + text + "\" without its values", text + "(...)",
                   "gradus ops, which lists what it takes");
  }
  const std::string close = nearest(text, std::span<const std::string>(known));
  const std::string missing = missing_values();
  const bool mistyped = !close.empty() && text.size() > 1;  // every single letter is near every other
  const std::string remedy = mistyped || missing.empty() ? (close.empty() ? "a number" : close) : "--at " + missing;
  throw error_at(source_, name.span, "\"" + text + "\", which has no value",
                 "a name with a value, or a statement before it", remedy);
}

Value Parser::call() {
  Call call{take(), {}, {}};
  const Within outside(in_matrix_, false);
  take();  // "("
  const bool known = is_function(call.name.text);
  const bool given =
      std::any_of(variables_.begin(), variables_.end(), [&](const auto& v) { return v.name == call.name.text; });
  if (!known && (given || names_.count(call.name.text))) {
    throw error_at(source_, call.name.span, "the variable \"" + std::string(call.name.text) + "\" called as a function",
                   "an operator", std::string(call.name.text) + "*(...)");
  }
  if (!known) apply_function(source_, call);  // throws: before its arguments are complained of
  while (true) {
    if (token().kind == Token::Kind::name && ahead(1).is('=')) {
      const Token name = take();
      take();
      call.named.push_back({name, attribute(name)});
    } else if (call.named.empty()) {
      call.values.push_back(expression());
    } else {
      throw error_at(source_, token().span, quoted(token()), "name=... : values come first",
                     "this one before the names, as in sum(x, axis=0)");
    }
    if (!token().is(',')) break;
    take();
  }
  expect(')', "\",\" or \")\"");
  return apply_function(source_, call);
}

}  // namespace gradus::explain
