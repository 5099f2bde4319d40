#include "gradus/learn/data/cell_rule.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/learn/data/dates.hpp"

namespace gradus::data {
namespace {

struct Known {
  std::string text;
  DateOrder order;
  double seconds;
};

#include "tests/learn/data/cell_rule.inl"

TEST(Dates, OfTheUsualFormsAreThoseOfPython) {
  for (const Known& one : known) EXPECT_EQ(read_date(one.text, one.order), one.seconds) << one.text;
}

TEST(Dates, OtherTextsAreNone) {
  for (const char* text : {"",
                           "Jan",
                           "12",
                           "2014",
                           "1.5",
                           "13/13/2014",
                           "2014-13-01",
                           "2014-02-29",
                           "2014-02-30",
                           "2014-09-02 25:00",
                           "2014-09-02 13:60",
                           "2014-09-02x",
                           "2014-09-02 ",
                           "2014-09-02 13",
                           "1/2",
                           "1-2-3",
                           "Foo 2, 2014",
                           "0/1/2014",
                           "2014-9-2-1",
                           "1939 Q5",
                           "1939 W54",
                           "2014-09-02 13:00 PST",
                           "2014-09-02 13:00 PM",
                           "123456789",
                           "a 2014-09-02",
                           "99999999999999999999",
                           "2014-09-02 13:46:59.",
                           "::",
                           "1:",
                           "24:00"}) {
    const double found = read_date(text, DateOrder::dmy);
    if (std::string(text) == "2014-09-02 13:46:59.") EXPECT_EQ(std::fmod(found, 60), 59);
    else EXPECT_TRUE(std::isnan(found)) << text << " " << found;
  }
  EXPECT_EQ(read_date("13:46:59", DateOrder::dmy), 13 * 3600 + 46 * 60 + 59);
  EXPECT_EQ(read_date("1:30 pm", DateOrder::dmy), 13 * 3600 + 30 * 60);
}

TEST(Dates, CalendarGoesThereAndBack) {
  for (std::int64_t day = -800'000; day < 800'000; day += 37) {
    const Civil date = civil(static_cast<double>(day) * 86'400 + 5);
    EXPECT_EQ(days_of(date), day);
  }
  EXPECT_EQ(date_text(read_date("2014-09-02 13:46:59", DateOrder::ymd)), "2014-09-02 13:46:59");
  EXPECT_EQ(date_text(-1), "1969-12-31 23:59:59");
}

std::vector<std::string> texts(std::initializer_list<const char*> list) { return {list.begin(), list.end()}; }

TEST(FindDate, TheWholeColumnDecidesTheOrder) {
  EXPECT_EQ(find_date(texts({"3/4/2020", "25/4/2020"}))->rule.order, DateOrder::dmy);
  EXPECT_EQ(find_date(texts({"3/4/2020", "4/25/2020"}))->rule.order, DateOrder::mdy);
  EXPECT_FALSE(find_date(texts({"25/4/2020", "4/25/2020"})));
  EXPECT_FALSE(find_date(texts({"3/4/2020", "soon"})));
  // Both fit; only as days before months does time not go back.
  const auto sorted = find_date(texts({"1/2/2020", "3/2/2020", "1/3/2020", "2/3/2020"}));
  EXPECT_EQ(sorted->rule.order, DateOrder::dmy);
  EXPECT_EQ(sorted->fitting.size(), 1u);
  const auto unclear = find_date(texts({"1/2/2020", "3/1/2020", "2/5/2020"}));
  EXPECT_EQ(unclear->rule.order, DateOrder::mdy);
  EXPECT_EQ(unclear->fitting.size(), 2u);
  EXPECT_EQ(find_date(texts({"1.2.2020", "3.1.2020", "2.5.2020"}))->rule.order, DateOrder::dmy);
  EXPECT_EQ(find_date(texts({"2014-09-02", "2013-01-02"}))->fitting.size(), 1u);  // the order does not matter
}

TEST(FindUnit, AllCellsShareIt) {
  const auto rule = [](std::initializer_list<const char*> list) { return find_unit(texts(list)); };
  EXPECT_EQ(rule({"45,000 kms", "1,25,000 kms", "700 kms"})->after, " kms");
  EXPECT_EQ(rule({"$1,200", "$15.50", "-$3"})->before, "$");
  EXPECT_EQ(rule({"45%", "1.5%", "1e-3%"})->after, "%");
  EXPECT_EQ(rule({"\xc2\xa3"
                  "30,495",
                  "\xc2\xa3"
                  "1"})
                ->before,
            "\xc2\xa3");
  EXPECT_EQ(rule({"USD 5", "USD 7"})->before, "USD ");
  EXPECT_FALSE(rule({"45 km", "20"}));
  EXPECT_FALSE(rule({"45 km", "20 miles"}));
  EXPECT_FALSE(rule({"45,000", "20,000"}));  // no unit: not decided here
  EXPECT_EQ(rule({"Rs.5", "Rs.7"})->before, "Rs.");
  EXPECT_EQ(read_cell(*rule({"Rs.5", "Rs.7"}), "Rs.1200"), 1200);
  EXPECT_EQ(read_cell(*rule({"$.5", "$.7"}), "$.25"), 0.25);
  EXPECT_FALSE(rule({"PAL0708", "PAL0809"}));
  EXPECT_FALSE(rule({"type 1", "type 2"}));  // names
  EXPECT_FALSE(rule({"1-2 km", "3-4 km"}));
  EXPECT_FALSE(rule({"1,2,3 km"}));
  EXPECT_FALSE(rule({"km", "km"}));
}

TEST(ReadCell, WithItsUnitOrWithoutAny) {
  const CellRule rule{CellRule::Form::unit, "$", " a day", {}};
  EXPECT_EQ(read_cell(rule, "$1,234.5 a day"), 1234.5);
  EXPECT_EQ(read_cell(rule, "-$2 a day"), -2);
  EXPECT_EQ(read_cell(rule, "$-2 a day"), -2);
  EXPECT_EQ(read_cell(rule, "7"), 7);
  EXPECT_EQ(read_cell(rule, "$7"), 7);
  for (const char* text : {"7 km", "EUR 7", "a day", "", "$ a day", "1,2"}) {
    EXPECT_TRUE(std::isnan(read_cell(rule, text))) << text;
  }
}

}  // namespace
}  // namespace gradus::data
