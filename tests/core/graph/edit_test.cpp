#include "gradus/core/graph/edit.hpp"

#include <gtest/gtest.h>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/graph/verify.hpp"
#include "gradus/core/ops/parse.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus {
namespace {

bool is_negate(Value value) { return &value.op() == &pointwise_op<pointwise::Negate>(); }

/// -(-x) is x.
Value without_two_signs(Value value) {
  return is_negate(value) && is_negate(value.input(0)) ? value.input(0).input(0) : Value{};
}

TEST(GraphEdit, ReadersOfANodeThatGaveWayReadWhatStandsForIt) {
  GraphEdit edit(parse(R"(%0 = input {name="x", type=f64[]} : f64[] @ "x"
%1 = negate %0 : f64[]
%2 = negate %1 : f64[] @ "twice"
%3 = exp %2 : f64[]
%4 = multiply %2 %2 : f64[]
output %3 "y"
output %2 "z"
)"));
  const int list = edit.new_list();
  EXPECT_EQ(edit.visit(list, without_two_signs), 1);
  EXPECT_FALSE(edit.has(2));
  const Graph out = edit.result();
  verify(out);
  EXPECT_EQ(print(out), R"(%0 = input {name="x", type=f64[]} : f64[] @ "x"
%1 = negate %0 : f64[]
%2 = exp %0 : f64[]
%3 = multiply %0 %0 : f64[]
output %2 "y"
output %0 "z"
)");
  EXPECT_EQ(edit.drop_unread(), 2);  // the product, and the first sign
  EXPECT_EQ(print(edit.result()), R"(%0 = input {name="x", type=f64[]} : f64[] @ "x"
%1 = exp %0 : f64[]
output %1 "y"
output %0 "z"
)");
}

TEST(GraphEdit, NewNodesStandWhereTheOldOneStoodAndWaitForTheNextVisit) {
  GraphEdit edit(parse(R"(%0 = input {name="x", type=f64[]} : f64[] @ "x"
%1 = exp %0 : f64[] @ "e"
%2 = sin %0 : f64[]
%3 = add %1 %2 : f64[]
output %3 "y"
)"));
  const int list = edit.new_list();
  std::vector<int> seen;
  const auto square_once = [&](Value value) -> Value {
    seen.push_back(value.id);
    return value.id == 1 ? sqrt(square(value.input(0))) : Value{};
  };
  EXPECT_EQ(edit.visit(list, square_once), 1);
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(print(edit.result()), R"(%0 = input {name="x", type=f64[]} : f64[] @ "x"
%1 = square %0 : f64[]
%2 = sqrt %1 : f64[] @ "e"
%3 = sin %0 : f64[]
%4 = add %2 %3 : f64[]
output %4 "y"
)");
  seen.clear();
  EXPECT_EQ(edit.visit(list, square_once), 0);
  EXPECT_EQ(seen, (std::vector<int>{4, 5}));  // the two that are new; the sum had its turn in the first visit
  EXPECT_TRUE(edit.before(5, 2));
  seen.clear();
  EXPECT_EQ(edit.visit(list, square_once), 0);
  EXPECT_TRUE(seen.empty());
}

TEST(GraphEdit, ALaterListHasAllNodesAndATouchedNodeWaitsOnce) {
  GraphEdit edit(parse("%0 = input {name=\"x\", type=f64[]} : f64[]\n%1 = exp %0 : f64[]\noutput %1 \"y\"\n"));
  const int list = edit.new_list();
  const auto nothing = [](Value) { return Value{}; };
  edit.visit(list, nothing);
  EXPECT_EQ(edit.looks(), 2);
  edit.touch(list, 1);
  edit.touch(list, 1);
  edit.visit(list, nothing);
  EXPECT_EQ(edit.looks(), 3);
  edit.visit(edit.new_list(), nothing);
  EXPECT_EQ(edit.looks(), 5);
}

TEST(GraphEdit, ANodeGivesWayToAnEarlierOneOfItsTypeOnly) {
  const char* text =
      "%0 = input {name=\"x\", type=f64[]} : f64[]\n%1 = exp %0 : f64[]\n%2 = sin %0 : f64[]\n"
      "%3 = less %0 %1 : u8[]\noutput %2 \"y\"\noutput %3 \"z\"\n";
  for (const std::pair<int, int>& way : {std::pair{1, 2}, {3, 0}}) {
    GraphEdit edit(parse(text));
    const int list = edit.new_list();
    EXPECT_THROW(
        edit.visit(list, [&](Value value) { return value.id == way.first ? edit.value(way.second) : Value{}; }),
        InternalError);
  }
}

/// Replaced at one place again and again, there comes to be no room between keys: they are told anew.
TEST(GraphEdit, ManyReplacementsAtOnePlaceKeepTheOrder) {
  GraphEdit edit(
      parse("%0 = input {name=\"x\", type=f64[]} : f64[]\n%1 = exp %0 : f64[]\n%2 = sin %1 : f64[]\n"
            "output %2 \"y\"\n"));
  const int list = edit.new_list();
  const auto again = [](Value value) -> Value {
    return &value.op() == &pointwise_op<pointwise::Exp>() ? exp(-(-value.input(0))) : Value{};
  };
  for (int i = 0; i < 200; ++i) ASSERT_EQ(edit.visit(list, again), 1);
  const Graph out = edit.result();
  verify(out);
  EXPECT_EQ(out.size(), 3 + 2 * 200);
  EXPECT_EQ(out.node(out.size() - 1).op, &pointwise_op<pointwise::Sin>());
}

TEST(GraphEdit, ANodeMayTakeThePlaceAndTheLabelOfAnEarlierOne) {
  GraphEdit edit(
      parse("%0 = input {name=\"x\", type=f64[]} : f64[]\n%1 = exp %0 : f64[] @ \"first\"\n"
            "%2 = sin %1 : f64[]\n%3 = exp %0 : f64[] @ \"second\"\n%4 = cos %3 : f64[]\n"
            "output %2 \"y\"\noutput %4 \"z\"\n"));
  EXPECT_EQ(edit.reads(3), 1);
  edit.take_place(3, 1);
  EXPECT_TRUE(edit.before(3, 1) && edit.before(0, 3));
  EXPECT_EQ(edit.visit(edit.new_list(), [&](Value v) { return v.id == 1 ? edit.value(3) : Value{}; }), 1);
  EXPECT_EQ(edit.reads(3), 2);
  EXPECT_EQ(print(edit.result()), R"(%0 = input {name="x", type=f64[]} : f64[]
%1 = exp %0 : f64[] @ "first"
%2 = sin %1 : f64[]
%3 = cos %1 : f64[]
output %2 "y"
output %3 "z"
)");
}

TEST(GraphEdit, TellsTheNumberOfAConstantOfEqualElements) {
  GraphEdit edit(
      parse("%0 = constant {value=f64[2](3 3)} : f64[2]\n%1 = constant {value=f64[2](3 4)} : f64[2]\n"
            "%2 = exp %0 : f64[2]\noutput %1 \"y\"\noutput %2 \"z\"\n"));
  EXPECT_EQ(edit.number(0), 3);
  EXPECT_EQ(edit.number(0), 3);
  EXPECT_FALSE(edit.number(1));
  EXPECT_FALSE(edit.number(2));
}

}  // namespace
}  // namespace gradus
