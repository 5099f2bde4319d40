// Brackets: matrices of values, and the whole numbers of attributes.
#include "gradus/app/explain/formula/parser.hpp"

#include <cmath>

#include "gradus/core/ops/layout.hpp"

namespace gradus::explain {

Value Parser::element(Span where, Value value) {
  if (value.shape().rank() == 0) return value;
  throw error_at(source_, where, to_string(value.shape()) + " as an element", "one number",
                 "concatenate(a, b, axis=0) to join matrices");
}

Value Parser::matrix() {
  const Span open = token().span;
  const Within inside(in_matrix_, true);
  take();
  std::vector<Values> rows(1);
  while (true) {
    const Span begin = token().span;
    rows.back().push_back(element(begin, expression()));
    if (token().is(']')) break;
    if (token().is(';')) {
      rows.emplace_back();
      take();
    } else if (token().is(',')) {
      take();
    } else if (!begins_element()) {
      throw error_at(source_, token().span, quoted(token()), "an element, \",\", \";\" or \"]\"", "]");
    }
  }
  const Span whole{open.begin, take().span.end};
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].size() == rows[0].size()) continue;
    throw error_at(
        source_, whole, "row " + std::to_string(i + 1) + " of " + std::to_string(rows[i].size()) + " elements",
        std::to_string(rows[0].size()) + ", as in row 1", "\";\" ends a row, blanks or \",\" separate elements");
  }
  return join(rows, whole);
}

Value Parser::join(const std::vector<Values>& rows, Span) {
  const Shape shape{static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(rows[0].size())};
  std::vector<double> numbers;
  for (const Values& row : rows) {
    for (Value value : row) {
      if (value.node().op == &constant_op && value.node().label.empty())
        numbers.push_back(*uniform_constant(value.node()));
    }
  }
  if (static_cast<std::int64_t>(numbers.size()) == shape.count()) return graph_.constant(Tensor::from(shape, numbers));
  Values lines;
  for (const Values& row : rows) {
    Values cells;
    for (Value value : row) cells.push_back(reshape(value, Shape{1, 1}));
    lines.push_back(cells.size() == 1 ? cells[0] : concatenate(cells, 1));
  }
  return lines.size() == 1 ? lines[0] : concatenate(lines, 0);
}

std::int64_t Parser::whole_number() {
  const bool negative = token().is('-');
  if (negative) take();
  const Token number = token();
  const auto whole = static_cast<std::int64_t>(std::abs(number.number) < 1e15 ? number.number : 0.5);
  if (number.kind != Token::Kind::number || static_cast<double>(whole) != number.number) {
    throw error_at(source_, number.span, quoted(number), "a whole number", "1");
  }
  take();
  return negative ? -whole : whole;
}

Attribute Parser::attribute(const Token& name) {
  if (name.text == "dtype") {
    const auto dtype = parse_dtype(token().text);
    if (!dtype) throw error_at(source_, token().span, quoted(token()), "f64, f32, i64, i32 or u8", "f64");
    take();
    return *dtype;
  }
  if (!token().is('[')) return whole_number();
  take();
  Integers out;
  while (!token().is(']')) {
    out.push_back(whole_number());
    if (token().is(',')) take();
  }
  take();
  return out;
}

}  // namespace gradus::explain
