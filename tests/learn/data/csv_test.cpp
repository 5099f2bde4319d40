#include "gradus/learn/data/csv/csv.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include <cmath>

#include "tests/support/gzip.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus::data {
namespace {

using test::expect_refusal;

Table parse(std::string_view text, const CsvOptions& options = {}) { return parse_csv(text, "t.csv", options); }

template <class... Words> void refused(std::string_view text, const Words&... words) {
  SCOPED_TRACE(std::string(text.substr(0, 100)));
  expect_refusal(
      Fault::data, [&] { parse(text); }, "t.csv", words...);
}

std::vector<std::string> texts(const Column& column, std::int64_t rows) {
  std::vector<std::string> out;
  for (std::int64_t row = 0; row < rows; ++row) out.push_back(cell_text(column, row));
  return out;
}

TEST(Csv, NumbersAndTexts) {
  const Table table = parse("km,fuel\n38000,gasoline\n1e3,diesel\n");
  EXPECT_EQ(table.rows, 2);
  EXPECT_TRUE(table.columns[0].numeric);
  EXPECT_EQ(table.columns[0].numbers, (std::vector<double>{38000, 1000}));
  EXPECT_FALSE(table.columns[1].numeric);
  EXPECT_EQ(texts(table.columns[1], 2), (std::vector<std::string>{"gasoline", "diesel"}));
  EXPECT_TRUE(table.notes.empty());
}

TEST(Csv, LineEndsMarksAndBlanks) {
  for (const char* text : {"a,b\n1,x\n2,y", "a,b\r\n1,x\r\n2,y\r\n",
                           "\xef\xbb\xbf"
                           "a,b\n1,x\r\n2,y\n\n\r\n  \n",
                           "a , b\n 1 ,\tx\n2, y \n", "\"a\",\"b\"\n\"1\",\"x\"\n\"2\",y\n", "a,b\n1, \"x\" \n2,y\r",
                           "a,b\r1,x\r2,y\r", "a,b\r1,x\r2,y"}) {
    const Table table = parse(text);
    ASSERT_EQ(table.columns.size(), 2u) << text;
    EXPECT_EQ(table.columns[0].name, "a");
    EXPECT_EQ(table.columns[1].name, "b");
    EXPECT_EQ(table.columns[0].numbers, (std::vector<double>{1, 2})) << text;
    EXPECT_EQ(texts(table.columns[1], 2), (std::vector<std::string>{"x", "y"})) << text;
  }
}

TEST(Csv, QuotesHoldDelimitersLineEndsAndQuotes) {
  const Table table = parse("a,b\n\"x,\"\"y\"\"\nz\",1\nplain,2\n,\"\"\n");
  EXPECT_EQ(texts(table.columns[0], 3), (std::vector<std::string>{"x,\"y\"\nz", "plain", ""}));
  EXPECT_EQ(table.line_of(0), 2u);
  EXPECT_EQ(table.line_of(1), 4u);
  EXPECT_EQ(table.line_of(2), 5u);
  EXPECT_EQ(table.columns[0].facts.missing.first, (Place{5, 1}));
  EXPECT_EQ(table.columns[1].facts.missing.first, (Place{5, 2}));
}

TEST(Csv, FindsTheDelimiterAndSaysSo) {
  const std::pair<const char*, const char*> files[] = {{"a;b\n1,5;2\n3,5;4\n", "semicolon"},
                                                       {"a\tb c\n1\t2\n", "tab"},
                                                       {"a|b\n1|2,3\n", "bar"},
                                                       {"\"a,b,c\";d\n\"1,2,3\";4\n", "semicolon"}};
  for (const auto& [text, name] : files) {
    const Table table = parse(text);
    EXPECT_EQ(table.columns.size(), 2u) << text;
    ASSERT_EQ(table.notes.size(), 1u) << text;
    EXPECT_NE(table.notes[0].text.find(name), std::string::npos) << table.notes[0].text;
  }
}

// pandas' to_csv and R's write.csv begin the line of names with nothing, or "".
TEST(Csv, AFirstColumnWithoutANameIsRowNames) {
  for (const char* text : {",x,y\n0,1,a\n1,2,b\n", "\"\",\"x\",\"y\"\n\"Mazda RX4\",1,\"a\"\n\"Datsun, 710\",2,\"b\"\n",
                           " ,x,y\n,1,a\n,2,b\n"}) {
    const Table table = parse(text);
    ASSERT_EQ(table.columns.size(), 2u) << text;
    EXPECT_EQ(table.columns[0].name, "x");
    EXPECT_EQ(table.columns[0].numbers, (std::vector<double>{1, 2}));
    EXPECT_EQ(texts(table.columns[1], 2), (std::vector<std::string>{"a", "b"}));
    ASSERT_EQ(table.notes.size(), 1u) << text;
    EXPECT_EQ(table.notes[0].text,
              "t.csv: the first column has no name: row names, left out (--row-names keep takes it)");
  }
  EXPECT_EQ(parse(",x\n0,1\n1,2\n").columns[0].name, "column1");  // there is nothing else to learn from
}

TEST(Csv, OtherColumnsWithoutANameHaveOneByPosition) {
  const Table table = parse("x,,column2,,y\n1,2,3,4,5\n");
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.name);
  EXPECT_EQ(names, (std::vector<std::string>{"x", "column2_2", "column2", "column4", "y"}));
  ASSERT_EQ(table.notes.size(), 1u);
  EXPECT_EQ(table.notes[0].text, "t.csv: columns without a name, named by position: column2_2, column4");
}

TEST(Csv, NothingToRead) {
  refused("", "an empty file");
  refused("\n\n", "empty lines alone");
  refused("\xef\xbb\xbf", "an empty file");
  refused("a,b\n", "no rows", "at least 1");
  refused("\na,b\n1,2\n", "t.csv:1:1", "names of the columns");
}

TEST(Csv, OneColumnIsNeverSilent) {
  refused("a\n1\n2\n", "t.csv:1:1", "one column");
  refused("a:b\n1:2\n", "one column", "commas");
  CsvOptions options;
  options.minimum_columns = 1;
  EXPECT_EQ(parse("a\n1\n2\n", options).rows, 2);
}

TEST(Csv, Names) {
  refused("a,b,a\n1,2,3\n", "t.csv:1:5", "\"a\"", "columns 1 and 3");
  refused("a,b\n1,2\na,b\n3,4\n", "t.csv:3:1", "names again");
}

TEST(Csv, RowsOfAnotherLength) {
  refused("a,b\n1,2\n3\n", "t.csv:3:1", "1 field", "2 fields");
  refused("a,b\n1,2,3\n", "t.csv:2:1", "3 fields");
  refused("a,b\n1,2\n3;4\n", "t.csv:3:1", "1 field");
  refused("a,b\n1,2\n\nx,y\n", "t.csv:3:1", "an empty line");
  refused("a,b\n\"1\n\n\",2\n3\n", "t.csv:5:1", "1 field");
}

TEST(Csv, Quotes) {
  refused("a,b\n1,\"x\ny\nz\n", "t.csv:2:3", "never closed");
  refused("a,b\n1,\"x\"y\n", "t.csv:2:6", "after a closing quote");
  refused("a,b\n1,x\"y\"\n", "t.csv:2:4", "a quote inside a field");
  std::string endless = "a,b\n1,\"";
  endless.append(std::size_t{3} << 20, 'x');
  refused(endless, "t.csv:2:3", "not closed within 1048576 bytes");
}

TEST(Csv, BytesThatAreNoText) {
  refused("a,b\n1,\xc3\xa9\xff\n", "t.csv:2:4", "0xff", "iconv");  // UTF-8 with some damage
  refused("a,b\n\xc3\xa9,2\n1,\xf5\x80\x80\x80\n", "t.csv:3:3", "0xf5");
  refused("a,b\n1,long enough for eight bytes \x81", "0x81", "not UTF-8");  // nor Windows-1252
  refused(std::string_view("a,b\n1,x\0y\n", 10), "t.csv:2:4", "NUL");
  CsvOptions options;
  options.rules.encoding = "UTF-8";
  expect_refusal(
      Fault::data, [&] { parse("a,b\n1,caf\xe9\n", options); }, "t.csv:2:6", "0xe9", "iconv -f ISO-8859-1");
  EXPECT_EQ(parse("a,b\n1,\xf0\x9f\x9a\x97\n").columns[1].text.distinct[0], "\xf0\x9f\x9a\x97");
}

TEST(Csv, NumbersThatF64CannotHold) {
  const Column large = parse("a,b\n1,1\n2,-1e400\n").columns[1];
  EXPECT_EQ(large.facts.too_large.first, (Place{3, 3}));
  EXPECT_EQ(large.numbers[1], -HUGE_VAL);
  EXPECT_EQ(parse("a,b\n1,1e-400\n").columns[1].numbers[0], 0.0);
  EXPECT_EQ(parse("a,b\n1,9007199254740993\n").columns[1].facts.large_integer.count, 1u);
  EXPECT_EQ(parse("a,b\n1,-inf\n").columns[1].facts.infinite.first, (Place{2, 3}));
}

/// Digits of every length before and behind the mark, and what may follow them, as the C library reads them.
TEST(Csv, NumbersOfEveryLength) {
  std::string text = "a,b\n";
  std::vector<double> expected;
  const std::string digits = "1234567890987654321", nines(19, '9'), zeros = "1000000000000000000";
  for (const std::string& all : {digits, nines, zeros}) {
    for (std::size_t whole = 1; whole <= 15; ++whole) {
      for (std::size_t fraction = 0; fraction <= 19; ++fraction) {
        const std::string mark = fraction > 0 ? "." : "";
        for (const std::string sign : {"", "-"}) {
          const std::string number = sign + all.substr(0, whole) + mark + all.substr(0, fraction);
          text += number + (whole % 3 == 0 ? " ," : ",") + number + (fraction % 2 == 0 ? "\r\n" : "\n");
          expected.push_back(std::strtod(number.c_str(), nullptr));
        }
      }
    }
  }
  const Table table = parse_csv(text, "t.csv");
  EXPECT_EQ(table.columns[0].numbers, expected);
  EXPECT_EQ(table.columns[1].numbers, expected);
  // At the end of the text, and beside bytes that are nearly digits.
  for (std::size_t length = 1; length <= 15; ++length) {
    const std::string number = digits.substr(0, length);
    EXPECT_EQ(parse_csv("a,b\n1,2\n" + number + "," + number, "t.csv").columns[1].numbers[1], std::stod(number));
    for (const char near : {'/', ':', '\x7f', '\x01'}) {
      std::string odd = number;
      odd[length / 2] = near;
      EXPECT_FALSE(parse_csv("a,b\nx,2\n" + odd + ",3\nyy,4\n", "t.csv").columns[0].numeric) << odd;
    }
  }
}

TEST(Csv, CountsWhatIsMissingAndWhereItBegins) {
  const Table table = parse("a,b\n1,x\n?,NA\nnull,y\nNaN,\n");
  const Column& a = table.columns[0];
  EXPECT_TRUE(a.numeric);
  EXPECT_EQ(a.facts.missing.count, 3u);
  EXPECT_EQ(a.facts.missing.first, (Place{3, 1}));
  EXPECT_EQ(a.facts.missing.text, "?");
  EXPECT_TRUE(std::isnan(a.numbers[3]));
  EXPECT_EQ(texts(table.columns[1], 4), (std::vector<std::string>{"x", "", "y", ""}));
}

/// Reads every column in the same way.
CsvOptions all(ReadAs read) {
  CsvOptions options;
  options.read = [read](std::span<const std::string> names) { return std::vector<ReadAs>(names.size(), read); };
  return options;
}

TEST(Csv, TextsStayAsTheyStand) {
  constexpr const char* codes = "a,b\n007,1.50\n7,+1\n\"07\",1e0\n";
  for (const ReadAs read : {ReadAs::text, ReadAs::literal}) {
    const Table table = parse(codes, all(read));
    EXPECT_EQ(texts(table.columns[0], 3), (std::vector<std::string>{"007", "7", "07"}));
    EXPECT_EQ(texts(table.columns[1], 3), (std::vector<std::string>{"1.50", "+1", "1e0"}));
  }
  EXPECT_EQ(texts(parse(codes).columns[0], 3), (std::vector<std::string>{"007", "7", "07"}));  // codes
  EXPECT_EQ(parse(codes).columns[1].numbers, (std::vector<double>{1.5, 1, 1}));
  const Table mixed = parse("a,b\n007,0\n7.5,1\n");
  EXPECT_EQ(mixed.columns[0].numbers, (std::vector<double>{7, 7.5}));
  EXPECT_EQ(mixed.columns[0].facts.leading_zero.count, 1u);
  EXPECT_EQ(parse(codes, all(ReadAs::number)).columns[0].numbers, (std::vector<double>{7, 7, 7}));
  EXPECT_FALSE(parse("a,b\n1.0,1\n0.0,2\n1.0,3\n", all(ReadAs::looks_or_two)).columns[0].numeric);
  EXPECT_TRUE(parse("a,b\n1.0,1\n0.0,2\n1.0,3\n", all(ReadAs::looks_or_two)).columns[1].numeric);
}

TEST(Csv, MarksInQuotesAreTexts) {
  constexpr const char* table = "a,b,c\nNA,\"NA\",1\nx,y,\"null\"\n\"\",\"?\",3\n";
  const Table looks = parse(table);
  EXPECT_EQ(texts(looks.columns[0], 3), (std::vector<std::string>{"", "x", ""}));
  EXPECT_EQ(texts(looks.columns[1], 3), (std::vector<std::string>{"NA", "y", "?"}));
  EXPECT_EQ(looks.columns[1].facts.missing.count, 0u);
  EXPECT_TRUE(looks.columns[2].numeric);  // among numbers a mark is a missing one, in quotes or not
  EXPECT_EQ(looks.columns[2].facts.missing.first, (Place{3, 5}));
  const Table literal = parse(table, all(ReadAs::literal));
  EXPECT_EQ(texts(literal.columns[0], 3), (std::vector<std::string>{"NA", "x", ""}));
  EXPECT_EQ(literal.columns[0].facts.missing.first, (Place{4, 1}));
  EXPECT_FALSE(parse("a,b\n\"NA\",1\n\"NA\",2\n").columns[0].numeric);
}

TEST(Csv, NumbersThatAreAskedForStayNumbers) {
  const Table table = parse("a,b\n1,\nx1,\n3,NA\n", all(ReadAs::number));
  EXPECT_TRUE(table.columns[0].numeric);
  EXPECT_EQ(table.columns[0].facts.not_number.first, (Place{3, 1}));
  EXPECT_EQ(table.columns[0].numbers[2], 3);
  EXPECT_TRUE(std::isnan(table.columns[0].numbers[1]));
  EXPECT_TRUE(table.columns[1].numeric);  // though nothing in it is a number
  EXPECT_EQ(table.columns[1].facts.missing.count, 3u);
}

TEST(Csv, WhatIsNotReadMayBeAnything) {
  CsvOptions options;
  options.read = [](std::span<const std::string> names) {
    std::vector<ReadAs> out;
    for (const std::string& name : names) out.push_back(name == "a" || name == "b" ? ReadAs::number : ReadAs::nothing);
    return out;
  };
  const std::string nul(1, '\0');
  const Table table = parse("2020,a,,note,,b\n1,2,x,caf\x81,1e400,3\n4,5," + nul + "y,\xff\xfe,,6\n", options);
  EXPECT_EQ(table.rows, 2);
  EXPECT_EQ(table.find("a")->numbers, (std::vector<double>{2, 5}));
  EXPECT_EQ(table.find("b")->numbers, (std::vector<double>{3, 6}));
  EXPECT_EQ(cell_text(*table.find("note"), 0), "");
  const auto refused_with = [&](std::string_view text, const char* place, const char* words) {
    expect_refusal(
        Fault::data, [&] { parse(text, options); }, place, words);
  };
  refused_with("x,a\n\x81,1\n1,\x81\n", "t.csv:3:3", "0x81");
  refused_with("x,a,a\n1,2,3\n", "t.csv:1:5", "columns 2 and 3");
  refused_with("x,y\x81\n1,2\n", "t.csv:1:4", "0x81");
  options.before = ReadingRules{};
  refused_with("1,2\n3,4\n", "t.csv:1:1", "where a column name should be");
  refused_with("x,a\n1,2\n3\n", "t.csv:3:1", "1 field");
}

TEST(Csv, ColumnsCountCharactersNotBytes) {
  const Table table = parse("a,b\n\xc3\xa9\xc3\xa9,?\n");
  EXPECT_EQ(table.columns[1].facts.missing.first, (Place{2, 4}));
}

TEST(Csv, Limits) {
  CsvOptions options;
  options.limits.columns = 3;
  expect_refusal(
      Fault::data, [&] { parse("a,b,c,d\n1,2,3,4\n", options); }, "t.csv:1:7", "more than 3 fields");
  options.limits.field = 4;
  expect_refusal(
      Fault::data, [&] { parse("a,b\n1,12345\n", options); }, "t.csv:2:3", "more than 4 bytes");
  options.limits.distinct = 2;
  const Table table = parse("a,b\n1,x\n2,y\n3,z\n4,x\n", options);
  EXPECT_TRUE(table.columns[1].text.overflowed);
  EXPECT_EQ(table.columns[0].numbers.size(), 4u);
}

TEST(Csv, ManyTextsAreNumberedRight) {
  std::string text = "a,b\n";
  for (int i = 0; i < 5000; ++i) text += std::to_string(i) + ",t" + std::to_string(i % 1777) + "\n";
  const Table table = parse(text);
  EXPECT_EQ(table.columns[1].text.distinct.size(), 1777u);
  for (std::int64_t i = 0; i < 5000; ++i) EXPECT_EQ(cell_text(table.columns[1], i), "t" + std::to_string(i % 1777));
}

TEST(Csv, FilesGzipOrNot) {
  const test::TemporaryFolder folder;
  const std::string text = "a,b\n1,x\n2,y\n";
  EXPECT_EQ(read_csv(folder.write("plain.csv.gz", text)).rows, 2);
  EXPECT_EQ(read_csv(folder.write("packed.csv", test::pack(text))).rows, 2);
  EXPECT_EQ(read_csv(folder.write("members.csv", test::pack("a,b\n1,x\n") + test::pack("2,y\n"))).rows, 2);
  const std::string path = folder.write("bad.csv", "a,b\n1\n");
  expect_refusal(
      Fault::data, [&] { read_csv(path); }, "bad.csv:2:1");
}

}  // namespace
}  // namespace gradus::data
