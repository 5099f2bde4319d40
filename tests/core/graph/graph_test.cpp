#include "gradus/core/graph/graph.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/graph/verify.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus {
namespace {

template <class F> std::string message(F&& f) {
  try {
    f();
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Attrs, AreSortedAndComparedByBits) {
  const auto literal = [](double x) { return std::make_shared<const Tensor>(Tensor(x)); };
  const Attrs a{{"b", 1.0}, {"a", std::int64_t{2}}}, b{{"a", std::int64_t{2}}, {"b", 1.0}};
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.entries()[0].first, "a");
  EXPECT_EQ((Attrs{{"v", literal(1)}}), (Attrs{{"v", literal(1)}}));
  EXPECT_EQ((Attrs{{"v", literal(NAN)}}), (Attrs{{"v", literal(NAN)}}));
  EXPECT_FALSE((Attrs{{"v", literal(0.0)}}) == (Attrs{{"v", literal(-0.0)}}));
  EXPECT_THROW(a.number("a"), InternalError);
  EXPECT_THROW(a.integer("c"), InternalError);
}

TEST(Graph, InputsHaveNamesOfTheirOwn) {
  Graph g;
  const Value x = g.input("x", {2, 3}, DType::f32);
  EXPECT_EQ(x.type(), (Type{DType::f32, {2, 3}}));
  EXPECT_EQ(g.find_input("x"), x);
  EXPECT_FALSE(g.find_input("y"));
  EXPECT_THROW(g.input("x"), UserError);
  EXPECT_THROW(g.input(""), UserError);
  EXPECT_EQ(x.rows(), 2);
  EXPECT_EQ(x.columns(), 3);
}

TEST(Graph, OutputsHaveNamesOfTheirOwn) {
  Graph g;
  const Value x = g.input("x");
  g.output("x", x);
  EXPECT_THROW(g.output("x", x), UserError);
  EXPECT_EQ(g.find_output("x"), x);
}

TEST(Graph, RefusesStrangers) {
  Graph g, other;
  const Value x = g.input("x"), y = other.input("y");
  EXPECT_NE(message([&] { x + y; }).find("another graph"), std::string::npos);
  EXPECT_THROW(exp(Value{}), UserError);
  EXPECT_THROW(g.append(input_op, {x}), UserError);
  EXPECT_TRUE(message([&] { g.output("z", y); }).starts_with("output \"z\": found a value of another graph; "));
  EXPECT_TRUE(message([&] { g.output("z", {}); }).starts_with("output \"z\": found an empty value; "));
  EXPECT_TRUE(message([&] { g.name_node(y, "b"); }).starts_with("label \"b\": found a value of another graph; "));
}

TEST(Graph, NamesTheOpAndBothTypesOfAMistake) {
  Graph g;
  const Value a = g.input("a", {2, 3}, DType::f32), b = g.input("b", {4}, DType::f32),
              c = g.input("c", {3}, DType::f64);
  const std::string shapes = message([&] { a + b; });
  EXPECT_NE(shapes.find("add: found f32[2,3] and f32[4]"), std::string::npos) << shapes;
  EXPECT_NE(message([&] { a* c; }).find("cast"), std::string::npos);
  const std::string inner = message([&] { matmul(a, a); });
  EXPECT_NE(inner.find("transpose the second"), std::string::npos) << inner;
}

TEST(Constant, RefusesWhatItsDtypeCannotHold) {
  Graph g;
  EXPECT_THROW(g.constant(0.5, DType::i64), UserError);
  EXPECT_THROW(g.constant(300, DType::u8), UserError);
  EXPECT_EQ(*uniform_constant(g.constant(3, DType::i32).node()), 3);
  EXPECT_EQ(*uniform_constant(g.constant(Tensor::from({2}, {5, 5})).node()), 5);
  EXPECT_FALSE(uniform_constant(g.constant(Tensor::from({2}, {5, 6})).node()));
  EXPECT_FALSE(is_constant(g.constant(-0.0), 0.0));
}

TEST(Print, WritesOneLineANode) {
  Graph g;
  const Value x = g.input("x", {2}, DType::f32);
  const Value y = exp(x);
  g.name_node(y, "say \"hi\"\n\\");
  g.output("y", y);
  EXPECT_EQ(print(g),
            "%0 = input {name=\"x\", type=f32[2]} : f32[2] @ \"x\"\n"
            "%1 = exp %0 : f32[2] @ \"say \\\"hi\\\"\\x0a\\\\\"\n"
            "output %1 \"y\"\n");
}

TEST(Print, NumbersAreTheShortestThatReadBack) {
  EXPECT_EQ(print_number(0.1), "0.1");
  EXPECT_EQ(print_number(-0.0), "-0");
  EXPECT_EQ(print_number(1e300), "1e+300");
  EXPECT_EQ(print_number(NAN), "nan");
  EXPECT_EQ(print_number(-INFINITY), "-inf");
  EXPECT_EQ(print(Attrs{{"a", 2.0}, {"b", std::int64_t{2}}, {"c", Integers{1, 2}}, {"d", DType::f32}}),
            "{a=2.0, b=2, c=[1,2], d=f32}");
}

TEST(Verify, SeesATypeThatTheRuleDoesNotGive) {
  Graph g;
  exp(g.input("x", {2}, DType::f32));
  EXPECT_NO_THROW(verify(g));
  const_cast<Node&>(g.node(1)).type.shape = Shape{3};
  EXPECT_THROW(verify(g), InternalError);
}

TEST(Verify, SeesAnInputThatDoesNotPrecede) {
  Graph g;
  exp(g.input("x"));
  const_cast<Node&>(g.node(1)).inputs[0] = 1;
  EXPECT_THROW(verify(g), InternalError);
  const_cast<Node&>(g.node(1)).inputs.clear();
  EXPECT_THROW(verify(g), InternalError);
}

}  // namespace
}  // namespace gradus
