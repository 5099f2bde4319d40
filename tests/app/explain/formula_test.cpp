#include "gradus/app/explain/formula/formula.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/ops/interpret.hpp"

namespace gradus::explain {
namespace {

Tensor value_of(const std::string& text, const std::string& at = "") {
  const auto variables = at.empty() ? std::vector<Variable>{} : parse_variables(at);
  Formula formula = parse_formula(text, variables);
  return interpret(std::vector{formula.graph.value(formula.output)}, formula.bindings())[0];
}

double number(const std::string& text, const std::string& at = "") { return value_of(text, at).number(); }

std::string error(const std::string& text, const std::string& at = "") {
  try {
    value_of(text, at);
  } catch (const UserError& e) {
    return e.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Formula, Precedence) {
  EXPECT_EQ(number("-x^2", "x=3"), -9);
  EXPECT_EQ(number("(-x)^2", "x=3"), 9);
  EXPECT_EQ(number("2^3^2"), 512);
  EXPECT_EQ(number("2^-1"), 0.5);
  EXPECT_EQ(number("8/4*2"), 4);
  EXPECT_EQ(number("8-4-2"), 2);
  EXPECT_EQ(number("2+3*4"), 14);
  EXPECT_EQ(number("--2"), 2);
  EXPECT_EQ(number("- -2^2"), 4);
  EXPECT_EQ(number("+2*-3"), -6);
}

TEST(Formula, Numbers) {
  EXPECT_EQ(number("1e3"), 1000);
  EXPECT_EQ(number(".5"), 0.5);
  EXPECT_EQ(number("2."), 2);
  EXPECT_EQ(number("1.5e-2"), 0.015);
}

TEST(Formula, StatementsNameTheirNodes) {
  const auto variables = parse_variables("x=4,y=3");
  Formula formula = parse_formula("g1 = 2*x; g2 = y^2; g1 + g2;", variables);
  const auto nodes = interpret_all(formula.graph, formula.bindings());
  EXPECT_EQ(nodes[static_cast<std::size_t>(formula.output)].number(), 17);
  int found = 0;
  for (const gradus::Node& node : formula.graph.nodes()) found += node.label == "g1" || node.label == "g2";
  EXPECT_EQ(found, 2);
}

TEST(Formula, Matrices) {
  EXPECT_EQ(value_of("[1 2; 3 4]").shape(), (Shape{2, 2}));
  EXPECT_EQ(value_of("[1, 2, 3]").shape(), (Shape{1, 3}));
  EXPECT_EQ(value_of("[1 2 3]'").shape(), (Shape{3, 1}));
  EXPECT_EQ(value_of("[1 -2]").shape(), (Shape{1, 2}));
  EXPECT_EQ(value_of("[1 - 2]").shape(), (Shape{1, 1}));
  EXPECT_EQ(value_of("[1-2]").number(), -1);
  EXPECT_EQ(value_of("[x x^2; (2) sin(0)]", "x=3").numbers(), (std::vector<double>{3, 9, 2, 0}));
  EXPECT_EQ(value_of("[1 2; 3 4] @ [5; 6]").numbers(), (std::vector<double>{17, 39}));
  EXPECT_EQ(value_of("W' @ x", "W=[1 2; 3 4], x=[5; 6]").numbers(), (std::vector<double>{23, 34}));
  EXPECT_EQ(value_of("[1 2; 3 4] + [10 20]").numbers(), (std::vector<double>{11, 22, 13, 24}));
}

TEST(Formula, FunctionsOfTheOpList) {
  EXPECT_EQ(number("sum([1 2; 3 4])"), 10);
  EXPECT_EQ(value_of("sum([1 2; 3 4], axis=0)").numbers(), (std::vector<double>{4, 6}));
  EXPECT_EQ(value_of("sum([1 2; 3 4], axis=-1, keep=1)").shape(), (Shape{2, 1}));
  EXPECT_EQ(number("max(4, 5)"), 5);
  EXPECT_EQ(number("max([4 7 5])"), 7);
  EXPECT_EQ(number("ln(1)"), 0);
  EXPECT_EQ(number("pow(2, 3)"), 8);
  EXPECT_EQ(number("where(greater(x, 0), x, 0)", "x=4"), 4);
  EXPECT_NEAR(number("sum(softmax([1 2 3]))"), 1, 1e-15);
  EXPECT_EQ(value_of("transpose([1 2 3])").shape(), (Shape{3, 1}));
  EXPECT_EQ(value_of("cast([1.5 2.5], dtype=i64)").dtype(), DType::i64);
}

TEST(Formula, ValuesAreFormulasThemselves) {
  const auto variables = parse_variables("x=1/4, y=-2, W=[1 2; 3 4]', z=sqrt(9)");
  ASSERT_EQ(variables.size(), 4u);
  EXPECT_EQ(variables[0].value.number(), 0.25);
  EXPECT_EQ(variables[1].value.number(), -2);
  EXPECT_EQ(variables[2].value.numbers(), (std::vector<double>{1, 3, 2, 4}));
  EXPECT_EQ(variables[3].value.number(), 3);
}

TEST(Formula, ErrorsPointAtTheColumn) {
  EXPECT_EQ(error("(2*x + ) * z", "x=1,z=1"),
            "formula, column 8: found \")\"; expected a number, a name, \"(\" or \"[\"; try: 1\n"
            "  (2*x + ) * z\n"
            "         ^");
  EXPECT_EQ(
      error("sigmod(x)", "x=1"),
      "formula, column 1: found the unknown function \"sigmod\"; expected one of those in gradus ops; try: sigmoid\n"
      "  sigmod(x)\n"
      "  ^~~~~~");
  EXPECT_TRUE(contains(error("(x", "x=1"), "column 3: found the end; expected an operator or \")\""));
  EXPECT_TRUE(contains(error("x)", "x=1"), "column 2: found \")\""));
  EXPECT_TRUE(contains(error("(x", "x=1"), "try: )"));
  EXPECT_TRUE(contains(error("where(x)", "x=1"), "try: where(a, b, c)"));
  EXPECT_TRUE(contains(error("reshape(x, x)", "x=1"), "try: reshape(a, shape=...)"));
  EXPECT_TRUE(contains(error("x = 2; x", "x=1"), "try: x2"));
  EXPECT_TRUE(contains(error("2x", "x=1"), "try: 2*x"));
  EXPECT_TRUE(contains(error("x $ 2", "x=1"), "column 3: found \"$\""));
  EXPECT_TRUE(contains(error("\xC3\xA9 + x", "x=1"), "column 1"));
  EXPECT_TRUE(contains(error("1 + \x1b[31m", "x=1"), "\\x1b"));
  EXPECT_TRUE(contains(error("[1 2; 3]"), "row 2 of 1 elements; expected 2"));
  EXPECT_TRUE(contains(error("", "x=1"), "found nothing"));
  EXPECT_TRUE(contains(error("1e999"), "1.7e308"));
}

TEST(Formula, NamesThatAreMissing) {
  EXPECT_TRUE(contains(error("y * z", "x=1"), "try: --at y=...,z=..."));
  EXPECT_TRUE(contains(error("weigth * 2", "weight=1"), "try: weight"));
  EXPECT_TRUE(contains(error("x", "x=1,weight=2"), "no \"weight\""));
  EXPECT_TRUE(contains(error("sigmoid", "x=1"), "without its values"));
  EXPECT_TRUE(contains(error("x(3)", "x=1"), "try: x*(...)"));
  EXPECT_TRUE(contains(error("a = 1; a = 2; a"), "a second time"));
  EXPECT_TRUE(contains(error("x = 2", "x=1"), "has a value already"));
  EXPECT_TRUE(contains(error("x", "x=1,x=2"), "a second value of x"));
}

TEST(Formula, ShapesThatDoNotFitPointAtTheOperator) {
  const std::string text = error("A @ B", "A=[1 2; 3 4], B=[1 2 3]");
  EXPECT_TRUE(contains(text, "column 3: matmul: found f64[2,2] times f64[1,3]")) << text;
  EXPECT_TRUE(contains(text, "\n  A @ B\n    ^")) << text;
  EXPECT_TRUE(contains(error("max(1, 2, 3)"), "3 values; expected 1 for max"));
  EXPECT_TRUE(contains(error("sum([1 2], axs=1)"), "try: axes"));
  EXPECT_TRUE(contains(error("sum([1 2], axis=5)"), "column 1: sum: found axes [5] of f64[1,2]"));
}

TEST(Formula, DepthAndSizeAreBounded) {
  const std::string deep = std::string(40000, '(') + "x" + std::string(40000, ')');
  EXPECT_TRUE(contains(error(deep, "x=1"), "nested more than 100 deep"));
  EXPECT_TRUE(contains(error(std::string(90000, '-') + "x", "x=1"), "nested more than 100 deep"));
  std::string powers = "x";
  for (int i = 0; i < 20000; ++i) powers += "^x";
  EXPECT_TRUE(contains(error(powers, "x=1"), "nested more than 100 deep"));
  EXPECT_TRUE(contains(error(std::string(40000, '['), "x=1"), "nested more than 100 deep"));
  EXPECT_TRUE(contains(error(std::string(200000, ' '), "x=1"), "at most 100000"));
  std::string sum = "x";
  for (int i = 0; i < 20000; ++i) sum += "+x";
  EXPECT_EQ(number(sum, "x=1"), 20001);
}

TEST(Formula, WhateverTheTextItIsAValueOrAUserError) {
  const std::string alphabet = "x1 .+-*/^@'()[],;=ae\n";
  std::uint32_t state = 12345;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (int length = 1 + i % 12; length > 0; --length) {
      state = state * 1664525u + 1013904223u;
      text += alphabet[(state >> 16) % alphabet.size()];
    }
    EXPECT_NO_FATAL_FAILURE(error(text, "x=2"));  // UserError is caught; anything else ends the test
  }
}

}  // namespace
}  // namespace gradus::explain
