#include "gradus/app/cli/arguments/column_list.hpp"

#include <gtest/gtest.h>

#include "tests/support/refusal.hpp"

namespace gradus::cli {
namespace {

using Names = std::vector<std::string>;

TEST(ColumnList, ReadsNamesAsCsvDoes) {
  EXPECT_EQ(read_column_list("a,b", ""), (Names{"a", "b"}));
  EXPECT_EQ(read_column_list(" a , b c ,", ""), (Names{"a", "b c"}));
  EXPECT_EQ(read_column_list("\"a,b\",c", ""), (Names{"a,b", "c"}));
  EXPECT_EQ(read_column_list("c, \"say \"\"hi\"\", all\" ,d", ""), (Names{"c", "say \"hi\", all", "d"}));
  EXPECT_EQ(read_column_list("5\" pipe,x", ""), (Names{"5\" pipe", "x"}));
  EXPECT_EQ(read_column_list("", ""), Names{});
}

TEST(ColumnList, WritesWhatItReads) {
  for (const Names& names : {Names{"a", "b c"}, Names{"a,b"}, Names{"\"", "x\"y", ","}, Names{"last, first", "1"}}) {
    EXPECT_EQ(read_column_list(write_column_list(names), ""), names) << write_column_list(names);
  }
}

TEST(ColumnList, RefusesQuotesThatDoNotFit) {
  test::expect_refusal(
      Fault::usage, [] { read_column_list("\"a,b", "--ignore"); }, "--ignore", "not closed");
  test::expect_refusal(
      Fault::usage, [] { read_column_list("\"a\"b,c", "--ignore"); }, "--ignore", "after a closing quote");
}

}  // namespace
}  // namespace gradus::cli
