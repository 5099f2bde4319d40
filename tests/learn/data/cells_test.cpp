#include "gradus/learn/data/csv/cells.hpp"
#include "gradus/learn/data/csv/missing_marks.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace gradus::data {
namespace {

TEST(ParseNumber, TheFormsThatAreNumbers) {
  const std::pair<const char*, double> forms[] = {{"0", 0},
                                                  {"7", 7},
                                                  {"-7", -7},
                                                  {"+1", 1},
                                                  {".5", 0.5},
                                                  {"5.", 5},
                                                  {"-.5", -0.5},
                                                  {"1e3", 1e3},
                                                  {"1E+3", 1e3},
                                                  {"2.5e-3", 0.0025},
                                                  {"007", 7},
                                                  {"1e-400", 0},
                                                  {"0e999999999999", 0},
                                                  {"0.1", 0.1},
                                                  {"179769313486231570e291", 1.7976931348623157e308},
                                                  {"4.9e-324", 4.9406564584124654e-324}};
  for (const auto& [text, value] : forms) {
    const ParsedNumber parsed = parse_number(text);
    EXPECT_EQ(parsed.kind, NumberText::number) << text;
    EXPECT_EQ(parsed.value, value) << text;
  }
  EXPECT_TRUE(std::signbit(parse_number("-0").value));
  EXPECT_TRUE(std::signbit(parse_number("-1e-400").value));
  EXPECT_EQ(parse_number("-inf").value, -INFINITY);
  EXPECT_EQ(parse_number("Infinity").value, INFINITY);
}

TEST(ParseNumber, EightHundredDigitsAreRoundedCorrectly) {
  // 1 + 2^-53 lies between two numbers: a digit far behind decides (IEEE 754, ties to even).
  const std::string tie = "1.00000000000000011102230246251565404236316680908203125";
  EXPECT_EQ(parse_number(tie).value, 1.0);
  EXPECT_EQ(parse_number(tie + std::string(740, '0') + "1").value, std::nextafter(1.0, 2.0));
}

TEST(ParseNumber, TheFormsThatAreNot) {
  for (const char* text :
       {"",       "+",   "-",     ".",     "e5",  "1e",     "1e+",     "0x10", "1_000", "--1",   "+-1",
        "1.#INF", "1,5", "1 000", "1.2.3", "nan", "NaN(1)", "infinit", "five", "1a",    "1e5.5", "\xc2\xb2"}) {
    EXPECT_EQ(parse_number(text).kind, NumberText::none) << text;
  }
}

TEST(ParseNumber, TooLargeIsKnownFromTooSmall) {
  for (const char* text : {"1e400", "-1e309", "0.0001e400", "1e99999999999999999999"}) {
    EXPECT_EQ(parse_number(text).kind, NumberText::too_large) << text;
  }
  EXPECT_EQ(parse_number(std::string(400, '9')).kind, NumberText::too_large);
  for (const char* text : {"1000e-400", "1e-99999999999999999999"})
    EXPECT_EQ(parse_number(text).kind, NumberText::number) << text;
}

TEST(IsMissing, TheMarks) {
  for (const char* text :
       {"", "?", "NA", "na", "N/A", "n/a", "null", "NULL", "NaN", "nan", "None", "-", "#N/A", ".", "<NA>"})
    EXPECT_TRUE(is_missing(text)) << text;
  for (const char* text : {"0", "??", "NAN1", "n.a.", "_", "no", "NAM", "---"}) EXPECT_FALSE(is_missing(text)) << text;
}

TEST(Resemblance, ToNumbers) {
  const std::pair<const char*, Resemblance> texts[] = {{"4,25,000", Resemblance::thousands},
                                                       {"38 000", Resemblance::thousands},
                                                       {"1'000.50", Resemblance::thousands},
                                                       {"1,500", Resemblance::thousands},
                                                       {"1,5", Resemblance::decimal_comma},
                                                       {"-12,75", Resemblance::decimal_comma},
                                                       {"45,000 kms", Resemblance::unit},
                                                       {"23.4 kmpl", Resemblance::unit},
                                                       {"\xc2\xa3"
                                                        "30,495",
                                                        Resemblance::unit},
                                                       {"50%", Resemblance::unit},
                                                       {"diesel", Resemblance::none},
                                                       {"2020-01-05", Resemblance::none},
                                                       {"a1", Resemblance::none},
                                                       {"route 66", Resemblance::none}};
  for (const auto& [text, expected] : texts) EXPECT_EQ(resemblance(text), expected) << text;
}

TEST(IsLargeInteger, BeyondTwoToThe53) {
  EXPECT_FALSE(is_large_integer("9007199254740991", 9007199254740991.0));
  EXPECT_TRUE(is_large_integer("9007199254740993", 9007199254740992.0));
  EXPECT_FALSE(is_large_integer("1e300", 1e300));
}

}  // namespace
}  // namespace gradus::data
