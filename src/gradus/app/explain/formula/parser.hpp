// The grammar of docs/reference/formulas.md, one function a rule; values are appended to the graph as they are read.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>

#include "gradus/app/explain/formula/formula.hpp"
#include "gradus/app/explain/formula/functions.hpp"

namespace gradus::explain {

/// Sets a flag and restores it.
class Within {
 public:
  Within(bool& flag, bool value) : flag_(flag), before_(flag) { flag = value; }
  ~Within() { flag_ = before_; }
  Within(const Within&) = delete;
  Within& operator=(const Within&) = delete;

 private:
  bool& flag_;
  bool before_;
};

class Parser {
 public:
  /// `source` and `variables` must outlive the parser.
  Parser(const Source& source, std::span<const Variable> variables, Graph& graph);

  /// statement { ";" statement } [ ";" ]: the value of the last one.
  Value statements();
  /// name "=" expression { "," name "=" expression }, each in a graph of its own.
  std::vector<Variable> definitions();
  /// The inputs that were made, by variable.
  const std::map<std::string, Value, std::less<>>& inputs() const { return inputs_; }

 private:
  Value statement();
  Value expression();  // term { ("+" | "-") term }
  Value term();        // unary { ("*" | "/" | "@") unary }
  Value unary();       // [ "-" | "+" ] power
  Value power();       // postfix [ "^" unary ]
  Value postfix();     // primary { "'" }
  Value primary();     // number | name | name "(" arguments ")" | "(" expression ")" | matrix
  Value variable();
  Value call();
  Value matrix();  // "[" row { ";" row } "]"
  Attribute attribute(const Token& name);
  std::int64_t whole_number();

  Value join(const std::vector<Values>& rows, Span where);
  Value binary(const Token& op, Value a, Value b);
  Value element(Span where, Value value);
  std::string missing_values() const;

  const Token& token() const { return tokens_[at_]; }
  const Token& ahead(std::size_t n) const { return tokens_[std::min(at_ + n, tokens_.size() - 1)]; }
  Token take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  void expect(char symbol, const std::string& expected);
  /// Inside [ ], whether the next token begins a new element: "1 -2" has two, "1 - 2" and "1-2" have one.
  bool begins_element() const;
  bool operator_here(std::string_view symbols) const;

  const Source& source_;
  std::span<const Variable> variables_;
  Graph& graph_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool in_matrix_ = false;
  std::map<std::string, Value, std::less<>> names_, inputs_;
};

}  // namespace gradus::explain
