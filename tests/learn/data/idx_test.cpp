#include "gradus/learn/data/idx/idx.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/gzip.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus::data {
namespace {

using test::expect_refusal;
using test::pack;
using test::TemporaryFolder;
using namespace std::string_literals;

std::string header(const std::vector<std::uint32_t>& sizes, char type = 8) {
  std::string out = {0, 0, type, static_cast<char>(sizes.size())};
  for (const std::uint32_t size : sizes) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xff);
  }
  return out;
}

std::string idx(const std::vector<std::uint32_t>& sizes, std::string_view numbers) {
  return header(sizes) + std::string(numbers);
}

const std::string three_images = idx({3, 1, 2}, "\x00\x01\x7f\x80\xfe\xff"s);
const std::string three_labels = idx({3}, "\x01\x00\x02"s);

TEST(IdxFile, PlainAndPacked) {
  const TemporaryFolder folder;
  for (const std::string& path : {folder.write("a", three_images), folder.write("b", pack(three_images))}) {
    const Tensor images = read_idx_file(path);
    EXPECT_EQ(images.type(), (Type{DType::u8, {3, 1, 2}}));
    EXPECT_EQ(images.numbers(), (std::vector<double>{0, 1, 127, 128, 254, 255}));
  }
}

TEST(IdxFile, EveryTruncationIsRefused) {
  const TemporaryFolder folder;
  const std::string packed = pack(three_images);
  for (std::size_t length = 0; length < three_images.size(); ++length) {
    SCOPED_TRACE(length);
    const std::string path = folder.write("a", three_images.substr(0, length));
    expect_refusal(
        Fault::data, [&] { read_idx_file(path); }, "/a");
  }
  for (std::size_t length = 0; length < packed.size(); ++length) {
    SCOPED_TRACE(length);
    const std::string path = folder.write("a", packed.substr(0, length));
    expect_refusal(
        Fault::data, [&] { read_idx_file(path); }, "/a");
  }
}

TEST(IdxFile, WhatTheHeaderMustSay) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& bytes, const auto&... words) {
    const std::string path = folder.write("a", bytes);
    expect_refusal(
        Fault::data, [&] { read_idx_file(path); }, "/a", words...);
  };
  refused("", "an empty file");
  refused("\x03\x08\0\0\x02\0\0\0"s, "little-endian");
  refused("\x89PNG\r\n\x1a\n"s, "a PNG image");
  refused("\x89QNG\r\n\0\n"s, "89 51 4e 47");
  refused(header({2}, 0x0d), "32-bit floating-point");
  refused(header({2}, 0x77), "type 77");
  refused(header({}), "0 sizes");
  refused("\0\0\x08\xff"s + std::string(2000, '\1'), "255 sizes");
  refused(header({0, 28, 28}), "byte 4", "a size of 0");
  refused(header({0xffffffff, 0xffffffff, 0xffffffff}), "2^40");
  refused(header({0xffffffff, 0xff}), "bytes after the header", "[4294967295,255]");
  refused(three_images + "x", "7 bytes after the header", "6 bytes of numbers for [3,1,2]");
  refused(pack(three_images + "x"), "left over", "[3,1,2]");
  refused(pack(header({1000, 1000, 100})), "packed bytes can hold");
  refused(pack(idx({100, 10}, "too few")), "7 bytes after the header", "1000 for [100,10]");
}

// Larger than what may be taken before everything is known to be there: read twice.
TEST(IdxFile, LargePackedFilesAreChecked) {
  const TemporaryFolder folder;
  constexpr std::int64_t count = std::int64_t{48} << 20;
  std::string numbers(static_cast<std::size_t>(count), '\1');
  numbers.front() = 7, numbers.back() = 9;
  const std::string start = "\0\0\x08\1\x03\0\0\0"s;  // 3 * 2^24 = 48 * 2^20
  const Tensor read = read_idx_file(folder.write("a", pack(start + numbers)));
  ASSERT_EQ(read.count(), count);
  EXPECT_EQ(read.as<std::uint8_t>().front(), 7);
  EXPECT_EQ(read.as<std::uint8_t>().back(), 9);
  expect_refusal(
      Fault::data, [&] { read_idx_file(folder.write("a", pack(start + numbers + "x"))); }, "bytes left over");
  numbers.pop_back();
  expect_refusal(
      Fault::data, [&] { read_idx_file(folder.write("a", pack(start + numbers))); }, "50331647 bytes after the header");
}

TEST(IdxFile, APackedBombStopsAtWhatItsHeaderSays) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a", pack(idx({4}, std::string(std::size_t{20} << 20, 'x'))));
  expect_refusal(
      Fault::data, [&] { read_idx_file(path); }, "left over after 4");
}

TEST(IdxPair, ImagesAndLabels) {
  const TemporaryFolder folder;
  const Dataset set = read_idx_pair(folder.write("i", three_images), folder.write("l", three_labels));
  EXPECT_EQ(set.rows(), 3);
  EXPECT_EQ(set.row_size(), 2);
  EXPECT_EQ(set.divisor, 255);
  EXPECT_EQ(set.task, Task::classification);
  EXPECT_EQ(set.targets.type(), (Type{DType::i64, {3}}));
  EXPECT_EQ(set.targets.numbers(), (std::vector<double>{1, 0, 2}));
  EXPECT_EQ(set.class_names, (std::vector<std::string>{"0", "1", "2"}));
}

TEST(IdxPair, ClassesAreTheLabelsThatOccur) {
  const TemporaryFolder folder;
  const std::string images = folder.write("i", idx({5, 1, 1}, "abcde"));
  const auto read = [&](const std::string& labels, const std::vector<std::string>& known) {
    return read_idx_pair(images, folder.write("l", idx({5}, labels)), known);
  };
  using Names = std::vector<std::string>;
  using Numbers = std::vector<double>;
  const Dataset from_one = read("\3\1\2\1\3"s, {});
  EXPECT_EQ(from_one.class_names, (Names{"1", "2", "3"}));
  EXPECT_EQ(from_one.targets.numbers(), (Numbers{2, 0, 1, 0, 2}));
  const Dataset apart = read("\xff\7\x64\7\7"s, {});
  EXPECT_EQ(apart.class_names, (Names{"7", "100", "255"})) << "by size, not by byte";
  EXPECT_EQ(apart.targets.numbers(), (Numbers{2, 0, 1, 0, 0}));
  // A model's classes come first, whether they occur or not; then what it does not know.
  const Dataset unknown = read("\x09\2\4\2\x08"s, {"2", "4", "6"});
  EXPECT_EQ(unknown.class_names, (Names{"2", "4", "6", "8", "9"}));
  EXPECT_EQ(unknown.targets.numbers(), (Numbers{4, 0, 1, 0, 3}));
  // Names that are no labels stand for 0, 1, ...; "02" is no label.
  for (const Names& names : {Names{"boot", "shirt"}, Names{"02", "4"}}) {
    const Dataset named = read("\1\0\1\2\0"s, names);
    EXPECT_EQ(named.class_names, (Names{names[0], names[1], "2"}));
    EXPECT_EQ(named.targets.numbers(), (Numbers{1, 0, 1, 2, 0}));
  }
}

TEST(IdxPair, WhatDoesNotFit) {
  const TemporaryFolder folder;
  const std::string images = folder.write("i", three_images), labels = folder.write("l", three_labels);
  const auto refused = [&](const std::string& label_bytes, const auto&... words) {
    const std::string path = folder.write("x", label_bytes);
    expect_refusal(
        Fault::data, [&] { read_idx_pair(images, path); }, words...);
  };
  expect_refusal(
      Fault::data, [&] { read_idx_pair(labels, images); }, "swap");
  expect_refusal(
      Fault::data, [&] { read_idx_pair(labels, labels); }, "/l", "images [count, height, width]");
  expect_refusal(
      Fault::data, [&] { read_idx_pair(images, images); }, "/i", "labels [count]");
  refused(idx({2}, "\0\1"s), "3 images and 2 labels");
  refused(idx({3}, "\4\4\4"s), "a single label, 4");
}

TEST(IdxFolder, FindsTheFourFiles) {
  const TemporaryFolder folder;
  folder.write("train-images-idx3-ubyte.gz", pack(three_images));
  folder.write("train-labels.idx1-ubyte", three_labels);
  EXPECT_TRUE(is_idx_folder(folder.path()));
  expect_refusal(
      Fault::data, [&] { read_idx(folder.path()); }, "t10k-images*");
  folder.write("t10k-images-idx3-ubyte", idx({1, 1, 2}, "ab"));
  folder.write("t10k-labels-idx1-ubyte", idx({1}, "\2"s));
  const TrainTest sets = read_idx(folder.path());
  EXPECT_EQ(sets.train.rows(), 3);
  EXPECT_EQ(sets.test.rows(), 1);
  EXPECT_EQ(sets.test.class_names, sets.train.class_names);
  folder.write("t10k-images-idx3-ubyte.gz", "not read: the unpacked file is there");
  EXPECT_EQ(read_idx(folder.path()).test.rows(), 1);
  folder.write("t10k-labels-idx1-ubyte", idx({1}, "\3"s));
  EXPECT_EQ(read_idx(folder.path()).test.class_names, (std::vector<std::string>{"0", "1", "2", "3"}))
      << "a label that training has not";
  folder.write("t10k-labels-idx1-ubyte", idx({1}, "\2"s));
  folder.write("t10k-images-idx3-ubyte", idx({1, 2, 1}, "ab"));
  expect_refusal(
      Fault::data, [&] { read_idx(folder.path()); }, "[1,2,1]", "the size of the training images");
  folder.write("train-labels-other", three_labels);
  expect_refusal(
      Fault::data, [&] { read_idx(folder.path()); }, "one file train-labels*");
}

TEST(IdxFolder, OtherFolders) {
  const TemporaryFolder folder;
  EXPECT_FALSE(is_idx_folder(folder.path()));
  EXPECT_FALSE(is_idx_folder(folder.path("no")));
  expect_refusal(
      Fault::data, [&] { read_idx(folder.path("no")); }, "No such file");
  std::filesystem::create_directory(folder.path("cats"));
  expect_refusal(
      Fault::data, [&] { read_idx(folder.path()); }, "no file train-images*", "the four IDX files");
}

TEST(FashionMnist, IsWhatItsAuthorsSay) {
  const std::string folder = "/usr/share/datasets/fashion-mnist";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  const TrainTest sets = read_idx(folder);  // 60,000 and 10,000 images of 28x28; each class equally often
  EXPECT_EQ(sets.train.features.type(), (Type{DType::u8, {60'000, 28, 28}}));
  EXPECT_EQ(sets.test.features.type(), (Type{DType::u8, {10'000, 28, 28}}));
  EXPECT_EQ(sets.train.classes(), 10);
  for (const auto& [set, each] : {std::pair(&sets.train, 6000), std::pair(&sets.test, 1000)}) {
    std::vector<int> count(10);
    for (const std::int64_t label : set->targets.as<std::int64_t>()) ++count[static_cast<std::size_t>(label)];
    EXPECT_EQ(count, std::vector<int>(10, each));
  }
  // The first training image is an ankle boot.
  EXPECT_EQ(sets.train.targets.number(0), 9);
}

}  // namespace
}  // namespace gradus::data
