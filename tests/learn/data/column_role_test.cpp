#include "gradus/learn/data/column_role.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <numeric>

#include "gradus/learn/data/csv/csv.hpp"
#include "tests/support/refusal.hpp"

namespace gradus::data {
namespace {

using test::expect_refusal;

constexpr int rows = 40;

/// A table of columns "x" and "y", x by row.
Table table_of(const std::function<std::string(int)>& cell, const std::string& name = "x",
               const FitOptions& options = {"y", {}, {}, {}}) {
  std::string text = name + ",z,y\n";
  for (int i = 0; i < rows; ++i) text += cell(i) + "," + std::to_string(i % 5) + "," + std::to_string(i * i) + "\n";
  CsvOptions csv;
  csv.read = reading(options);
  return parse_csv(text, "t.csv", csv);
}

Fitted fit(const Table& table, const FitOptions& options = {"y", {}, {}, {}}) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(table.rows));
  std::iota(all.begin(), all.end(), 0);
  return fit_schema(table, all, options);
}

/// The encoder of x, with the reason where it is left out.
std::string role(const std::function<std::string(int)>& cell, const std::string& name = "x") {
  const Fitted fitted = fit(table_of(cell, name));
  return kinds::print(fitted.schema.columns[0].recipe);
}

std::string number(double x) { return number_text(x); }
std::string padded(int x, int digits) {
  std::string text = std::to_string(x);
  return std::string(
             static_cast<std::size_t>(digits) - std::min<std::size_t>(text.size(), static_cast<std::size_t>(digits)),
             '0') +
         text;
}

TEST(ColumnRole, Numbers) {
  EXPECT_EQ(role([](int i) { return number(0.5 * i); }), "standard");
  EXPECT_EQ(role([](int i) { return number(3 * i); }), "standard");
  EXPECT_EQ(role([](int i) { return number(1960 + i); }), "standard");  // years
  EXPECT_EQ(role([](int i) { return i == 7 ? "" : number(i % 9); }), "standard");
  EXPECT_EQ(role([](int) { return "5"; }), "ignored reason constant");
  EXPECT_EQ(role([](int) { return ""; }), "ignored reason empty");
}

TEST(ColumnRole, NumbersThatCountOrName) {
  for (const char* name : {"id", "No.", "Row number", "Unnamed: 0", "#", "obs", "S.No"}) {
    EXPECT_EQ(role([](int i) { return number(i); }, name), "ignored reason counter") << name;
    EXPECT_EQ(role([](int i) { return number(1700000 - i); }, name), "ignored reason counter") << name;
    EXPECT_EQ(role([](int i) { return number(i + (i > 20 ? 3 : 0)); }, name),
              "ignored reason counter");  // rows taken out
  }
  for (const char* name : {"a", "t", "day", "notes"}) {  // may be a time
    EXPECT_EQ(role([](int i) { return number(i); }, name), "standard") << name;
  }
  const auto shuffled = [](int i) { return number((i * 17) % rows * 3 + 1); };
  EXPECT_EQ(role(shuffled), "standard");
  for (const char* name : {"id", "ID", "user_id", "userId", "Order ID", "rownames"}) {
    EXPECT_EQ(role(shuffled, name), "ignored reason identifier") << name;
  }
  for (const char* name : {"paid", "humid", "Madrid", "grid"}) EXPECT_EQ(role(shuffled, name), "standard") << name;
  EXPECT_EQ(role([](int i) { return "90000000000" + padded((i * 17) % rows, 3); }), "ignored reason code");
  EXPECT_EQ(role([](int i) { return "16000" + padded((i * 17) % rows, 3) + "00000"; }), "standard");  // milliseconds
}

TEST(ColumnRole, Texts) {
  EXPECT_EQ(role([](int i) { return i % 3 ? "red" : "blue"; }), "one_hot");
  EXPECT_EQ(role([](int i) { return "Ann" + std::to_string(i); }), "ignored reason identifier");
  EXPECT_EQ(role([](int i) { return "it was a dark and stormy night " + std::to_string(i); }), "ignored reason text");
  EXPECT_EQ(role([](int i) { return padded(i % 7, 3); }), "one_hot");  // codes
  EXPECT_EQ(role([](int i) { return padded((i * 17) % rows, 5); }), "ignored reason code");
  EXPECT_EQ(role([](int) { return "same"; }), "ignored reason constant");
  EXPECT_EQ(role([](int i) { return i % 2 ? "here" : ""; }), "one_hot");  // that it is missing is all it says
  EXPECT_EQ(role([](int i) { return number(3 * i * i) + (i % 2 ? " km" : " km"); }), "standard");
  EXPECT_EQ(role([](int i) { return "2014-09-" + padded(1 + i % 30, 2) + " 13:0" + std::to_string(i % 10); }), "date");
  EXPECT_EQ(role([](int i) { return std::to_string(1939 + i / 12) + (i % 2 ? " Jan" : " Jul"); }), "date");
  EXPECT_EQ(role([](int i) { return i == 3 ? "n.a." : number(1.5 * i); }), "standard");  // with one that is missing
}

TEST(ColumnRole, GapsBesideTheFillingFeature) {
  const Fitted fitted = fit(table_of([](int i) { return i % 4 == 0 ? "" : number(i % 4 * 10); }));
  const ColumnEncoding& x = fitted.schema.columns[0];
  EXPECT_EQ(x.gaps, (Gaps{20, true}));  // median of 10, 20, 30
  EXPECT_EQ(x.scaling.mean, 20);        // of those that are there
  EXPECT_EQ(fitted.schema.feature_names(), (std::vector<std::string>{"x", "x is missing", "z"}));
  const Encoded encoded = encode(fitted.schema, parse_csv("x,z\n,1\n30,?\n", "new.csv"), DType::f64, WantTarget::no);
  const std::vector<double> numbers = encoded.dataset.features.numbers();
  EXPECT_EQ(numbers[0], 0);
  EXPECT_EQ(numbers[1], 1);
  EXPECT_EQ(numbers[4], 0);
  EXPECT_EQ(numbers[5], 0);  // z by its median, 2
  ASSERT_EQ(encoded.notes.size(), 1u);
  EXPECT_EQ(encoded.notes[0].text, "new.csv: missing values filled: \"x\" (1 by 20), \"z\" (1 by 2)");
}

TEST(ColumnRole, GapsOfTextsAreACategoryOfTheirOwn) {
  const Fitted fitted = fit(table_of([](int i) { return i % 4 == 0 ? "" : i % 4 == 1 ? "a" : "b"; }));
  EXPECT_EQ(fitted.schema.feature_names(), (std::vector<std::string>{"x=a", "x=b", "x is missing", "z"}));
  const auto features = [&](const std::string& cell) {
    const Table table = parse_csv("x,z\n" + cell + ",1\nq,1\n", "new.csv");
    const std::vector<double> all = encode(fitted.schema, table, DType::f64, WantTarget::no).dataset.features.numbers();
    return std::vector<double>(all.begin(), all.begin() + 3);
  };
  EXPECT_EQ(features("?"), (std::vector<double>{0, 0, 1}));
  EXPECT_EQ(features("b"), (std::vector<double>{0, 1, 0}));
  EXPECT_EQ(features("c"), (std::vector<double>{0, 0, 0}));
  // Without gaps in training the most frequent one.
  const Fitted whole = fit(table_of([](int i) { return i % 4 == 1 ? "a" : "b"; }));
  EXPECT_EQ(whole.schema.columns[0].gaps, (Gaps{1, false}));
  const Table gap = parse_csv("x,z\n,1\na,1\n", "new.csv");
  EXPECT_EQ(encode(whole.schema, gap, DType::f64, WantTarget::no).dataset.features.number(1), 1);
}

TEST(ColumnRole, IsLearntFromTheTrainingRowsAlone) {
  const Table table = table_of([](int i) { return i < 20 ? number(i % 3) : i < 30 ? "" : "1000"; });
  std::vector<std::int64_t> first(20);
  std::iota(first.begin(), first.end(), 0);
  const ColumnEncoding x = fit_schema(table, first, {"y", {}, {}, {}}).schema.columns[0];
  EXPECT_EQ(x.gaps, (Gaps{1, false}));
  EXPECT_EQ(x.scaling.maximum, 2);
}

TEST(ColumnRole, AllThatIsLeftOutIsSaidAtOnceWithTheFlag) {
  std::string text = "id,first name,one,none,a,y\n";
  for (int i = 0; i < rows; ++i)
    text += std::to_string(i) + ",\"Ann, " + std::to_string(i) + "\",1,," + std::to_string(i % 7) + "," +
            std::to_string(i * i) + "\n";
  const Table table = parse_csv(text, "t.csv");
  const Fitted fitted = fit(table);
  const std::string wanted =
      "t.csv: left out: \"id\" (counts the rows), \"first name\" (another one in nearly every row), \"one\" (the same "
      "in "
      "every training row), \"none\" (no cell); --keep 'id,first name' takes them in";
  EXPECT_EQ(std::count_if(fitted.notes.begin(), fitted.notes.end(), [&](const Note& n) { return n.text == wanted; }), 1)
      << fitted.notes.back().text;
  const Fitted kept = fit(table, {"y", {}, {}, {}, {{"id", {}}, {"first name", {}}, {"one", {}}}});
  EXPECT_EQ(kept.schema.columns[0].kind().name, "standard");
  EXPECT_EQ(kept.schema.columns[1].categories.size(), static_cast<std::size_t>(rows));
  EXPECT_FALSE(kept.schema.columns[2].used());
}

TEST(ColumnRole, WhatIsLeftOutIsTakenWhereNothingElseIs) {
  std::string text = "year,y\n";
  for (int i = 0; i < rows; ++i) text += std::to_string(i) + "," + std::to_string(i * i) + "\n";
  EXPECT_EQ(fit(parse_csv(text, "t.csv")).schema.feature_names(), (std::vector<std::string>{"year"}));
}

TEST(ColumnRole, ARuleOfAColumnIsObeyed) {
  const auto with_rule = [](const std::function<std::string(int)>& cell, const std::string& rule) {
    const FitOptions options{"y", {}, {}, {}, {{"x", parse_encoder(rule)}}};
    return fit(table_of(cell, "x", options), options).schema;
  };
  const auto digits = [](int i) { return padded(i % 7, 2); };
  EXPECT_EQ(with_rule(digits, "quantile").columns[0].points.size(), 10u);
  EXPECT_EQ(with_rule(digits, "one_hot").columns[0].categories[1], "01");
  EXPECT_EQ(with_rule(digits, "ignored").feature_names(), (std::vector<std::string>{"z"}));
  const auto days = [](int i) { return "3/" + std::to_string(1 + i % 12) + "/2020"; };
  EXPECT_EQ(with_rule(days, "date order dmy").columns[0].rule.order, DateOrder::dmy);
  EXPECT_EQ(with_rule(days, "date order mdy").columns[0].rule.order, DateOrder::mdy);
  const auto years = [](int i) { return std::to_string(20200101 + i % 30); };
  EXPECT_EQ(date_text(with_rule(years, "date").columns[0].scaling.minimum), "2020-01-01");
  expect_refusal(
      Fault::data, [&] { with_rule([](int i) { return i ? "red" : "blue"; }, "robust"); }, "t.csv:2:1", "\"blue\"",
      "a number");
  expect_refusal(
      Fault::data, [&] { with_rule([](int i) { return i ? "red" : "blue"; }, "date"); }, "\"x\"", "\"blue\"",
      "dates as");
  expect_refusal(
      Fault::data, [&] { with_rule(digits, "two_valued"); }, "\"x\"", "7 different texts", "one_hot");
}

TEST(ColumnRole, TargetsOfTwoValuesAreClasses) {
  const auto target = [](const std::string& text, const FitOptions& options) {
    CsvOptions csv;
    csv.read = reading(options);
    const Table table = parse_csv(text, "t.csv", csv);
    return fit(table, options).schema.target;
  };
  const std::string two = "a,y\n1,1.0\n2,0.0\n3,1.0\n4,0.0\n";
  EXPECT_EQ(target(two, {"", {}, {}, {}}).classes, (std::vector<std::string>{"0.0", "1.0"}));
  EXPECT_EQ(target(two, {"", Task::regression, {}, {}}).scaling.mean, 0.5);
  EXPECT_EQ(target("a,y\n1,1\n2,0\n3,2\n", {"", {}, {}, {}}).task, Task::regression);
  const TargetEncoding money = target("a,y\n1,\"$1,000\"\n2,$500\n3,$750\n", {"", {}, {}, {}});
  EXPECT_EQ(money.task, Task::regression);
  EXPECT_EQ(money.scaling.mean, 750);
  const TargetEncoding logs = target("a,y\n1,0\n2,10\n3,1000\n", {"", {}, {}, {}, {}, true});
  EXPECT_FALSE(logs.linear());
  EXPECT_NEAR(logs.decode(logs.encode(10)), 10, 1e-12);
  expect_refusal(
      Fault::data,
      [&] {
        target("a,y\n1,0\n2,-10\n3,1000\n", {"", {}, {}, {}, {}, true});
      },
      "line 3", "-10", "no logarithm");
}

TEST(DropRows, WithoutATarget) {
  Table table = parse_csv("a,y\n1,2\n2,\n\"3\n\",?\n4,5\n6,7\n", "t.csv");
  Notes notes;
  EXPECT_EQ(drop_rows_without_target(table, "y", notes), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(table.rows, 3);
  EXPECT_EQ(table.line_of(1), 6u);
  EXPECT_EQ(cell_text(table.columns[0], 1), "4");
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].text, "column \"y\" of t.csv: 2 rows say nothing of the target and are left out");
  Table texts = parse_csv("y,a\nb,2\n,3\nc,4\n", "t.csv");
  EXPECT_EQ(drop_rows_without_target(texts, "y", notes), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(texts.columns[0].text.index, (std::vector<std::int32_t>{0, 1}));
  Table none = parse_csv("a,y\n1,\n2,\n", "t.csv");
  expect_refusal(
      Fault::data, [&] { drop_rows_without_target(none, "y", notes); }, "\"y\"", "no cell", "--target");
}

TEST(SchemaJson, EveryEncoderComesBack) {
  const Table table = table_of([](int i) { return i == 5 ? "" : number(0.5 * (i % 11)); });
  for (const char* rule : {"standard", "robust clip 2", "quantile", "log offset 1", "periodic count 2", "piecewise"}) {
    const Schema schema = fit(table, {"y", {}, {}, {}, {{"x", parse_encoder(rule)}}}).schema;
    EXPECT_EQ(schema_from_json(json::parse(json::write(to_json(schema)), "t")), schema) << rule;
  }
  for (const auto& cell : std::initializer_list<std::function<std::string(int)>>{
           [](int i) { return i % 3 ? "a" : ""; }, [](int i) { return "2014-09-" + padded(1 + i % 30, 2); },
           [](int i) { return number(3 * i) + " km"; }, [](int i) { return number(i); }}) {
    const Schema schema = fit(table_of(cell), {"y", {}, {}, {}, {}, true}).schema;
    const std::string text = json::write(to_json(schema));
    EXPECT_EQ(schema_from_json(json::parse(text, "t")), schema) << text;
  }
  const std::string good = json::write(to_json(fit(table, {"y", {}, {}, {}, {{"x", parse_encoder("robust")}}}).schema));
  for (const auto& [from, to] :
       {std::pair("\"points\":[", "\"points\":[1,"), std::pair("\"robust clip 3\"", "\"robust clip -3\""),
        std::pair("\"robust clip 3\"", "\"piecewise\""), std::pair("\"fill\":", "\"fill\":\"NaN\",\"f\":")}) {
    std::string bad = good;
    ASSERT_NE(bad.find(from), std::string::npos) << from << good;
    bad.replace(bad.find(from), std::string(from).size(), to);
    expect_refusal(
        Fault::model_file, [&] { schema_from_json(json::parse(bad, "t")); }, "");
  }
}

}  // namespace
}  // namespace gradus::data
