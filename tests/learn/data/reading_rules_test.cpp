// How a file is read is decided from the whole of it.
#include "gradus/learn/data/csv/reading_rules.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "gradus/learn/data/csv/csv.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus::data {
namespace {

using test::expect_refusal;

Table parse(std::string_view text, const CsvOptions& options = {}) { return parse_csv(text, "t.csv", options); }

std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> out;
  for (const Column& column : table.columns) out.push_back(column.name);
  return out;
}

std::string notes_of(const Table& table) {
  std::string out;
  for (const Note& note : table.notes) out += note.text + "\n";
  return out;
}

void expect_note(const Table& table, const std::string& words) {
  EXPECT_NE(notes_of(table).find(words), std::string::npos) << "no \"" << words << "\" in: " << notes_of(table);
}

using List = std::vector<double>;
using Words = std::vector<std::string>;

TEST(ReadingRules, DecimalCommas) {
  const Table table = parse("a;b;c\n1,5;2,25;x\n-3,0;4;y\n,5;1e3;z\n");
  EXPECT_EQ(table.columns[0].numbers, (List{1.5, -3, 0.5}));
  EXPECT_EQ(table.columns[1].numbers, (List{2.25, 4, 1000}));
  expect_note(table, "fields separated by semicolons, decimal commas (--delimiter semicolon, --decimal ,)");
  // In quotes between commas, as pandas writes them.
  EXPECT_EQ(parse("a,b\n\"1,5\",2\n\"10,25\",3\n").columns[0].numbers, (List{1.5, 10.25}));
  // The line of names may be missing: commas cut evenly too, but not into numbers.
  const Table bare = parse("1,5;2,5;3,5\n4,5;5,5;6,5\n7,5;8,5;9,25\n");
  ASSERT_EQ(bare.columns.size(), 3u);
  EXPECT_EQ(bare.columns[2].numbers, (List{3.5, 6.5, 9.25}));
}

TEST(ReadingRules, ThousandsMarks) {
  const Table commas = parse("a,b\n\"1,234\",1.5\n\"12,345,678\",2.5\n999,3\n");
  EXPECT_EQ(commas.columns[0].numbers, (List{1234, 12345678, 999}));
  EXPECT_EQ(commas.columns[1].numbers, (List{1.5, 2.5, 3}));
  expect_note(commas, "thousands marked by commas (--thousands ,)");
  EXPECT_EQ(parse("a,b\n\"4,25,000\",1\n\"80,000\",2\n").columns[0].numbers, (List{425000, 80000}));
  const Table points = parse("a;b\n1.234,5;1\n999;2\n1.000.000;3\n");
  EXPECT_EQ(points.columns[0].numbers, (List{1234.5, 999, 1000000}));
  EXPECT_EQ(parse("a,b\n38 000,1\n1 250,2\n").columns[0].numbers, (List{38000, 1250}));
  EXPECT_EQ(parse("a,b\n38\xc2\xa0"
                  "000,1\n1\xe2\x80\xaf"
                  "250,2\n")
                .columns[0]
                .numbers,
            (List{38000, 1250}));
  EXPECT_EQ(parse("a;b\n1'250.5;1\n2'000'000;2\n").columns[0].numbers, (List{1250.5, 2000000}));
}

// 1,234 may be 1.234 or 1234: other cells of the same file tell.
TEST(ReadingRules, OneFormatForTheWholeFile) {
  EXPECT_EQ(parse("a;b\n1,234;0,5\n5,678;1,5\n").columns[0].numbers, (List{1.234, 5.678}));
  EXPECT_EQ(parse("a;b\n1,234;0.5\n5,678;1.5\n").columns[0].numbers, (List{1234, 5678}));
  EXPECT_EQ(parse("a;b\n1.234;0,5\n5.678;1,5\n").columns[0].numbers, (List{1234, 5678}));
  EXPECT_EQ(parse("a;b\n0,234;1\n5,678;2\n").columns[0].numbers, (List{0.234, 5.678}));
  EXPECT_EQ(parse("a,b\n\"1,234\",1\n\"5,678\",2\n").columns[0].numbers, (List{1234, 5678}));
  // Texts with commas change nothing.
  EXPECT_EQ(parse("a,b\n\"Smith, J\",1.5\n\"Doe, A\",2.5\n").columns[1].numbers, (List{1.5, 2.5}));
}

// Only the last row has a comma: more than any first look would have seen.
TEST(ReadingRules, TheLastRowCounts) {
  std::string text = "a;b\n";
  for (int i = 0; i < 40'000; ++i) text += std::to_string(i % 90) + ";" + std::to_string(i % 7) + "\n";
  const Table table = parse(text + "2,5;1\n");
  ASSERT_TRUE(table.columns[0].numeric);
  EXPECT_EQ(table.columns[0].numbers.back(), 2.5);
  EXPECT_EQ(table.columns[0].numbers[89], 89);
  const Table texts = parse(text + "x;1\n");
  ASSERT_FALSE(texts.columns[0].numeric);
  EXPECT_EQ(cell_text(texts.columns[0], 40'000), "x");
  EXPECT_EQ(cell_text(texts.columns[0], 17), "17");
  EXPECT_EQ(texts.columns[0].facts.numbers, 40'000u);
  EXPECT_EQ(texts.columns[0].facts.not_number.first, (Place{40'002, 1}));
}

TEST(ReadingRules, LineOfNamesOrNot) {
  const Table none = parse("5.1,3.5,setosa\n4.9,3,setosa\n6,2,virginica\n");
  EXPECT_EQ(names_of(none), (Words{"column1", "column2", "column3"}));
  EXPECT_EQ(none.rows, 3);
  EXPECT_EQ(none.columns[0].numbers[0], 5.1);
  expect_note(none, "(--header no)");
  expect_note(none, "named column1, column2, ... by position");
  EXPECT_EQ(parse("p,x,s\ne,x,y\np,b,s\ne,x,s\n").rows, 4);  // texts that come again
  EXPECT_EQ(names_of(parse("kind,colour\np,x\ne,x\np,b\n")), (Words{"kind", "colour"}));
  EXPECT_EQ(parse("0.1,0.1,0.2\n0.3,0.4,0.5\n0.1,0.3,0.9\n").rows, 3);  // the same number twice is no name
}

TEST(ReadingRules, NamesThatAreNumbers) {
  EXPECT_EQ(names_of(parse("land,1990,1991\nA,5.5,6.5\nB,7,8\n")), (Words{"land", "1990", "1991"}));
  EXPECT_EQ(names_of(parse("1990,1995,2000\n120000,130000,150000\n99,98,97\n")), (Words{"1990", "1995", "2000"}));
  EXPECT_EQ(names_of(parse(",0,1,2\n0,5,6,7\n1,8,9,10\n")), (Words{"0", "1", "2"}));
  EXPECT_EQ(names_of(parse("0,1,2,3\n0.5,6,7,1\n1,8,9,10\n")), (Words{"0", "1", "2", "3"}));
  EXPECT_EQ(parse("1990,1991\n1992,1993\n1994,1980\n").rows, 3);  // columns of years
  CsvOptions options;
  options.rules.header = true;
  EXPECT_EQ(names_of(parse("7,8\n1,9\n10,2\n", options)), (Words{"7", "8"}));
  options.rules.header = false;
  EXPECT_EQ(parse("a,b\n1,2\n", options).rows, 2);
}

TEST(ReadingRules, MetadataAboveTheData) {
  for (const char* text :
       {"3,2,cat,dog\n5.1,3.5,0\n4.9,3,1\n4.8,3.1,1\n", "3,2,cat\n5.1,3.5,0\n4.9,3,1\n4.8,3.1,1\n"}) {
    const Table table = parse(text);
    EXPECT_EQ(table.rows, 3) << text;
    EXPECT_EQ(names_of(table), (Words{"column1", "column2", "column3"})) << text;
    expect_note(table, "the first line is none of the table: left out (--skip 1)");
  }
}

TEST(ReadingRules, Encodings) {
  const auto expect_cafe = [](std::string_view text, const std::string& encoding, const std::string& name) {
    const Table table = parse(text);
    ASSERT_EQ(table.columns.size(), 2u) << encoding;
    EXPECT_EQ(table.rules.encoding, encoding);
    EXPECT_EQ(cell_text(table.columns[1], 0), name) << encoding;
    EXPECT_EQ(table.columns[0].numbers, (List{1, 2})) << encoding;
  };
  // printf 'a,b\n1,café\n2,x\n' | iconv -t ENCODING
  expect_cafe("a,b\n1,caf\xe9\n2,x\n", "WINDOWS-1252", "caf\xc3\xa9");
  expect_cafe("a,b\n1,caf\xe9 5\x80\n2,x\n", "WINDOWS-1252", "caf\xc3\xa9 5\xe2\x82\xac");
  using namespace std::string_view_literals;
  expect_cafe(
      "\xff\xfe"
      "a\0,\0b\0\n\0001\0,\0c\0a\0f\0\xe9\0\n\0002\0,\0x\0\n\0"sv,
      "UTF-16", "caf\xc3\xa9");
  expect_cafe("\xfe\xff\0a\0,\0b\0\n\0001\0,\0c\0a\0f\0\xe9\0\n\0002\0,\0x\0\n"sv, "UTF-16", "caf\xc3\xa9");
  expect_cafe("a\0,\0b\0\n\0001\0,\0c\0a\0f\0\xe9\0\n\0002\0,\0x\0\n\0"sv, "UTF-16LE", "caf\xc3\xa9");
  expect_cafe(
      "\xef\xbb\xbf"
      "a,b\n1,caf\xc3\xa9\n2,x\n",
      "UTF-8", "caf\xc3\xa9");
  expect_note(parse("a,b\n1,caf\xe9\n2,x\n"), "WINDOWS-1252 text (--encoding WINDOWS-1252)");
  CsvOptions options;
  options.rules.encoding = "ISO-8859-7";
  EXPECT_EQ(cell_text(parse("a,b\n1,\xe1\n", options).columns[1], 0), "\xce\xb1");
  options.rules.encoding = "NO-SUCH";
  expect_refusal(
      Fault::usage, [&] { parse("a,b\n1,2\n", options); }, "--encoding", "NO-SUCH", "iconv -l");
  // UTF-16 cut off within a character.
  expect_refusal(
      Fault::data,
      [&] {
        parse(
            "\xff\xfe"
            "a\0,\0b\0\n\0001\0,\0x\0\n"sv);
      },
      "t.csv: found bytes that are not UTF-16");
}

// The byte that tells may be far behind.
TEST(ReadingRules, EncodingOfTheWholeFile) {
  std::string text = "a,b\n";
  for (int i = 0; i < 200'000; ++i) text += "1,plain\n";
  const test::TemporaryFolder folder;
  const Table table = read_csv(folder.write("t.csv", text + "2,caf\xe9\n"));
  EXPECT_EQ(table.rules.encoding, "WINDOWS-1252");
  EXPECT_EQ(cell_text(table.columns[1], 200'000), "caf\xc3\xa9");
}

TEST(ReadingRules, BlanksAndComments) {
  const Table blanks = parse("  x   y\n  1  2.5\n 10\t 3 \n");
  EXPECT_EQ(names_of(blanks), (Words{"x", "y"}));
  EXPECT_EQ(blanks.columns[1].numbers, (List{2.5, 3}));
  expect_note(blanks, "--delimiter blank");
  const Table comments = parse("# made by hand\n# twice\nx,y\n1,2\n# between\n3,4\n");
  EXPECT_EQ(comments.rows, 2);
  EXPECT_EQ(comments.columns[0].numbers, (List{1, 3}));
  expect_note(comments, "lines that begin with # left out (--comment '#')");
  const Table savetxt = parse("# x y z\n1.5 2 3\n4 5 6\n");  // numpy.savetxt
  EXPECT_EQ(names_of(savetxt), (Words{"x", "y", "z"}));
  expect_note(savetxt, "named by the comment");
  EXPECT_EQ(names_of(parse("#id,y\n1,2\n3,4\n")), (Words{"#id", "y"}));
}

TEST(ReadingRules, Quotes) {
  const Table single = parse("'a','b'\n'x, y',1\n'it''s',2\n");
  EXPECT_EQ(cell_text(single.columns[0], 0), "x, y");
  EXPECT_EQ(cell_text(single.columns[0], 1), "it's");
  expect_note(single, "single quotes (--quote single)");
  EXPECT_EQ(cell_text(parse("a,b\nit's,1\n'tis,2\n").columns[0], 1), "'tis");
  CsvOptions options;
  options.rules.quote = '\0';
  EXPECT_EQ(cell_text(parse("a,b\n5\" pipe,1\n6\",2\n", options).columns[0], 0), "5\" pipe");
  expect_refusal(
      Fault::data, [&] { parse("a,b\n5\" pipe,1\n"); }, "t.csv:2:2", "a quote inside a field", "--quote none");
  options = {};
  options.rules.escape = '\\';
  const Table escaped = parse("a,b\n\"Norwood \\\"Barney\\\" Ewell\",1\n\"c:\\\\x\",2\n", options);
  EXPECT_EQ(cell_text(escaped.columns[0], 0), "Norwood \"Barney\" Ewell");
  EXPECT_EQ(cell_text(escaped.columns[0], 1), "c:\\x");
  expect_refusal(
      Fault::data, [&] { parse("a,b\n\"x \\\"y\\\"\",1\n"); }, "text after a closing quote", "--escape backslash");
}

TEST(ReadingRules, AnApostropheThatStandsAloneIsNoQuote) {
  // The text begins with one that no other follows.
  EXPECT_EQ(names_of(parse("'a,k\n1,2\n")), (Words{"'a", "k"}));
  EXPECT_EQ(names_of(parse("a,'\n1,2\n")), (Words{"a", "'"}));
  EXPECT_EQ(names_of(parse("'a'','k\n1,2\n")), (Words{"'a''", "'k"}));
  EXPECT_EQ(names_of(parse("'a,k'''\n1,2\n")), (Words{"'a", "k'''"}));
  EXPECT_EQ(parse("a,k\n'1,2\n").rows, 1);
}

TEST(ReadingRules, RowsThatAreLongerOrShorter) {
  const Table trailing = parse("a,b,\n1,2,\n3,4,\n");
  EXPECT_EQ(names_of(trailing), (Words{"a", "b"}));
  expect_note(trailing, "an empty last column without a name is left out");
  const Table longer = parse("a,b\n1,2,\n3,4,,\n5,6\n");
  EXPECT_EQ(longer.columns[1].numbers, (List{2, 4, 6}));
  expect_note(longer, "2 rows with more delimiters at the end than columns");
  // write.table of R: no name above the names of rows.
  const Table r = parse("\"x\" \"y\"\n\"1\" 5 \"a\"\n\"2\" 6 \"b\"\n");
  EXPECT_EQ(names_of(r), (Words{"x", "y"}));
  EXPECT_EQ(r.columns[0].numbers, (List{5, 6}));
  expect_note(r, "row names in front, left out");
  // A spreadsheet leaves empty cells at the end of rows out.
  const Table early = parse("a,b,c\n1,2\n3\n4,5,6\n7\n");
  EXPECT_EQ(early.columns[2].facts.missing.count, 3u);
  EXPECT_TRUE(std::isnan(early.columns[1].numbers[1]));
  expect_note(early, "3 rows with fewer fields than columns, the first in t.csv:2:1");
  // One row alone is a mistake, and so are several where others have their empty cells.
  expect_refusal(
      Fault::data, [&] { parse("a,b,c\n1,2,3\n3\n4,5,6\n"); }, "t.csv:3:1", "1 field", "3 fields", "--short-rows fill");
  expect_refusal(
      Fault::data, [&] { parse("a,b,c\n1,2,\n3\n4\n5\n"); }, "t.csv:3:1", "1 field");
  CsvOptions options;
  options.rules.fill_short_rows = true;
  EXPECT_EQ(parse("a,b,c\n1,2,3\n3\n4,5,6\n", options).columns[2].facts.missing.count, 1u);
}

TEST(ReadingRules, WhatStandsAboveTheTable) {
  expect_refusal(
      Fault::data, [&] { parse("Report,2020\nx,y,z\n1,2,3\n"); }, "t.csv:2:1", "3 fields", "--skip 1");
  CsvOptions options;
  options.rules.skip = 1;
  const Table table = parse("Report,2020\nx,y,z\n1,2,3\n4,5,?\n", options);
  EXPECT_EQ(names_of(table), (Words{"x", "y", "z"}));
  EXPECT_EQ(table.columns[2].facts.missing.first, (Place{4, 5}));
  EXPECT_EQ(names_of(parse("sep=;\na;b\n1;2\n")), (Words{"a", "b"}));
}

TEST(ReadingRules, MissingMarks) {
  const Table usual = parse("a,b\n1,x\n-,None\n.,y\n#N/A,\n<NA>,n/a\n");
  EXPECT_EQ(usual.columns[0].facts.missing.count, 4u);
  EXPECT_EQ(usual.columns[1].facts.missing.count, 3u);
  CsvOptions options;
  options.rules.missing = Words{"-999", "unknown"};
  const Table own = parse("a,b,c\n1,x,1.5\n-999,Unknown,-999.0\n3,NA,2\n", options);
  EXPECT_EQ(own.columns[0].facts.missing.count, 1u);
  EXPECT_TRUE(std::isnan(own.columns[0].numbers[1]));
  EXPECT_EQ(own.columns[0].facts.numbers, 2u);
  EXPECT_TRUE(std::isnan(own.columns[2].numbers[1]));  // the same number
  EXPECT_EQ(own.columns[1].facts.missing.count, 1u);
  EXPECT_EQ(cell_text(own.columns[1], 2), "NA");
}

TEST(ReadingRules, AFileLikeTheOneBeforeOrNot) {
  CsvOptions options;
  options.before = parse("x;y\n1,5;2\n3,5;4\n").rules;
  options.minimum_columns = 1;
  const Table same = parse("x;y\n1,234;2\n", options);  // alone it might be 1234
  EXPECT_EQ(same.columns[0].numbers, (List{1.234}));
  EXPECT_TRUE(same.notes.empty()) << notes_of(same);
  const Table other = parse("x,y\n1.5,2\n2.5,3\n", options);
  EXPECT_EQ(other.columns[0].numbers, (List{1.5, 2.5}));
  expect_note(other,
              "unlike the training file, fields separated by commas, decimal points (--delimiter ,, --decimal .)");
}

TEST(ReadingRules, TheEncodingOfTheFileBefore) {
  CsvOptions options;
  options.before.emplace();
  options.before->encoding = "ISO-8859-7";
  EXPECT_EQ(cell_text(parse("a,b\n1,\xe1\n", options).columns[1], 0), "\xce\xb1");
  EXPECT_TRUE(parse("a,b\n1,x\n", options).notes.empty());  // ASCII is either
  const Table other = parse("a,b\n1,\xce\xb1\n", options);
  EXPECT_EQ(cell_text(other.columns[1], 0), "\xce\xb1");
  expect_note(other, "unlike the training file, UTF-8 text");
}

TEST(ReadingRules, ComeBackFromADocument) {
  ReadingRules rules;
  rules.encoding = "WINDOWS-1252";
  rules.delimiter = '\t';
  rules.quote = '\0';
  rules.escape = '\\';
  rules.comment = '#';
  rules.format = {',', '.'};
  rules.header = false;
  rules.missing = {"-999"};
  EXPECT_EQ(rules_from_json(to_json(rules)), rules);
  EXPECT_EQ(rules_from_json(to_json(ReadingRules{})), ReadingRules{});
}

// Plain rows are read in another way than odd ones: both give the numbers that strtod gives, and the same facts.
TEST(ReadingRules, NumbersAreRoundedOnce) {
  std::mt19937_64 random(7);
  std::string plain = "a,b\n", odd = "a,b\n";
  std::vector<double> expected;
  for (int i = 0; i < 20'000; ++i) {
    std::string digits;
    for (std::uint64_t n = 1 + random() % 17; n > 0; --n) digits += static_cast<char>('0' + random() % 10);
    const std::string number = (random() % 2 ? "-" : "") + std::to_string(random() % 1000) + "." + digits;
    expected.push_back(std::strtod(number.c_str(), nullptr));
    plain += number + "," + number + "\n";
    odd += "\"" + number + "\",\"" + number + "\"\n";
  }
  const Table one = parse(plain), two = parse(odd);
  EXPECT_EQ(one.columns[0].numbers, expected);
  EXPECT_EQ(two.columns[1].numbers, expected);
  EXPECT_EQ(one.columns[1].facts.numbers, two.columns[1].facts.numbers);
}

}  // namespace
}  // namespace gradus::data
