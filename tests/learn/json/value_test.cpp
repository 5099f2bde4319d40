#include "gradus/learn/json/value.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/refusal.hpp"

namespace gradus::json {
namespace {

using test::expect_refusal;

TEST(Json, WritesMembersInTheirOrderAndReadsThemBack) {
  const Value value =
      Object{{"b", 1}, {"a", Array{true, nullptr == nullptr, "x\n\"\x01", 2.5, -3, Value()}}, {"c", Object{}}};
  const std::string text = write(value);
  EXPECT_EQ(text, R"({"b":1,"a":[true,true,"x\n\"\u0001",2.5,-3,null],"c":{}})");
  EXPECT_EQ(write(parse(text, "test")), text);
  EXPECT_EQ(write(parse(write(value, 2), "test")), text);
}

TEST(Json, NumbersComeBackToTheBit) {
  const std::vector<double> numbers = {0.1, -0.0, 1e-320, 1.7976931348623157e308, 1.0 / 3, 5e20};
  const auto back = parse(write(Value(numbers)), "test").numbers();
  ASSERT_EQ(back.size(), numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(back[i], numbers[i]);
    EXPECT_EQ(std::signbit(back[i]), std::signbit(numbers[i])) << i;
  }
  EXPECT_TRUE(std::isnan(parse(write(std::nan("")), "test").number()));
  EXPECT_EQ(parse(write(-std::numeric_limits<double>::infinity()), "test").number(),
            -std::numeric_limits<double>::infinity());
}

TEST(Json, WholeNumbersOf64Bits) {
  EXPECT_EQ(parse("18446744073709551615", "t").natural(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse("-9223372036854775808", "t").integer(), std::numeric_limits<std::int64_t>::min());
  expect_refusal(
      Fault::model_file, [] { parse("18446744073709551615", "t").integer(); }, "18446744073709551615");
  expect_refusal(
      Fault::model_file, [] { parse("-1", "t").natural(); }, "-1");
  expect_refusal(
      Fault::model_file, [] { parse("1.5", "t").integer(); }, "found a number", "expected a whole number");
}

TEST(Json, NamesWhatIsMissing) {
  const Value value = parse(R"({"a":1})", "t");
  expect_refusal(
      Fault::model_file, [&] { value.at("b"); }, "\"b\"");
  expect_refusal(
      Fault::model_file, [&] { value.at("a").text(); }, "expected text");
  EXPECT_EQ(value.find("b"), nullptr);
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* text :
       {"", "{", "[1,]", "{\"a\":1,}", "nul", "1 2", "\"\xff\"", "'a'", "[1e999]", "\"\\ud800\"", "{1:2}"}) {
    expect_refusal(
        Fault::data, [&] { parse(text, "file", Fault::data); }, "file:byte");
  }
}

TEST(Json, NothingIsHiddenBehindANul) {
  using namespace std::string_literals;
  for (const auto& [given, place] : {std::pair("{}\0{\"a\":1}"s, "file:byte 3"), std::pair("\0[1]"s, "file:byte 1"),
                                     std::pair("[1,\0 2]"s, "file:byte 4"), std::pair("\"a\0b\""s, "file:byte 3"),
                                     std::pair("true\0"s, "file:byte 5")}) {
    const std::string& text = given;
    expect_refusal(
        Fault::data, [&] { parse(text, "file", Fault::data); }, place, "NUL");
  }
  EXPECT_EQ(parse("\"a\\u0000b\"", "file").text(), "a\0b"s);  // written as an escape it is a character like others
}

TEST(Json, RefusesAMemberGivenTwiceAtAnyDepth) {
  expect_refusal(
      Fault::model_file, [] { parse(R"([{"a":{"x":1,"y":2,"x":3}}])", "file"); }, "\"x\" twice");
  EXPECT_EQ(parse(R"([{"x":1},{"x":2}])", "file").array().size(), 2u);
}

TEST(Json, RefusesDepthSizeAndCountBeforeTheyHurt) {
  const std::string deep(100'000, '[');
  expect_refusal(
      Fault::model_file, [&] { parse(deep, "file"); }, "64 levels");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  expect_refusal(
      Fault::model_file, [&] { parse(objects, "file"); }, "64 levels");
  expect_refusal(
      Fault::model_file,
      [] {
        parse("[1,2,3]", "file", Fault::model_file, {100, 4, 2});
      },
      "more than 2 values");
  expect_refusal(
      Fault::model_file,
      [] {
        parse("[1,2,3]", "file", Fault::model_file, {6, 4, 2});
      },
      "7 bytes");
}

TEST(Json, RefusesTooManyMembers) {
  const Limits limits{100, 4, 9, 1};
  expect_refusal(
      Fault::data, [&] { parse(R"({"a":1,"b":2})", "file", Fault::data, limits); }, "more than 1 members");
}

TEST(Json, BytesThatAreNotUtf8BecomeTheReplacementCharacter) {
  EXPECT_EQ(write(Value(std::string("a\xff"
                                    "b\xc3\xa9\xc0\x80"))),
            "\"a\xef\xbf\xbd"
            "b\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace gradus::json
