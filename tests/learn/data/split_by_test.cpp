#include "gradus/learn/data/split_by.hpp"

#include <gtest/gtest.h>

#include <set>

#include "gradus/learn/data/csv/csv.hpp"
#include "tests/support/refusal.hpp"

namespace gradus::data {
namespace {

using Rows = std::vector<std::int64_t>;

TEST(SplitBy, GroupsStayTogether) {
  Rows groups;
  for (int i = 0; i < 1000; ++i) groups.push_back(i * 7 % 40);
  for (const std::uint64_t seed : {0, 1, 2, 3}) {
    const Split split = split_by_group(groups, 0.2, seed, "--split-by g");
    check(split, 1000);
    std::set<std::int64_t> train, held;
    for (const std::int64_t row : split.train) train.insert(groups[static_cast<std::size_t>(row)]);
    for (const std::int64_t row : split.validation) held.insert(groups[static_cast<std::size_t>(row)]);
    for (const std::int64_t group : held) EXPECT_FALSE(train.contains(group));
    EXPECT_EQ(split.validation.size(), 200U) << "8 of 40 groups of 25 rows";
  }
  EXPECT_NE(split_by_group(groups, 0.2, 0, "").validation, split_by_group(groups, 0.2, 1, "").validation);
  for (std::int64_t& group : groups) group = 1000 - group;
  EXPECT_EQ(split_by_group(groups, 0.2, 5, "").validation.size(), 200U);
}

TEST(SplitBy, AGroupOfMostRowsIsNotAllThatIsHeldBackWhereOthersAreNearer) {
  Rows groups(90, 0);
  groups.insert(groups.end(), 10, 1);
  for (const std::uint64_t seed : {0, 1, 2, 3, 4, 5}) {
    const Split split = split_by_group(groups, 0.1, seed, "");
    EXPECT_FALSE(split.train.empty());
    EXPECT_FALSE(split.validation.empty());
  }
  test::expect_refusal(
      Fault::data, [&] { split_by_group(Rows(10, 4), 0.1, 0, "--split-by g"); }, "--split-by g", "one group");
}

TEST(SplitBy, TheLastRowsAreHeldBack) {
  const std::vector<double> times{5, 1, 4, 2, 3, 9, 8, 7, 6, 10};
  EXPECT_EQ(split_by_time(times, 0.3, "").validation, (Rows{5, 6, 9}));
  EXPECT_EQ(split_by_time(times, 0, "").validation, Rows{});
  const std::vector<double> same{1, 2, 2, 2, 3};
  EXPECT_EQ(split_by_time(same, 0.5, "").validation, (Rows{4})) << "rows of one time stay together";
  test::expect_refusal(
      Fault::data, [&] { split_by_time(std::vector<double>(5, 1.0), 0.5, "--time-column t"); }, "--time-column t");
}

TEST(SplitBy, ColumnsOfTextsNumbersAndDates) {
  const Table table = parse_csv("g,n,d\na,1,2020-01-03\nb,2,2020-01-02\n,1,2019-05-01\na,,2021-01-01\n", "t.csv");
  EXPECT_EQ(groups_in(table, table.columns[0]), (Rows{0, 1, -1, 0}));
  EXPECT_EQ(groups_in(table, table.columns[1]), (Rows{0, 1, 0, -1}));
  const auto times = times_in(table, table.columns[2]);
  EXPECT_TRUE(times[2] < times[1] && times[1] < times[0] && times[0] < times[3]);
  test::expect_refusal(
      Fault::data, [&] { times_in(table, table.columns[1]); }, "t.csv:5", "no time");
  test::expect_refusal(
      Fault::data, [&] { times_in(table, table.columns[0]); }, "t.csv:2", "\"a\"");
}

}  // namespace
}  // namespace gradus::data
