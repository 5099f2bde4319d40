#include "gradus/learn/data/source.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <sys/stat.h>
#include <array>
#include <thread>

#include "tests/support/gzip.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus::data {
namespace {

using test::expect_refusal;
using test::pack;
using test::TemporaryFolder;

std::string read(const std::string& path, const ReadLimits& limits = {}) {
  Source source(path);
  return read_all(source, limits);
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i * 7919 % 100'003) + ",";
  return text;
}

TEST(Source, ReadsWholeFiles) {
  const TemporaryFolder folder;
  for (const std::string& text : {std::string(), std::string("x"), std::string(1 << 16, 'y'), long_text()}) {
    EXPECT_EQ(read(folder.write("plain", text)), text);
    EXPECT_EQ(read(folder.write("packed", pack(text))), text);
    EXPECT_EQ(read(folder.write("members", pack(text) + pack("") + pack(text))), text + text);
  }
}

TEST(Source, ReadsInPieces) {
  const TemporaryFolder folder;
  const std::string text = long_text();
  for (const std::string& path : {folder.write("plain", text), folder.write("packed", pack(text))}) {
    Source source(path);
    std::string got, piece(777, '\0');
    while (!source.at_end()) {
      const std::size_t count = source.read(std::as_writable_bytes(std::span(piece)));
      got.append(piece, 0, count);
    }
    EXPECT_EQ(got, text);
  }
}

TEST(Source, BeginsAnew) {
  const TemporaryFolder folder;
  const std::string text = long_text();
  for (const std::string& path : {folder.write("plain", text), folder.write("packed", pack(text))}) {
    Source source(path);
    EXPECT_EQ(source.likely_size(), text.size());
    EXPECT_EQ(source.start().size(), std::size_t{1} << 16);
    EXPECT_FALSE(read_at_most(source, text.size() - 1).has_value());
    source.rewind();
    EXPECT_EQ(read_at_most(source, text.size()), text);
    source.rewind();
    EXPECT_EQ(read_all(source), text);
    EXPECT_TRUE(source.at_end());
  }
}

// As <(COMMAND) of a shell gives it.
TEST(Source, APipeCanBeReadAgain) {
  std::string text;
  for (int i = 0; text.size() < 300'000; ++i) text += std::to_string(i) + "\n";
  for (const bool packed : {false, true}) {
    const std::string sent = packed ? test::pack(text) : text;
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    std::thread writer([&] {
      for (std::size_t at = 0; at < sent.size();) {
        const ssize_t count = ::write(ends[1], sent.data() + at, sent.size() - at);
        if (count <= 0) break;
        at += static_cast<std::size_t>(count);
      }
      ::close(ends[1]);
    });
    Source source("/dev/fd/" + std::to_string(ends[0]));
    std::string first(1000, '\0');
    EXPECT_EQ(source.read(std::as_writable_bytes(std::span(first))), 1000u);
    source.rewind();  // before its end, and behind it
    EXPECT_TRUE(read_all(source) == text);
    source.rewind();
    EXPECT_TRUE(read_all(source) == text);
    EXPECT_FALSE(source.file_size().has_value());
    writer.join();
    ::close(ends[0]);
  }
}

TEST(Source, WhatIsNoFile) {
  const TemporaryFolder folder;
  folder.write("cars.csv", "x");
  expect_refusal(
      Fault::data, [&] { read(folder.path("car.csv")); }, "no such file", "did you mean", "cars.csv");
  expect_refusal(
      Fault::data, [&] { read(folder.path("no/cars.csv")); }, "no such file", "does not exist");
  expect_refusal(
      Fault::data, [&] { read(folder.path()); }, "a folder");
  expect_refusal(
      Fault::data, [&] { read("/dev/zero"); }, "a device");
  ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
  expect_refusal(
      Fault::data, [&] { read(folder.path("pipe")); }, "a FIFO", "standard input");
  expect_refusal(
      Fault::data, [&] { read(folder.path("esc\x1b[2J")); }, "esc\\x1b[2J");
  expect_refusal(
      Fault::model_file, [&] { Source(folder.path("x"), Fault::model_file); }, "no such file");
}

TEST(Source, AFileThatChangesIsRefused) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a", std::string(300'000, 'x'));
  for (const std::size_t size : {std::size_t{400'000}, std::size_t{100'000}}) {
    Source source(path);
    std::string piece(1000, '\0');
    source.read(std::as_writable_bytes(std::span(piece)));
    folder.write("a", std::string(size, 'y'));
    expect_refusal(
        Fault::data, [&] { read_all(source); }, "changed while it was read");
    folder.write("a", std::string(300'000, 'x'));
  }
}

TEST(Gzip, EveryTruncationIsRefused) {
  const TemporaryFolder folder;
  const std::string packed = pack("some text, some text and some more text");
  for (std::size_t length = 2; length < packed.size(); ++length) {
    const std::string path = folder.write("a", packed.substr(0, length));
    SCOPED_TRACE(length);
    expect_refusal(
        Fault::data, [&] { read(path); }, "a:byte " + std::to_string(length), "cut off");
  }
}

TEST(Gzip, FlippedBitsNeverGiveOtherBytes) {
  const TemporaryFolder folder;
  const std::string text = "some text, some text and some more text";
  std::string packed = pack(text);
  std::size_t refused = 0;
  for (std::size_t bit = 16; bit < 8 * packed.size(); ++bit) {  // the first two bytes say that it is gzip
    packed[bit / 8] = static_cast<char>(packed[bit / 8] ^ (1 << bit % 8));
    try {
      EXPECT_EQ(read(folder.write("a", packed)), text) << bit;  // time stamp and system in the header do not matter
    } catch (const UserError& error) {
      EXPECT_EQ(error.fault(), Fault::data);
      ++refused;
    }
    packed[bit / 8] = static_cast<char>(packed[bit / 8] ^ (1 << bit % 8));
  }
  EXPECT_GT(refused, 8 * (packed.size() - 12));
}

TEST(Gzip, WhatFollowsIsNamed) {
  const TemporaryFolder folder;
  const std::string packed = pack("text");
  const std::string path = folder.write("a", packed + "garbage");
  expect_refusal(
      Fault::data, [&] { read(path); }, "a:byte " + std::to_string(packed.size()), "after the end");
  std::string wrong_sum = packed;
  wrong_sum[wrong_sum.size() - 8] = static_cast<char>(wrong_sum[wrong_sum.size() - 8] ^ 1);
  const std::string other = folder.write("b", wrong_sum);
  expect_refusal(
      Fault::data, [&] { read(other); }, "damaged", "incorrect data check");
}

TEST(Gzip, BombsStopAtTheLimit) {
  const TemporaryFolder folder;
  std::string bomb;  // 100 KB that become 100 MB
  const std::string member = pack(std::string(std::size_t{1} << 20, 'x'));
  for (int i = 0; i < 100; ++i) bomb += member;
  const std::string path = folder.write("bomb", bomb);
  expect_refusal(
      Fault::data, [&] { read(path); }, "200 times");
  expect_refusal(
      Fault::data,
      [&] {
        read(path, {std::uint64_t{10} << 20, 5000});
      },
      "more than 10485760 bytes");
  EXPECT_EQ(read(path, {std::uint64_t{1} << 30, 5000}).size(), std::size_t{100} << 20);
}

}  // namespace
}  // namespace gradus::data
