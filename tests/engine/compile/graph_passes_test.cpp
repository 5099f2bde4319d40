// Each pass from graph to graph: text in, text out.
#include <gtest/gtest.h>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/graph/verify.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/parse.hpp"
#include "gradus/engine/compile/optimize.hpp"
#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/cpu/compile/choose_layouts.hpp"
#include "gradus/engine/cpu/compile/pipeline.hpp"

namespace gradus {
namespace {

std::string after(Graph (*pass)(const Graph&), const char* text) {
  const Graph out = pass(parse(text));
  verify(out);
  return print(out);
}

std::string simplified(const char* text) { return print(drop_unused(simplify(parse(text)))); }

TEST(FoldConstants, EvaluatesWhatDependsOnConstantsAlone) {
  EXPECT_EQ(after(fold_constants, R"(%0 = input {name="x", type=f64[2]} : f64[2] @ "x"
%1 = constant {value=f64[](3)} : f64[]
%2 = constant {value=f64[](4)} : f64[]
%3 = multiply %1 %2 : f64[]
%4 = add %0 %3 : f64[2]
output %4 "y"
)"),
            R"(%0 = input {name="x", type=f64[2]} : f64[2] @ "x"
%1 = constant {value=f64[](3)} : f64[]
%2 = constant {value=f64[](4)} : f64[]
%3 = constant {value=f64[](12)} : f64[]
%4 = add %0 %3 : f64[2]
output %4 "y"
)");
}

TEST(FoldConstants, LeavesBroadcastNumbersSmallAndRandomNumbersAlone) {
  const char* text = R"(%0 = constant {value=f64[](1)} : f64[]
%1 = broadcast %0 {shape=[5]} : f64[5]
%2 = constant {value=i64[2](1 2)} : i64[2]
%3 = random_uniform %2 {stream=0, type=f64[5]} : f64[5]
%4 = add %1 %3 : f64[5]
output %4 "y"
)";
  EXPECT_EQ(after(fold_constants, text), text);
}

TEST(MergeDuplicates, OneNodeForTheSameOpInputsAndAttributes) {
  EXPECT_EQ(after(merge_duplicates, R"(%0 = input {name="x", type=f64[2,3]} : f64[2,3] @ "x"
%1 = input {name="y", type=f64[2,3]} : f64[2,3] @ "y"
%2 = add %0 %1 : f64[2,3]
%3 = add %1 %0 : f64[2,3]
%4 = subtract %0 %1 : f64[2,3]
%5 = subtract %1 %0 : f64[2,3]
%6 = sum %2 {axes=[0], keep=0} : f64[3]
%7 = sum %3 {axes=[0], keep=0} : f64[3]
%8 = sum %3 {axes=[0], keep=1} : f64[1,3]
output %7 "a"
output %8 "b"
output %5 "c"
output %4 "d"
)"),
            R"(%0 = input {name="x", type=f64[2,3]} : f64[2,3] @ "x"
%1 = input {name="y", type=f64[2,3]} : f64[2,3] @ "y"
%2 = add %0 %1 : f64[2,3]
%3 = subtract %0 %1 : f64[2,3]
%4 = subtract %1 %0 : f64[2,3]
%5 = sum %2 {axes=[0], keep=0} : f64[3]
%6 = sum %2 {axes=[0], keep=1} : f64[1,3]
output %5 "a"
output %6 "b"
output %4 "c"
output %3 "d"
)");
}

TEST(DropUnused, KeepsInputsAndWhatOutputsNeed) {
  EXPECT_EQ(after(drop_unused, R"(%0 = input {name="x", type=f64[]} : f64[] @ "x"
%1 = input {name="unread", type=f64[]} : f64[] @ "unread"
%2 = exp %0 : f64[]
%3 = sin %2 : f64[]
%4 = cos %2 : f64[]
output %4 "y"
)"),
            R"(%0 = input {name="x", type=f64[]} : f64[] @ "x"
%1 = input {name="unread", type=f64[]} : f64[] @ "unread"
%2 = exp %0 : f64[]
%3 = cos %2 : f64[]
output %3 "y"
)");
}

/// A rule: `line` over inputs x and y (f64[2,3]) and the constants 0, 1, 2 becomes `expected`.
void expect_rule(const std::string& lines, const std::string& expected) {
  const std::string head = R"(%0 = input {name="x", type=f64[2,3]} : f64[2,3] @ "x"
%1 = input {name="y", type=f64[2,3]} : f64[2,3] @ "y"
)";
  const std::string text = head + R"(%2 = constant {value=f64[](0)} : f64[]
%3 = constant {value=f64[](1)} : f64[]
%4 = constant {value=f64[](2)} : f64[]
)" + lines;
  EXPECT_EQ(simplified(text.c_str()), head + expected) << lines;
}

TEST(Simplify, DropsWhatChangesNothing) {
  for (const char* line : {"%5 = multiply %0 %3", "%5 = multiply %3 %0", "%5 = divide %0 %3", "%5 = subtract %0 %2",
                           "%5 = power %0 %3", "%5 = stop_gradient %0"}) {
    expect_rule(std::string(line) + " : f64[2,3]\noutput %5 \"z\"\n", "output %0 \"z\"\n");
  }
}

TEST(Simplify, KeepsWhatNaNAndSignedZeroMake) {
  // x * 0 is NaN for infinite x; -0 + 0 is +0.
  expect_rule("%5 = multiply %0 %2 : f64[2,3]\noutput %5 \"z\"\n",
              "%2 = constant {value=f64[](0)} : f64[]\n%3 = multiply %0 %2 : f64[2,3]\noutput %3 \"z\"\n");
  expect_rule("%5 = add %0 %2 : f64[2,3]\noutput %5 \"z\"\n",
              "%2 = constant {value=f64[](0)} : f64[]\n%3 = add %0 %2 : f64[2,3]\noutput %3 \"z\"\n");
}

TEST(Simplify, Signs) {
  expect_rule("%5 = negate %0 : f64[2,3]\n%6 = negate %5 : f64[2,3]\noutput %6 \"z\"\n", "output %0 \"z\"\n");
  expect_rule("%5 = negate %1 : f64[2,3]\n%6 = add %0 %5 : f64[2,3]\noutput %6 \"z\"\n",
              "%2 = subtract %0 %1 : f64[2,3]\noutput %2 \"z\"\n");
  expect_rule("%5 = negate %1 : f64[2,3]\n%6 = subtract %0 %5 : f64[2,3]\noutput %6 \"z\"\n",
              "%2 = add %0 %1 : f64[2,3]\noutput %2 \"z\"\n");
}

TEST(Simplify, PowersOfTwoAndReadingThroughBroadcasts) {
  expect_rule("%5 = power %0 %4 : f64[2,3]\noutput %5 \"z\"\n", "%2 = square %0 : f64[2,3]\noutput %2 \"z\"\n");
  expect_rule("%5 = broadcast %4 {shape=[2,3]} : f64[2,3]\n%6 = multiply %5 %0 : f64[2,3]\noutput %6 \"z\"\n",
              "%2 = constant {value=f64[](2)} : f64[]\n%3 = multiply %2 %0 : f64[2,3]\noutput %3 \"z\"\n");
}

TEST(Simplify, TheMaskOfReluIsReadFromItsResult) {
  EXPECT_EQ(simplified(R"(%0 = input {name="x", type=f32[2]} : f32[2]
%1 = input {name="y", type=f32[2]} : f32[2]
%2 = relu %0 : f32[2]
%3 = step %0 : f32[2]
%4 = step %1 : f32[2]
output %2 "a"
output %3 "b"
output %4 "c"
)"),
            R"(%0 = input {name="x", type=f32[2]} : f32[2]
%1 = input {name="y", type=f32[2]} : f32[2]
%2 = relu %0 : f32[2]
%3 = step %2 : f32[2]
%4 = step %1 : f32[2]
output %2 "a"
output %3 "b"
output %4 "c"
)");
}

TEST(Simplify, Transposes) {
  expect_rule(
      "%5 = transpose %0 {order=[1,0]} : f64[3,2]\n%6 = transpose %5 {order=[1,0]} : f64[2,3]\noutput %6 \"z\"\n",
      "output %0 \"z\"\n");
  expect_rule(
      "%5 = transpose %1 {order=[1,0]} : f64[3,2]\n%6 = matmul %0 %5 : f64[2,2]\n"
      "%7 = transpose %6 {order=[1,0]} : f64[2,2]\noutput %7 \"z\"\n",
      "%2 = transpose %0 {order=[1,0]} : f64[3,2]\n%3 = matmul %1 %2 : f64[2,2]\noutput %3 \"z\"\n");
}

TEST(Simplify, Sums) {
  expect_rule("%5 = sum %0 {axes=[0], keep=1} : f64[1,3]\n%6 = reshape %5 {shape=[3]} : f64[3]\noutput %6 \"z\"\n",
              "%2 = sum %0 {axes=[0], keep=0} : f64[3]\noutput %2 \"z\"\n");
}

TEST(ChooseLayouts, StoresWhatProductsReadTransposedWithTheStateBesideIt) {
  const Graph graph = parse(R"(slot "w" parameter f64[2,3]
slot "m" moment f64[2,3] of "w"
slot "v" running f64[3,2]
%0 = input {name="x", type=f64[4,3]} : f64[4,3] @ "x"
%1 = input {name="w", type=f64[2,3]} : f64[2,3] @ "w"
%2 = input {name="m", type=f64[2,3]} : f64[2,3] @ "m"
%3 = input {name="v", type=f64[3,2]} : f64[3,2] @ "v"
%4 = transpose %1 {order=[1,0]} : f64[3,2]
%5 = matmul %0 %4 : f64[4,2]
%6 = transpose %5 {order=[1,0]} : f64[2,4]
%7 = matmul %6 %0 : f64[2,3]
%8 = add %2 %7 : f64[2,3]
%9 = subtract %1 %8 : f64[2,3]
%10 = matmul %5 %1 : f64[4,3]
next "m" %8
next "w" %9
output %10 "y"
)");
  const Layouts layouts = choose_layouts({graph});
  EXPECT_EQ(layouts.transposed, (std::set<SlotId>{graph.slots().find("m"), graph.slots().find("w")}));
  const auto stored = stored_slots(graph.slots(), layouts);
  EXPECT_EQ(print(optimize(store_transposed(graph, layouts, stored))), R"(slot "w" parameter f64[3,2]
slot "m" moment f64[3,2] of "w"
slot "v" running f64[3,2]
%0 = input {name="x", type=f64[4,3]} : f64[4,3] @ "x"
%1 = input {name="w", type=f64[3,2]} : f64[3,2] @ "w"
%2 = input {name="m", type=f64[3,2]} : f64[3,2] @ "m"
%3 = input {name="v", type=f64[3,2]} : f64[3,2] @ "v"
%4 = transpose %1 {order=[1,0]} : f64[2,3]
%5 = matmul %0 %1 : f64[4,2]
%6 = transpose %0 {order=[1,0]} : f64[3,4]
%7 = matmul %6 %5 : f64[3,2]
%8 = add %2 %7 : f64[3,2]
%9 = subtract %1 %8 : f64[3,2]
%10 = matmul %5 %4 : f64[4,3]
next "m" %8
next "w" %9
output %10 "y"
)");
}

// A layer on every step of sequences, and its update: no transpose is left.
TEST(ChooseLayouts, StoresTheMatrixOfAllStepsAsItsProductsReadIt) {
  const Graph graph = optimize(parse(R"(slot "w" parameter f64[2,3]
%0 = input {name="x", type=f64[4,5,3]} : f64[4,5,3] @ "x"
%1 = input {name="w", type=f64[2,3]} : f64[2,3] @ "w"
%2 = transpose %1 {order=[1,0]} : f64[3,2]
%3 = matmul %0 %2 : f64[4,5,2]
%4 = outer_sum %0 %3 : f64[3,2]
%5 = transpose %4 {order=[1,0]} : f64[2,3]
%6 = subtract %1 %5 : f64[2,3]
next "w" %6
)"));
  const Layouts layouts = choose_layouts({graph});
  const auto stored = stored_slots(graph.slots(), layouts);
  EXPECT_EQ(print(optimize(store_transposed(graph, layouts, stored))), R"(slot "w" parameter f64[3,2]
%0 = input {name="x", type=f64[4,5,3]} : f64[4,5,3] @ "x"
%1 = input {name="w", type=f64[3,2]} : f64[3,2] @ "w"
%2 = matmul %0 %1 : f64[4,5,2]
%3 = outer_sum %0 %2 : f64[3,2]
%4 = subtract %1 %3 : f64[3,2]
next "w" %4
)");
}

TEST(ChooseLayouts, KeepsWhatIsReadPlainMoreOften) {
  const Graph graph = parse(R"(slot "w" parameter f64[3,3]
%0 = input {name="x", type=f64[4,3]} : f64[4,3] @ "x"
%1 = input {name="w", type=f64[3,3]} : f64[3,3] @ "w"
%2 = matmul %0 %1 : f64[4,3]
%3 = matmul %2 %1 : f64[4,3]
%4 = transpose %1 {order=[1,0]} : f64[3,3]
%5 = matmul %3 %4 : f64[4,3]
output %5 "y"
)");
  EXPECT_TRUE(choose_layouts({graph}).transposed.empty());
}

TEST(ChooseLayouts, ACopyPaysBesideManyRows) {
  const auto copies = [](std::int64_t rows) {
    Graph g;
    const Value x = g.input("x", {rows, 64}, DType::f32), dy = g.input("dy", {rows, 64}, DType::f32),
                w = g.state({.name = "w", .type = {DType::f32, {64, 64}}});
    g.output("y", matmul(x, transpose(w)));
    g.output("dx", matmul(dy, w));
    const Layouts layouts{.transposed = {slot_of(w)}};
    return worth_a_copy(store_transposed(g, layouts, stored_slots(g.slots(), layouts)), layouts).size();
  };
  EXPECT_EQ(copies(127), 0u);
  EXPECT_EQ(copies(128), 1u);
}

TEST(KeepTransposed, ReadsACopyAndMakesItsNextValue) {
  const Graph graph = parse(R"(slot "w" parameter f64[2,3]
slot "w'" sum i32[]
%0 = input {name="x", type=f64[4,3]} : f64[4,3] @ "x"
%1 = input {name="w", type=f64[2,3]} : f64[2,3] @ "w"
%2 = transpose %1 {order=[1,0]} : f64[3,2]
%3 = matmul %0 %2 : f64[4,2]
%4 = exp %1 : f64[2,3]
next "w" %4
output %3 "y"
)");
  Layouts layouts;
  add_copies(*graph.slot_table(), layouts, {graph.slots().find("w")});
  EXPECT_EQ(print(keep_transposed(graph, layouts.copies)), R"(slot "w" parameter f64[2,3]
slot "w''" parameter f64[3,2]
%0 = input {name="x", type=f64[4,3]} : f64[4,3] @ "x"
%1 = input {name="w", type=f64[2,3]} : f64[2,3] @ "w"
%2 = input {name="w''", type=f64[3,2]} : f64[3,2] @ "w''"
%3 = matmul %0 %2 : f64[4,2]
%4 = exp %1 : f64[2,3]
%5 = transpose %4 {order=[1,0]} : f64[3,2]
next "w" %4
next "w''" %5
output %3 "y"
)");
}

}  // namespace
}  // namespace gradus
