#include "gradus/engine/cpu/compile/take_factors_out.hpp"

#include <gtest/gtest.h>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/parse.hpp"
#include "gradus/engine/compile/passes.hpp"

namespace gradus {
namespace {

std::string taken(std::string_view text) { return print(drop_unused(merge_duplicates(take_factors_out(parse(text))))); }

// Numbers of a channel that come from the batch: below, above, with another sign, and of both sides of a product.
TEST(TakeFactorsOut, OfSumsOverImages) {
  EXPECT_EQ(taken(R"(%0 = input {name="x", type=f32[8,3,4,5]} : f32[8,3,4,5]
%1 = input {name="dy", type=f32[8,3,4,5]} : f32[8,3,4,5]
%2 = mean %0 {axes=[0,2,3], keep=0} : f32[3]
%3 = reshape %2 {shape=[1,3,1,1]} : f32[1,3,1,1]
%4 = divide %0 %3 : f32[8,3,4,5]
%5 = multiply %1 %4 : f32[8,3,4,5]
%6 = sum %5 {axes=[0,2,3], keep=0} : f32[3]
%7 = multiply %3 %0 : f32[8,3,4,5]
%8 = negate %7 : f32[8,3,4,5]
%9 = multiply %8 %1 : f32[8,3,4,5]
%10 = sum %9 {axes=[0,2,3], keep=0} : f32[3]
output %6 "a"
output %10 "b"
)"),
            R"(%0 = input {name="x", type=f32[8,3,4,5]} : f32[8,3,4,5]
%1 = input {name="dy", type=f32[8,3,4,5]} : f32[8,3,4,5]
%2 = mean %0 {axes=[0,2,3], keep=0} : f32[3]
%3 = reshape %2 {shape=[1,3,1,1]} : f32[1,3,1,1]
%4 = constant {value=f32[](1)} : f32[]
%5 = divide %4 %3 : f32[1,3,1,1]
%6 = multiply %0 %1 : f32[8,3,4,5]
%7 = reshape %5 {shape=[3]} : f32[3]
%8 = sum %6 {axes=[0,2,3], keep=0} : f32[3]
%9 = multiply %8 %7 : f32[3]
%10 = negate %3 : f32[1,3,1,1]
%11 = reshape %10 {shape=[3]} : f32[3]
%12 = multiply %8 %11 : f32[3]
output %9 "a"
output %12 "b"
)");
}

// As many columns as channels: a mean without its axes lies along the columns.
TEST(TakeFactorsOut, NotOfWhatIsCenteredAlongAnotherAxis) {
  const std::string text = taken(R"(%0 = input {name="x", type=f32[8,3,4,3]} : f32[8,3,4,3]
%1 = mean %0 {axes=[0,2,3], keep=0} : f32[3]
%2 = reshape %1 {shape=[1,3,1,1]} : f32[1,3,1,1]
%3 = subtract %0 %1 : f32[8,3,4,3]
%4 = multiply %3 %2 : f32[8,3,4,3]
%5 = sum %4 {axes=[0,2,3], keep=0} : f32[3]
output %5 "a"
)");
  EXPECT_NE(text.find("subtract %0 %1 : f32[8,3,4,3]"), std::string::npos) << text;
}

// What is centered adds up to what rounding leaves, which needs no pass over it.
TEST(TakeFactorsOut, OfWhatIsCentered) {
  EXPECT_EQ(taken(R"(%0 = input {name="x", type=f32[8,3,4,5]} : f32[8,3,4,5]
%1 = mean %0 {axes=[0,2,3], keep=0} : f32[3]
%2 = reshape %1 {shape=[1,3,1,1]} : f32[1,3,1,1]
%3 = subtract %0 %2 : f32[8,3,4,5]
%4 = multiply %3 %2 : f32[8,3,4,5]
%5 = sum %4 {axes=[0,2,3], keep=0} : f32[3]
output %5 "a"
)"),
            R"(%0 = input {name="x", type=f32[8,3,4,5]} : f32[8,3,4,5]
%1 = mean %0 {axes=[0,2,3], keep=0} : f32[3]
%2 = reshape %1 {shape=[1,3,1,1]} : f32[1,3,1,1]
%3 = reshape %2 {shape=[3]} : f32[3]
%4 = sum %0 {axes=[0,2,3], keep=0} : f32[3]
%5 = constant {value=f32[](160)} : f32[]
%6 = multiply %1 %5 : f32[3]
%7 = subtract %4 %6 : f32[3]
%8 = multiply %7 %3 : f32[3]
output %8 "a"
)");
}

// Squares of squares: the way down ends.
TEST(TakeFactorsOut, OfProductsOfOneValueWithItself) {
  std::string text = R"(%0 = input {name="x", type=f32[8,3,4,5]} : f32[8,3,4,5]
%1 = mean %0 {axes=[0,2,3], keep=0} : f32[3]
%2 = reshape %1 {shape=[1,3,1,1]} : f32[1,3,1,1]
%3 = multiply %0 %2 : f32[8,3,4,5]
)";
  for (int i = 4; i < 104; ++i) {
    const std::string before = "%" + std::to_string(i - 1);
    text += "%" + std::to_string(i) + " = multiply " + before + " " + before + " : f32[8,3,4,5]\n";
  }
  text += "%104 = sum %103 {axes=[0,2,3], keep=0} : f32[3]\noutput %104 \"a\"\n";
  EXPECT_EQ(taken(text), text);
}

// A parameter, one number for all, a number a row; and rows that are no images.
TEST(TakeFactorsOut, LeavesWhatDoesNotComeFromTheBatchOrIsNoNumberOfAChannel) {
  const char* const stays = R"(%0 = input {name="x", type=f32[8,3,4,5]} : f32[8,3,4,5]
%1 = input {name="w", type=f32[1,3,1,1]} : f32[1,3,1,1]
%2 = multiply %0 %1 : f32[8,3,4,5]
%3 = sum %2 {axes=[0,2,3], keep=0} : f32[3]
%4 = mean %0 {axes=[0,1,2,3], keep=0} : f32[]
%5 = multiply %0 %4 : f32[8,3,4,5]
%6 = sum %5 {axes=[0,2,3], keep=0} : f32[3]
%7 = mean %0 {axes=[1,2,3], keep=1} : f32[8,1,1,1]
%8 = multiply %0 %7 : f32[8,3,4,5]
%9 = sum %8 {axes=[0,2,3], keep=0} : f32[3]
%10 = input {name="rows", type=f32[8,3]} : f32[8,3]
%11 = mean %10 {axes=[0], keep=1} : f32[1,3]
%12 = multiply %10 %11 : f32[8,3]
%13 = sum %12 {axes=[0], keep=0} : f32[3]
output %3 "a"
output %6 "b"
output %9 "c"
output %13 "d"
)";
  EXPECT_EQ(print(take_factors_out(parse(stays))), stays);
}

}  // namespace
}  // namespace gradus
