#include "gradus/learn/data/schema.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gradus/learn/data/csv/csv.hpp"
#include "tests/support/refusal.hpp"

namespace gradus::data {
namespace {

using test::expect_refusal;

constexpr const char* cars =
    "kilometres,fuel,age,price\n38000,gasoline,3,17000\n54000,diesel,4,25000\n150000,diesel,10,4500\n"
    "30000,gasoline,1,21000\n90000,diesel,6,9900\n";

Table parse(const std::string& text, int minimum_columns = 2) {
  CsvOptions options;
  options.minimum_columns = minimum_columns;
  return parse_csv(text, "t.csv", options);
}

std::vector<std::int64_t> rows_of(const Table& table) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(table.rows));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

/// Read as it should be to be fitted with these options.
Table parse(const std::string& text, const FitOptions& options) {
  CsvOptions csv;
  csv.read = reading(options);
  return parse_csv(text, "t.csv", csv);
}

/// Read as it should be to be encoded.
Table parse(const std::string& text, const Schema& schema, WantTarget target = WantTarget::known) {
  CsvOptions csv;
  csv.minimum_columns = 1;
  csv.read = reading(schema, target);
  return parse_csv(text, "t.csv", csv);
}

Fitted fit(const Table& table, const FitOptions& options) { return fit_schema(table, rows_of(table), options); }
Fitted fit(const std::string& text, const std::string& target) { return fit(parse(text), {target, {}, {}, {}}); }

bool has_note(const Notes& notes, bool warning, const std::string& words) {
  return std::any_of(notes.begin(), notes.end(), [&](const Note& note) {
    return note.warning == warning && note.text.find(words) != std::string::npos;
  });
}

template <class... Words> void refused(const std::string& text, const FitOptions& options, const Words&... words) {
  SCOPED_TRACE(text.substr(0, 100));
  const Table table = parse(text);
  expect_refusal(
      Fault::data, [&] { fit(table, options); }, "t.csv", words...);
}

/// "x,y" and these cells of x, with y counting up.
std::string column_x(const std::vector<std::string>& cells) {
  std::string text = "x,y\n";
  for (std::size_t i = 0; i < cells.size(); ++i) text += cells[i] + "," + std::to_string(i * i) + "\n";
  return text;
}

TEST(FitSchema, TheCarTable) {
  const Fitted fitted = fit(cars, "price");
  const Schema& schema = fitted.schema;
  EXPECT_EQ(schema.feature_names(), (std::vector<std::string>{"kilometres", "fuel=diesel", "fuel=gasoline", "age"}));
  EXPECT_EQ(schema.output_count(), 1);
  // Ages 3, 4, 10, 1, 6: mean 4.8, population variance 9.36.
  EXPECT_DOUBLE_EQ(schema.columns[2].scaling.mean, 4.8);
  EXPECT_DOUBLE_EQ(schema.columns[2].scaling.deviation, std::sqrt(9.36));
  EXPECT_EQ(schema.columns[2].scaling.minimum, 1);
  EXPECT_EQ(schema.columns[2].scaling.maximum, 10);
  EXPECT_TRUE(has_note(fitted.notes, false, "task: regression"));
  const Encoded encoded = encode(schema, parse(cars), DType::f64);
  EXPECT_EQ(encoded.dataset.features.type(), (Type{DType::f64, {5, 4}}));
  EXPECT_EQ(encoded.dataset.targets.type(), (Type{DType::f64, {5, 1}}));
  EXPECT_TRUE(encoded.notes.empty());
  EXPECT_EQ(encoded.dataset.features.number(1), 0);  // gasoline
  EXPECT_EQ(encoded.dataset.features.number(2), 1);
  EXPECT_DOUBLE_EQ(encoded.dataset.features.number(3), -1.8 / std::sqrt(9.36));
  EXPECT_DOUBLE_EQ(schema.target.scaling.decode(encoded.dataset.targets.number(0)), 17000);
}

TEST(FitSchema, ScalesByTheTrainingRowsAlone) {
  const std::vector<std::int64_t> rows = {0, 3};
  const Schema schema = fit_schema(parse(cars), rows, {"price", {}, {}, {}}).schema;
  EXPECT_EQ(schema.columns[0].scaling, (Scaling{34000, 4000, 30000, 38000}));
  EXPECT_EQ(why_ignored(schema.columns[1]), LeftOut::constant);
  EXPECT_EQ(schema.columns[1].feature_count(), 0);
  const Encoded encoded = encode(schema, parse(cars));
  EXPECT_FALSE(has_note(encoded.notes, true, "categories"));  // fuel was the same in both rows, so it is not used
  EXPECT_TRUE(has_note(encoded.notes, true,
                       "3 of 5 numbers outside the training range 30000 to 38000, the first in line 3: 54000"));
}

TEST(FitSchema, ClassesAreTextsOrNumbersThatAreSaidToBe) {
  const Fitted flowers = fit("size,kind\n1,b\n2,a\n3,b\n", "kind");
  EXPECT_EQ(flowers.schema.target.task, Task::classification);
  EXPECT_EQ(flowers.schema.target.classes, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(encode(flowers.schema, parse("size,kind\n1,b\n2,a\n")).dataset.targets.numbers(),
            (std::vector<double>{1, 0}));
  const FitOptions options{"digit", Task::classification, {}, {}};
  const Table digits = parse("size,digit\n1,10\n2,9\n3,01\n4,1\n", options);
  const Fitted fitted = fit(digits, options);
  EXPECT_EQ(fitted.schema.target.classes, (std::vector<std::string>{"01", "1", "9", "10"}));
  EXPECT_TRUE(has_note(fitted.notes, true, "has \"01\" and \"1\", the same number"));
  EXPECT_EQ(encode(fitted.schema, digits).dataset.targets.numbers(), (std::vector<double>{3, 2, 0, 1}));
}

TEST(FitSchema, ManyRowsWithFewWholeNumbersAreAskedAbout) {
  std::string text = "a,b\n";
  for (int i = 0; i < 30; ++i) text += std::to_string(i * i) + "," + std::to_string(i % 3) + "\n";
  EXPECT_TRUE(has_note(fit(text, "b").notes, true,
                       "only 3 different whole numbers; if they are classes: --task classification"));
}

TEST(FitSchema, ColumnsByName) {
  refused(cars, {"prise", {}, {}, {}}, "no column \"prise\"", "kilometres, fuel, age, price",
          "did you mean \"price\"?");
  refused(cars, {"price", {}, {"ages"}, {}}, "did you mean \"age\"?");
  refused(cars, {"price", {}, {"kilometres", "fuel", "age"}, {}}, "no column but the target");
  const Schema schema = fit(parse(cars), {"price", {}, {"age"}, {}}).schema;
  EXPECT_EQ(schema.feature_count(), 3);
  EXPECT_EQ(schema.ignored, (std::vector<std::string>{"age"}));
}

TEST(FitSchema, MissingAndInfiniteCellsOfTheTargetHaveAPlace) {
  refused("a,b\n1,2\nNaN,3\n4,\n", {"b", {}, {}, {}}, "t.csv:4:3", "missing value", "\"b\"");
  refused("a,b\n2,1\n3,-1e999\n4,2\n", {"b", {}, {}, {}}, "t.csv:3:3", "the number \"-1e999\"", "1.8e308");
  EXPECT_NO_THROW(fit(parse("a,b\n1e400,2\nx,3\ny,5\n"), {"b", {}, {}, {}}));  // texts
  refused("a,b\n2,1\n3,-inf\n4,2\n", {"b", {}, {}, {}}, "t.csv:3:3", "an infinite number");
  refused("a,b\n,2\n,3\n", {"b", {}, {}, {}}, "no column but the target that varies");
  EXPECT_NO_THROW(fit(parse("a,b,c\n1,2,\n2,3,NA\n"), {"b", {}, {"c"}, {}}));
}

TEST(FitSchema, NumbersInDisguise) {
  const FitOptions y{"y", {}, {}, {}};
  refused("x,y\n1.5,1\n2.5,2\n\"3,5\",3\n1.25,4\n", y, "t.csv:4:1", "\"3,5\"");  // one cell in another format
  refused("x,y\n0,1\n1,2\n2,3o\n5,4\n7,5\n", y, "t.csv:4:3", "\"3o\"", "a number, as in most");
  std::vector<std::string> rooms;
  for (int i = 0; i < 20; ++i) rooms.push_back(i % 5 ? std::to_string(i % 3) : "A");
  EXPECT_EQ(fit(column_x(rooms), "y").schema.columns[0].categories, (std::vector<std::string>{"0", "1", "2", "A"}));
}

TEST(FitSchema, ColumnsThatSayNothing) {
  const std::string text = "a,b,c,y\n5,same,1,1\n5,same,2,2\n5,same,4,3\n";
  const Fitted fitted = fit(text, "y");
  EXPECT_TRUE(has_note(fitted.notes, false,
                       "left out: \"a\" (the same in every training row), \"b\" (the same in every training row)"));
  EXPECT_EQ(fitted.schema.feature_names(), (std::vector<std::string>{"c"}));
  EXPECT_EQ(encode(fitted.schema, parse(text)).dataset.features.shape(), (Shape{3, 1}));
  EXPECT_EQ(fit("a,y\n0.1,1\n0.1,2\n0.1,3\n0.2,4\n", "y").schema.columns[0].scaling.deviation > 0, true);
  const std::vector<std::int64_t> three = {0, 1, 2};  // 0.1 + 0.1 + 0.1 is not 3 * 0.1, but the deviation is still 0
  expect_refusal(
      Fault::data,
      [&] {
        fit_schema(parse("a,y\n0.1,1\n0.1,2\n0.1,3\n0.2,4\n"), three, {"y", {}, {}, {}});
      },
      "that varies");
}

TEST(FitSchema, NamesAndCountersAreLeftOutAndCopiesWarnedOf) {
  std::string text = "id,name,copy,far,y\n";
  for (int i = 0; i < 200; ++i) {
    text += std::to_string(i + 7) + ",n" + std::to_string(i) + "," + std::to_string(3 * i * i + 1) + "," +
            std::to_string(i == 50 ? 1000 : i % 7) + "," + std::to_string(i * i) + "\n";
  }
  const Notes notes = fit(text, "y").notes;
  EXPECT_TRUE(has_note(notes, false,
                       "left out: \"id\" (counts the rows), \"name\" (another one in nearly every row); --keep id,name "
                       "takes them in"));
  EXPECT_TRUE(has_note(notes, true, "\"copy\" of t.csv is nearly a copy"));
  EXPECT_TRUE(has_note(notes, true, "\"far\" of t.csv has 1000 in line 52, far from all others"));
}

TEST(FitSchema, TooManyCategories) {
  std::vector<std::string> cells;
  for (int i = 0; i < 2002; ++i)
    cells.push_back("c" + std::string(1, static_cast<char>('a' + i % 26)) + std::to_string(i / 2));
  refused(column_x(cells), {"y", {}, {}, {}}, "no column but the target");  // each in a single row
  // 1,200 categories of which 40 are in 12 rows and more.
  std::string text = "c,y\n";
  for (int i = 0; i < 40 * 12 + 2 * 1160; ++i) {
    const int category = i < 40 * 12 ? i % 40 : 40 + (i - 40 * 12) / 2;
    text += "c" + std::to_string(1000 + category) + "," + std::to_string(i % 17) + "\n";
  }
  const Fitted fitted = fit(text, "y");
  EXPECT_EQ(fitted.schema.columns[0].categories.size(), 40u);
  EXPECT_TRUE(fitted.schema.columns[0].other);
  EXPECT_EQ(fitted.schema.feature_names().back(), "c is another");
  EXPECT_TRUE(has_note(fitted.notes, false, "1200 categories, of which the 40 frequent ones"));
  const Tensor features =
      encode(fitted.schema, parse("c\nc1003\nc1100\nnew\n", 1), DType::f32, WantTarget::no).dataset.features;
  for (std::int64_t i = 0; i < 41; ++i) {
    EXPECT_EQ(features.number(i), i == 3);
    EXPECT_EQ(features.number(41 + i), i == 40);
    EXPECT_EQ(features.number(82 + i), i == 40);
  }
}

TEST(FitSchema, TargetsThatCannotBeLearnt) {
  refused("a,y\n1,5\n2,5\n", {"y", {}, {}, {}}, "the same number 5");
  refused("a,y\n1,x\n2,x\n", {"y", {}, {}, {}}, "the single class \"x\"");
  refused("a,y\n1,x\n2,z\n", {"y", Task::regression, {}, {}}, "t.csv:2:3", "a number");
  refused("a,y\n1,1\n", {"y", {}, {}, {}}, "1 training row", "at least 2");
  refused("a,y\n1e308,1\n-1e308,2\n", {"y", {}, {}, {}}, "f64 can hold");
}

TEST(Encode, ColumnsInAnyOrderWithoutTheTarget) {
  const Schema schema = fit(cars, "price").schema;
  const Encoded one = encode(schema, parse("age,id,kilometres,fuel\n3,7,38000,gasoline\n"), DType::f32, WantTarget::no);
  EXPECT_FALSE(one.dataset.has_targets);
  EXPECT_TRUE(has_note(one.notes, false, "not used: \"id\""));
  EXPECT_EQ(one.notes.size(), 1u);
  const Tensor all = encode(schema, parse(cars)).dataset.features;
  for (std::int64_t i = 0; i < 4; ++i) EXPECT_EQ(one.dataset.features.number(i), all.number(i));
  EXPECT_NO_THROW(encode(schema, parse("age,price,kilometres,fuel\n3,,38000,gasoline\n"), DType::f32, WantTarget::no));
  EXPECT_NO_THROW(encode(schema, parse("age,price,kilometres,fuel\n3,,38000,gasoline\n"), DType::f32, false));
  EXPECT_THROW(encode(schema, parse("age,kilometres,fuel\n3,38000,gasoline\n"), DType::f32, true), UserError);
}

TEST(Encode, AllDifferencesAtOnce) {
  const Schema schema = fit(cars, "price").schema;
  expect_refusal(
      Fault::data, [&] { encode(schema, parse("km,fuel,Age\n1,diesel,2\n"), DType::f32, WantTarget::no); },
      "no column \"kilometres\", \"age\"", "but \"km\", \"Age\"");
  expect_refusal(
      Fault::data, [&] { encode(schema, parse("kilometres,fuel,age\n1,diesel,2\n")); }, "no column \"price\"");
}

TEST(Encode, CellsHavePlaces) {
  const Schema schema = fit(cars, "price").schema;
  expect_refusal(
      Fault::data, [&] { encode(schema, parse("kilometres,fuel,age,price\n1,diesel,2,3\n1,diesel,2,old\n")); },
      "t.csv:3:12", "\"old\"", "a number");
  expect_refusal(
      Fault::data, [&] { encode(schema, parse("kilometres,fuel,age,price\n1,diesel,2,\n")); }, "t.csv:2:12", "missing");
}

TEST(Encode, UnknownCategoriesAreNoneOfTheKnown) {
  const Schema schema = fit(cars, "price").schema;
  const Encoded encoded = encode(schema, parse("kilometres,fuel,age\n38000,gas,3\n38000,Diesel,3\n38000,diesel,3\n"),
                                 DType::f32, WantTarget::no);
  EXPECT_TRUE(
      has_note(encoded.notes, true, "2 of 3 categories were not in the training rows, the first \"gas\" in line 2"));
  EXPECT_EQ(encoded.dataset.features.number(1) + encoded.dataset.features.number(2), 0);
  EXPECT_EQ(encoded.dataset.features.number(9), 1);
}

TEST(Encode, UnknownClassesAreRefused) {
  const Schema schema = fit("a,y\n1,<=50K\n2,>50K\n", "y").schema;
  expect_refusal(
      Fault::data, [&] { encode(schema, parse("a,y\n1,>50K\n2,<=50K.\n")); }, "t.csv:3", "\"<=50K.\"",
      "did you mean \"<=50K\"?");
}

TEST(Encode, NumbersThatAreNames) {
  const FitOptions options{"y", {}, {}, {"zip"}};
  const Table table = parse("zip,y\n01067,1\n80331,2\n01067,4\n1067,5\n", options);
  const Schema schema = fit(table, options).schema;
  EXPECT_EQ(schema.feature_names(), (std::vector<std::string>{"zip=01067", "zip=1067", "zip=80331"}));
  EXPECT_EQ(encode(schema, table).dataset.features.numbers(),
            (std::vector<double>{1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0}));
  expect_refusal(
      Fault::usage, [&] { fit(parse("zip,y\n1067,1\n1068,5\n"), options); }, "\"zip\"", "01 from 1", "reading()");
}

TEST(Encode, TypesAreThoseOfTheModelWhateverAFileLooksLike) {
  const Schema schema = fit("kind,size,y\n01,1,1\nA,2,2\n\"NA\",3,4\n1,4,7\nB,5,9\n", "y").schema;
  EXPECT_EQ(schema.columns[0].categories, (std::vector<std::string>{"01", "1", "A", "B", "NA"}));
  // Digits alone: as numbers 01 would be 1.
  const Encoded digits =
      encode(schema, parse("kind,size\n01,1\n1,1\n001,1\n", schema, WantTarget::no), DType::f32, WantTarget::no);
  const std::vector<double> numbers = digits.dataset.features.numbers();
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(numbers[6 * row + i], row == i && row < 2) << row << " " << i;
  }
  EXPECT_TRUE(has_note(digits.notes, true, "1 of 3 categories were not in the training rows, the first \"001\""));
  // A mark is missing, in quotes it is a text; a text among numbers counts as missing.
  const auto encoded = [&](const std::string& text) {
    return encode(schema, parse(text, schema, WantTarget::no), DType::f32, WantTarget::no);
  };
  EXPECT_TRUE(has_note(encoded("kind,size\nNA,1\n").notes, false, "missing values filled: \"kind\" (1 by \"01\")"));
  EXPECT_TRUE(encoded("kind,size\n\"NA\",1\n").notes.empty());
  const Encoded texts = encoded("kind,size\nA,big\nA,small\nB,3\n");
  EXPECT_TRUE(has_note(texts.notes, true, "2 of 3 cells are no numbers, the first in line 2: \"big\""));
  EXPECT_TRUE(has_note(texts.notes, false, "missing values filled: \"size\" (2 by 3)"));
  EXPECT_EQ(texts.dataset.features.number(5), texts.dataset.features.number(17));
}

TEST(Encode, MarksAreTextsInACategoricalColumn) {
  const FitOptions options{"y", {}, {}, {"country", "y"}};
  const Table table = parse("country,x,y\nNA,1,NaN\nDE,2,b\nNA,3,NaN\n?,4,b\n", options);
  const Fitted fitted = fit(table, options);
  EXPECT_EQ(fitted.schema.columns[0].categories, (std::vector<std::string>{"?", "DE", "NA"}));
  EXPECT_EQ(fitted.schema.target.classes, (std::vector<std::string>{"NaN", "b"}));
  EXPECT_TRUE(has_note(fitted.notes, false, "classification, since the target \"y\" is categorical"));
  const Encoded encoded = encode(fitted.schema, parse("country,x,y\nNA,1,NaN\n", fitted.schema));
  EXPECT_EQ(encoded.dataset.features.number(2), 1);
  EXPECT_EQ(encoded.dataset.targets.number(0), 0);
  // A class is missing unless the column is said to be literal.
  const FitOptions classes{"y", Task::classification, {}, {}};
  expect_refusal(
      Fault::data, [&] { fit(parse("x,y\n1,1\n2,NA\n3,2\n", classes), classes); }, "t.csv:3:3", "put it in quotes");
  expect_refusal(
      Fault::usage,
      [&] {
        fit(table, {"y", Task::regression, {}, {"y"}});
      },
      "\"y\"", "classification");
}

TEST(Encode, ColumnsThatAreNotUsedNeedNotBeThereNorReadable) {
  const FitOptions options{"y", {}, {"id"}, {}};
  const Schema schema = fit(parse("id,a,same,one,y\nx,1,5,k,1\n1e400,2,5,k,3\nz,4,5,k,2\n", options), options).schema;
  EXPECT_EQ(schema.feature_names(), (std::vector<std::string>{"a"}));
  const auto features = [&](const std::string& text) {
    const Encoded encoded = encode(schema, parse(text, schema, WantTarget::no), DType::f64, WantTarget::no);
    EXPECT_TRUE(encoded.notes.empty());
    return encoded.dataset.features.numbers();
  };
  const std::vector<double> whole = features("id,a,same,one,y\nx,2,5,k,\n");
  EXPECT_EQ(features("a\n2\n"), whole);
  EXPECT_EQ(features("same,one,a\n,,2\n"), whole);
  EXPECT_EQ(features("id,same,one,a\n\xe9,six,1e999,2\n"), whole);
  expect_refusal(
      Fault::data, [&] { features("id,same\n1,5\n"); }, "no column \"a\"");
}

TEST(Encode, NumbersThatTheTypeCannotHoldAreFilled) {
  const Schema schema = fit("a,y\n1,1\n2,2\n3,4\n", "y").schema;
  const auto encoded = [&](DType dtype) {
    return encode(schema, parse("a\n2\n-1e300\n", schema, WantTarget::no), dtype, WantTarget::no);
  };
  const Encoded one = encoded(DType::f32);
  EXPECT_TRUE(has_note(one.notes, true, "1 numbers too far from the training range to be used, the first in line 3"));
  EXPECT_EQ(one.dataset.features.number(1), one.dataset.features.number(0));  // the median is 2
  EXPECT_LT(encoded(DType::f64).dataset.features.number(1), -1e299);
}

/// Models from before texts were kept as they stand know no "cells": 01 is their 1.
TEST(Encode, ModelsThatTookNumbersForTexts) {
  const FitOptions options{"y", {}, {}, {"zip"}};
  std::string text = json::write(to_json(fit(parse("zip,y\n10115,1\n1067,2\n", options), options).schema));
  const std::string cells = ",\"cells\":\"literal\"";
  text.erase(text.find(cells), cells.size());
  const Schema schema = schema_from_json(json::parse(text, "t"));
  EXPECT_EQ(schema.columns[0].read, ReadAs::looks);
  for (const char* file : {"zip\n01067\n10115.0\n", "zip\n01067\n+10115\nx\n"}) {
    const Tensor features =
        encode(schema, parse(file, schema, WantTarget::no), DType::f32, WantTarget::no).dataset.features;
    EXPECT_EQ(features.number(0) + features.number(3), 2) << file;
  }
}

TEST(Encode, ASingleFeature) {
  const Schema schema = fit("x,y\n1,2\n3,6\n", "y").schema;
  EXPECT_EQ(encode(schema, parse("x\n2\n", 1), DType::f64, WantTarget::no).dataset.features.number(0), 0);
}

TEST(SchemaJson, ComesBackAsItWas) {
  const FitOptions literal{"y", Task::classification, {}, {"a"}};
  for (const Schema& schema : {fit(parse(cars), {"price", {}, {"age"}, {}}).schema,
                               fit(parse("a,b,y\n01,1,1\nNA,2,2\n", literal), literal).schema,
                               fit("a,b,y\n1,\"\xc3\xa9\n\",x\n3,q,z\n", "y").schema}) {
    const std::string text = json::write(to_json(schema));
    EXPECT_EQ(schema_from_json(json::parse(text, "t")), schema) << text;
  }
  Dataset images;
  images.features = Tensor(DType::u8, {2, 28, 28});
  images.divisor = 255;
  images.task = Task::classification;
  images.class_names = {"0", "1"};
  const Schema schema = image_schema(images);
  EXPECT_EQ(schema_from_json(json::parse(json::write(to_json(schema)), "t")), schema);
  EXPECT_EQ(schema.feature_count(), 784);
  EXPECT_NO_THROW(require_images(schema, images));
  images.features = Tensor(DType::u8, {2, 28, 27});
  expect_refusal(
      Fault::data, [&] { require_images(schema, images); }, "[28,27]", "[28,28]");
}

TEST(SchemaJson, OtherDocumentsAreRefused) {
  const std::string good = json::write(to_json(fit(cars, "price").schema));
  for (const auto& [from, to] :
       {std::pair("\"number\"", "\"numbers\""), std::pair("\"mean\"", "\"meen\""), std::pair("\"regression\"", "\"x\""),
        std::pair("\"columns\"", "\"image\""), std::pair("\"deviation\":", "\"deviation\":-")}) {
    std::string bad = good;
    bad.replace(bad.find(from), std::string(from).size(), to);
    expect_refusal(
        Fault::model_file, [&] { schema_from_json(json::parse(bad, "t")); }, "");
  }
}

}  // namespace
}  // namespace gradus::data
