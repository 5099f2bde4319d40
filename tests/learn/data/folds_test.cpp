#include "gradus/learn/data/folds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/refusal.hpp"

namespace gradus::data {
namespace {

using Rows = std::vector<std::int64_t>;

/// Every row is held back once, and learnt from in all other folds.
void expect_partition(const std::vector<Split>& folds, std::int64_t rows) {
  Rows held;
  for (const Split& fold : folds) {
    check(fold, rows);
    EXPECT_EQ(fold.train.size() + fold.validation.size(), static_cast<std::size_t>(rows));
    held.insert(held.end(), fold.validation.begin(), fold.validation.end());
  }
  std::sort(held.begin(), held.end());
  ASSERT_EQ(held.size(), static_cast<std::size_t>(rows));
  for (std::int64_t row = 0; row < rows; ++row) EXPECT_EQ(held[static_cast<std::size_t>(row)], row);
}

TEST(Folds, EveryRowIsHeldBackOnceInEvenParts) {
  for (const std::int64_t rows : {2, 5, 17, 100}) {
    for (const int folds : {2, 3, 5, 10}) {
      if (folds > rows) continue;
      const auto made = make_folds(rows, {}, folds, 7);
      ASSERT_EQ(made.size(), static_cast<std::size_t>(folds));
      expect_partition(made, rows);
      for (const Split& fold : made) {
        EXPECT_GE(std::ssize(fold.validation), rows / folds);
        EXPECT_LE(std::ssize(fold.validation), rows / folds + 1);
      }
    }
  }
  EXPECT_NE(make_folds(100, {}, 5, 0)[0].validation, make_folds(100, {}, 5, 1)[0].validation);
  EXPECT_EQ(make_folds(100, {}, 5, 3)[0].validation, make_folds(100, {}, 5, 3)[0].validation);
}

TEST(Folds, EachClassHasItsShareInEachPart) {
  Rows classes;
  for (int i = 0; i < 103; ++i) classes.push_back(i % 10 == 0 ? 2 : i % 3 == 0);
  const auto made = make_folds(103, classes, 4, 1);
  expect_partition(made, 103);
  for (const std::int64_t c : {0, 1, 2}) {
    const auto all = std::count(classes.begin(), classes.end(), c);
    for (const Split& fold : made) {
      const auto here = std::count_if(fold.validation.begin(), fold.validation.end(),
                                      [&](std::int64_t row) { return classes[static_cast<std::size_t>(row)] == c; });
      EXPECT_GE(here, all / 4);
      EXPECT_LE(here, all / 4 + 1);
    }
  }
}

TEST(Folds, GroupsStayTogetherAndPartsAreEven) {
  Rows groups;
  std::vector<std::int64_t> sizes(20);
  for (int group = 0; group < 20; ++group) {
    for (int i = 0; i <= group % 7; ++i) groups.push_back(100 - group), ++sizes[static_cast<std::size_t>(group)];
  }
  std::set<Rows> seen;
  for (const std::uint64_t seed : {0, 1, 2, 3}) {
    const auto made = folds_by_group(groups, 4, seed);
    expect_partition(made, std::ssize(groups));
    std::set<std::int64_t> held;
    Rows parts;
    for (const Split& fold : made) {
      std::set<std::int64_t> here;
      for (const std::int64_t row : fold.validation) here.insert(groups[static_cast<std::size_t>(row)]);
      for (const std::int64_t group : here) EXPECT_TRUE(held.insert(group).second) << "a group in two folds";
      parts.push_back(std::ssize(fold.validation));
    }
    EXPECT_LE(*std::max_element(parts.begin(), parts.end()) - *std::min_element(parts.begin(), parts.end()), 7);
    seen.insert(made[0].validation);
  }
  EXPECT_GT(seen.size(), 1U) << "another seed deals in another way";
  for (const Split& fold : folds_by_group(groups, 20, 0)) EXPECT_FALSE(fold.validation.empty());
}

TEST(Folds, TimeIsAnExpandingWindow) {
  std::vector<double> times;
  for (int i = 0; i < 60; ++i) times.push_back(i * 7 % 60);
  const auto made = folds_by_time(times, 5);
  ASSERT_EQ(made.size(), 5U);
  for (std::size_t fold = 0; fold < 5; ++fold) {
    EXPECT_EQ(made[fold].train.size(), 10 * (fold + 1));
    EXPECT_EQ(made[fold].validation.size(), 10U);
    double latest = -1;
    for (const std::int64_t row : made[fold].train) latest = std::max(latest, times[static_cast<std::size_t>(row)]);
    for (const std::int64_t row : made[fold].validation) EXPECT_GT(times[static_cast<std::size_t>(row)], latest);
  }
  const std::vector<double> even{1, 1, 1, 2, 2, 2, 3, 3, 3}, uneven{1, 1, 1, 1, 1, 1, 1, 2, 3};
  const auto few = folds_by_time(even, 2);
  EXPECT_EQ(few[0].train, (Rows{0, 1, 2}));
  EXPECT_EQ(few[1].validation, (Rows{6, 7, 8}));
  for (const Split& fold : folds_by_time(uneven, 2)) EXPECT_FALSE(fold.validation.empty());
}

TEST(Folds, WhatCannotBeDealtIsRefused) {
  const Rows groups{1, 1, 2, 2};
  const std::vector<double> times{1, 1, 2, 2};
  EXPECT_EQ(test::refusal([&] { make_folds(3, {}, 5, 0); }),
            "--folds: found 5 of 3 rows; expected 2 folds at least, and no more than there are rows; try: --folds 3");
  EXPECT_EQ(test::refusal([&] { make_folds(1, {}, 2, 0); }),
            "--folds: found 2 of 1 row; expected 2 folds at least, and no more than there are rows; try: a table with "
            "more rows");
  EXPECT_EQ(test::refusal([&] { folds_by_group(groups, 3, 0); }),
            "--folds: found 3 of 2 groups; expected 2 folds at least, and no more than there are groups; try: --folds "
            "2");
  EXPECT_EQ(test::refusal([&] { folds_by_time(times, 2); }),
            "--folds: found 2 of 1 later time; expected 2 folds at least, and no more than there are later times; try: "
            "a table with more later times");
}

TEST(Folds, RareClassesAreNamed) {
  Rows classes(20, 0);
  classes[3] = 1, classes[5] = classes[9] = 2;
  const std::vector<std::string> names{"a", "b", "c", "unused"};
  Notes notes;
  note_rare_classes(classes, names, make_folds(20, classes, 5, 0), notes);
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_NE(notes[0].text.find("\"c\" (2 rows)"), std::string::npos) << notes[0].text;
  EXPECT_NE(notes[1].text.find("\"b\" (1 row)"), std::string::npos) << notes[1].text;
  notes.clear();
  note_rare_classes(Rows(20, 0), names, make_folds(20, {}, 5, 0), notes);
  EXPECT_TRUE(notes.empty());
}

}  // namespace
}  // namespace gradus::data
