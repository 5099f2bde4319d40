#include "gradus/learn/data/csv/table_stream.hpp"

#include <gtest/gtest.h>

#include "gradus/core/base/error.hpp"

namespace gradus {
namespace {

using data::ReadAs;

data::CsvOptions numbers_and_texts() {
  data::CsvOptions options;
  options.minimum_columns = 1;
  options.before = data::ReadingRules{};
  options.read = [](std::span<const std::string> names) {
    std::vector<ReadAs> out(names.size(), ReadAs::number);
    if (out.size() > 1) out[1] = ReadAs::text;
    return out;
  };
  return options;
}

/// "1 a|2 b|" of the first two columns; "!" for a row that cannot be read.
std::string rows_of(std::string_view text, std::int64_t at_once, data::Notes* notes = nullptr,
                    const data::CsvOptions& options = numbers_and_texts()) {
  data::TableStream stream(text, "t.csv", options);
  data::TablePart part;
  std::string out;
  while (stream.next(at_once, part)) {
    std::size_t broken = 0;
    for (std::int64_t row = 0; row <= part.table.rows; ++row) {
      while (broken < part.unreadable.size() && part.unreadable[broken].before == row) {
        out += std::string(static_cast<std::size_t>(part.unreadable[broken].count), '!') + "|";
        ++broken;
      }
      if (row == part.table.rows) break;
      for (const data::Column& column : part.table.columns) out += cell_text(column, row) + " ";
      out.back() = '|';
    }
  }
  if (notes != nullptr) *notes = stream.notes();
  return out;
}

TEST(TableStream, GivesTheSameRowsHoweverManyAtOnce) {
  const std::string text = "x,k\n1,a\n2,b\n3,\"c\nd\"\n4,a\n";
  for (const std::int64_t at_once : {1, 2, 3, 100}) EXPECT_EQ(rows_of(text, at_once), "1 a|2 b|3 c\nd|4 a|") << at_once;
}

TEST(TableStream, LeavesOutWhatCannotBeReadAndGoesOnBehindIt) {
  const std::string text =
      "x,k\n1,a\n2,b,c\n\n\n3,d\n4,\"e\"f\n5,\"g\n6,h\nx,k\n7,i\"j\n8,l\n9\n,\n10,\"never closed\n11,m\n\n\n";
  for (const std::int64_t at_once : {1, 2, 100}) {
    data::Notes notes;
    EXPECT_EQ(rows_of(text, at_once, &notes), "1 a|!!!|3 d|!!|6 h|!!|8 l|9 | |!|11 m|");
    ASSERT_EQ(notes.size(), 2U);
    EXPECT_EQ(
        notes[0].text,
        "t.csv: 1 row with fewer fields than columns, the first in t.csv:13:1: their last ones are missing values");
    EXPECT_EQ(
        notes[1].text,
        "t.csv: 8 rows without a prediction, which cannot be read, the first: t.csv:3:1: found 3 fields; expected 2 "
        "fields, as in the first line; try: quotes around a field that holds the delimiter, or the line taken "
        "out");
  }
}

TEST(TableStream, ReadsLinesThatEndWithCarriageReturns) { EXPECT_EQ(rows_of("x,k\r1,a\r2,b,c\r3,d", 2), "1 a|!|3 d|"); }

TEST(TableStream, SkipsALineThatIsLongerThanAnyRow) {
  const std::string text = "x,k\n1,a\n2," + std::string(std::size_t{40} << 20, 'b') + "\n3,c\n";
  EXPECT_EQ(rows_of(text, 2), "1 a|!|3 c|");
}

TEST(TableStream, ATooLongFirstRowIsNoSignOfRowNames) {
  EXPECT_EQ(rows_of("x,k\n1,a,b\n2,c\n3,d\n", 100), "!|2 c|3 d|");
  EXPECT_EQ(rows_of("x,k\n1,a,b,c\n2,c,d\n3,d\n4,e\n", 100), "!!|3 d|4 e|") << "nor is one behind another";
  EXPECT_EQ(rows_of("x k\nr1 1 a\nr2 2 b\n", 100), "1 a|2 b|") << "R's write.table";
}

TEST(TableStream, CountsBytesThatAreNoText) {
  data::Notes notes;
  std::string text = "x,k\n1,\xc3\xa4\n";
  for (int i = 0; i < 200; ++i) text += "2,\xc3\xa4\n";
  EXPECT_EQ(rows_of(text + "3,\xff\n4,b\n", 1000, &notes).substr(text.size() - 4 - 200),
            rows_of(text + "3,\xff\n4,b\n", 3).substr(text.size() - 4 - 200));
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].text,
            "t.csv: 1 row with bytes that are no text, the first t.csv:203; --encoding says another than UTF-8");
}

TEST(TableStream, RefusesAFileWithoutAFirstLine) {
  EXPECT_THROW(data::TableStream("", "t.csv", numbers_and_texts()), UserError);
  data::CsvOptions options = numbers_and_texts();
  options.read = [](std::span<const std::string>) -> std::vector<ReadAs> {
    throw UserError(Fault::data, "no such column");
  };
  EXPECT_THROW(data::TableStream("x,k\n1,a\n", "t.csv", options), UserError);
}

TEST(TableStream, HasNoRowsUnderALineOfNames) {
  data::TableStream stream(std::string_view("x,k\n"), "t.csv", numbers_and_texts());
  data::TablePart part;
  ASSERT_TRUE(stream.next(10, part));
  EXPECT_EQ(part.table.rows, 0);
  EXPECT_EQ(part.table.columns.size(), 2U);
  EXPECT_FALSE(stream.next(10, part));
}

}  // namespace
}  // namespace gradus
