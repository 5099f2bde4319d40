#include "gradus/app/report/progress.hpp"

#include <gtest/gtest.h>

#include "gradus/app/report/layout.hpp"
#include "gradus/app/report/numbers.hpp"

namespace gradus::report {
namespace {

ProgressPlan plan() { return {metric::usual_metrics(true), true, 1, 10, 0, 0, false}; }

StepReport step() { return {3, 250, 50, 100, 64, 0.3412, 1e-3, 2.5}; }

TEST(Progress, TheLiveLineFillsTheTerminalButNeverWraps) {
  for (int width = 2; width <= 240; ++width) {
    EXPECT_LT(columns(live_line(plan(), step(), 16000, width)), static_cast<std::size_t>(width)) << width;
  }
  EXPECT_EQ(live_line(plan(), step(), 16000, 80),
            "  3/10  [#############.............]  loss 0.3412     6.4 k rows/s   7.5 s left");
}

TEST(Progress, NarrowTerminalsLoseTheSpeedFirstThenTheTime) {
  const std::string narrow = live_line(plan(), step(), 16000, 60), narrower = live_line(plan(), step(), 16000, 40);
  EXPECT_EQ(narrow.find("rows/s"), std::string::npos) << narrow;
  EXPECT_NE(narrow.find("left"), std::string::npos) << narrow;
  EXPECT_EQ(narrower.find("left"), std::string::npos) << narrower;
  EXPECT_NE(narrower.find("loss 0.3412"), std::string::npos) << narrower;
}

TEST(Progress, TheClockLimitsTheTimeLeft) {
  ProgressPlan timed = plan();
  timed.seconds = 4;
  EXPECT_NE(live_line(timed, step(), 16000, 80).find("1.5 s left"), std::string::npos);
}

TEST(Progress, AnEpochLineStandsUnderItsHeader) {
  EpochReport report;
  report.epoch = 3, report.loss = 0.4, report.learning_rate = 1e-3, report.gradient_norm = 1.5, report.best = true;
  Evaluation validation;
  validation.task = data::Task::classification;
  validation.loss = 0.45;
  validation.metrics = {{.name = "accuracy", .label = "accuracy", .unit = metric::Unit::share, .number = 0.8472}};
  validation.metrics[0].interval = metric::Interval{0.838, 0.856};
  report.validation = validation;
  const std::string header = epoch_header(plan()), line = epoch_line(plan(), report);
  for (const auto& [title, text] : {std::pair{"loss", "0.4 "},
                                    {"validation", "0.45"},
                                    {"accuracy", "84.72 % (83.8 to 85.6)"},
                                    {"rate", "0.001"},
                                    {"gradient", "1.5"}}) {
    EXPECT_EQ(header.find(title), line.find(text)) << header << "\n" << line;
  }
  EXPECT_TRUE(line.ends_with(" *")) << line;
  EXPECT_LE(line.size(), 80U);
}

TEST(Numbers, AreShortForPeople) {
  EXPECT_EQ(short_number(0.33412), "0.3341");
  EXPECT_EQ(short_number(17205.4), "17205");
  EXPECT_EQ(short_number(1.25e-7), "1.25e-07");
  EXPECT_EQ(grouped(60000), "60,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
  EXPECT_EQ(prefixed(9230), "9.23 k");
  EXPECT_EQ(prefixed(999.6), "1 k");
  EXPECT_EQ(bytes(1), "1 byte");
  EXPECT_EQ(bytes(407080), "407 KB");
  EXPECT_EQ(bytes(999), "999 bytes");
  EXPECT_EQ(bytes(1234567), "1.2 MB");
  EXPECT_EQ(duration(9.96), "10 s");
  EXPECT_EQ(duration(185), "3:05");
  EXPECT_EQ(duration(7800), "2:10:00");
}

TEST(Layout, WrapsBetweenWordsAndQuotesForTheShell) {
  EXPECT_EQ(wrapped("ab", "one two three four", 4, 26), "ab  one two three four\n");
  EXPECT_EQ(wrapped("ab", "a word and another  (--flag)", 4, 27), "ab  a word and another\n    (--flag)\n");
  EXPECT_EQ(shell_word("cars.csv"), "cars.csv");
  EXPECT_EQ(shell_word("my cars.csv"), "'my cars.csv'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("-x"), "./'-x'");
}

}  // namespace
}  // namespace gradus::report
