#include "gradus/learn/data/csv/check_pieces.hpp"

#include <gtest/gtest.h>

#include "tests/support/gzip.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus::data {
namespace {

using test::TemporaryFolder;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += text;
  return out;
}

/// A row with several pieces of others before and after it, and the same packed (those around it once).
struct Around {
  explicit Around(const std::string& row) : text("a,b\n" + usual() + row + usual()) {
    static const std::string packed_usual = test::pack(usual());
    packed = test::pack("a,b\n") + packed_usual + test::pack(row) + packed_usual;
  }
  static const std::string& usual() {
    static const std::string rows = repeated("1,some text\n", std::size_t{5} << 20);
    return rows;
  }
  std::string text, packed;
};

TEST(CheckInPieces, SaysWhatTheWholeTextSays) {
  const TemporaryFolder folder;
  const CsvOptions options;
  const std::string rows[] = {"1\n",
                              "1,2,3\n",
                              "\n",
                              "a,b\n",
                              "1,x\"y\n",
                              "1,\"x\"y\n",
                              "1,caf\xe9\n",
                              "1,caf\xc3\xa9\n",
                              "1,\"x\ny\"\n",
                              "\"\"\"\",\"\n\"\"\n\"\n",
                              "1,2\r3\n",
                              "1,\"never closed\n",
                              "1,2\r\n",
                              std::string("1,\0\n", 4),
                              "1," + std::string(2'000'000, 'x') + "\n"};
  for (const std::string& row : rows) {
    const Around around(row);
    const std::string path = folder.write("t", around.packed);
    const std::string whole = message_of([&] { parse_csv(around.text, path, options); });
    const std::string pieces = message_of([&] {
      Source source(path);
      check_in_pieces(source, options);
    });
    EXPECT_EQ(pieces, whole) << printable(row.substr(0, 40));
  }
}

TEST(CheckInPieces, ColumnsThatAreNotReadMayHoldAnything) {
  const TemporaryFolder folder;
  CsvOptions options;
  options.read = [](std::span<const std::string>) { return std::vector{ReadAs::number, ReadAs::nothing}; };
  const std::string path = folder.write("t", Around("1,caf\xe9\n").packed);
  Source source(path);
  EXPECT_NO_THROW(check_in_pieces(source, options));
  EXPECT_NE(message_of([&] { check_in_pieces(source, {}); }), "");
}

// The table itself, from a packed file whose text is large beside it.
TEST(CheckInPieces, ALargeTableIsReadAfterIt) {
  const TemporaryFolder folder;
  std::string rows;
  for (unsigned i = 0; i < 3000; ++i) rows += std::to_string(i * 2654435761u % 1000) + ",x\n2,yy\n3,\"z\n\"\n";
  rows = repeated(rows, std::size_t{1} << 20);
  std::string text = "a,b\n", file = test::pack(text);
  const std::string member = test::pack(rows);
  for (int i = 0; i < 48; ++i) text += rows, file += member;
  const std::string path = folder.write("t", file);
  const Table packed = read_csv(path), plain = parse_csv(text, path);
  EXPECT_EQ(packed.rows, plain.rows);
  EXPECT_EQ(packed.columns[0].numbers, plain.columns[0].numbers);
  EXPECT_EQ(packed.columns[1].text.index, plain.columns[1].text.index);
  EXPECT_EQ(packed.lines, plain.lines);
}

}  // namespace
}  // namespace gradus::data
