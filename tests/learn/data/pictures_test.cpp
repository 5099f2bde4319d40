// Pictures of PNG and JPEG: pixels, sizes, and files that are damaged or lie. Written by images/make.py.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "gradus/learn/data/images/image_folder.hpp"
#include "gradus/learn/data/images/orientation.hpp"
#include "gradus/learn/data/images/picture.hpp"
#include "gradus/learn/data/images/read_images.hpp"
#include "gradus/learn/data/images/resize.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus::data {
namespace {

using test::expect_refusal;
using test::TemporaryFolder;
using namespace std::string_literals;

struct Expected {
  std::string file;
  std::int64_t height, width;
  int channels;
  std::vector<int> pixels;
};

const std::vector<Expected> all_expected = {
#include "tests/learn/data/images/images.inl"
};

std::string bytes_of(const std::string& file) {
  std::ifstream in(GRADUS_TEST_DATA "/learn/data/images/" + file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// False where gradus was built without the library for it.
bool is_built_for(const std::string& file) {
  try {
    picture_size(bytes_of(file), file);
  } catch (const UserError& error) {
    return std::string(error.what()).find("built without") == std::string::npos;
  }
  return true;
}

TEST(Pictures, HaveThePixelsOfAnotherDecoder) {
  for (const Expected& one : all_expected) {
    SCOPED_TRACE(one.file);
    if (!is_built_for(one.file)) continue;
    const std::string bytes = bytes_of(one.file);
    const PictureSize size = picture_size(bytes, one.file);
    EXPECT_EQ(size, (PictureSize{one.height, one.width}));
    const Picture read = read_picture(bytes, one.file, size);
    EXPECT_EQ(read.channels, one.channels);
    EXPECT_EQ(std::vector<int>(read.pixels.begin(), read.pixels.end()), one.pixels);
  }
}

TEST(Pictures, EveryTruncationIsRefused) {
  for (const char* file : {"rgba.png", "interlaced.png", "rgb.jpg", "progressive.jpg"}) {
    if (!is_built_for(file)) continue;
    const std::string whole = bytes_of(file);
    const std::size_t needed = whole.size() - (whole.starts_with('\xff') ? 2 : 0);  // the mark at the end says nothing
    for (std::size_t length = 0; length < needed; ++length) {
      SCOPED_TRACE(std::string(file) + " " + std::to_string(length));
      expect_refusal(
          Fault::data,
          [&] {
            read_picture(whole.substr(0, length), "x.png", {4, 4});
          },
          "x.png: found");
    }
  }
}

TEST(Pictures, NoByteOfThemCrashes) {
  for (const char* file :
       {"palette_transparent.png", "interlaced.png", "progressive.jpg", "orientation6.jpg", "cmyk.jpg"}) {
    const std::string whole = bytes_of(file);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const char other : {'\0', '\xff', static_cast<char>(whole[at] ^ 0x10)}) {
        std::string bytes = whole;
        bytes[at] = other;
        try {
          read_picture(bytes, "x", {3, 5});
        } catch (const UserError&) {  // refused, or another picture
        }
      }
    }
  }
}

/// A PNG file that says it is so large, and holds nothing. The check sum of its header is right.
std::string declared(std::uint32_t width, std::uint32_t height) {
  std::string header = "IHDR"s;
  for (const std::uint32_t size : {width, height}) {
    for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(size >> shift & 0xff);
  }
  header += "\x08\x02\0\0\0"s;
  std::uint32_t sum = ~0U;
  for (const char c : header) {
    sum ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) sum = sum >> 1U ^ (sum & 1U ? 0xedb88320U : 0U);
  }
  sum = ~sum;
  std::string out = "\x89PNG\r\n\x1a\n\0\0\0\x0d"s + header;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(sum >> shift & 0xff);
  return out + "\0\0\0\0IDAT"s + "\x35\xaf\x06\x1e"s;
}

TEST(Pictures, ThatSayTheyAreHugeAreRefusedBeforeMemoryIsTaken) {
  if (!is_built_for("rgb.png")) GTEST_SKIP() << "built without libpng";
  expect_refusal(
      Fault::data, [] { picture_size(declared(60'000, 60'000), "x"); }, "an image of 60000 x 60000 pixels");
  expect_refusal(
      Fault::data, [] { picture_size(declared(70'000, 1), "x"); }, "x: found");
  expect_refusal(
      Fault::data, [] { picture_size(declared(0xffffffffU, 0xffffffffU), "x"); }, "x: found");
  EXPECT_EQ(picture_size(declared(20'000, 10'000), "x"), (PictureSize{10'000, 20'000}));
}

TEST(Pictures, OfOtherFormatsAreNamed) {
  expect_refusal(
      Fault::data, [] { picture_size("GIF89a..........", "a.png"); },
      "a.png: found a GIF image; expected a PNG or JPEG");
  expect_refusal(
      Fault::data, [] { picture_size("", "a.png"); }, "found an empty file");
  expect_refusal(
      Fault::data, [] { picture_size("hello", "a.png"); }, "expected a PNG or JPEG image");
}

std::vector<std::uint8_t> resized(PictureSize from, std::vector<std::uint8_t> pixels, PictureSize to) {
  Resizer resizer({from, 1, 1}, to);
  const auto width = static_cast<std::size_t>(from.width);
  for (std::size_t y = 0; y < static_cast<std::size_t>(from.height); ++y) {
    resizer.add(std::span<const std::uint8_t>(pixels).subspan(y * width, width));
  }
  return resizer.finish();
}

using Bytes = std::vector<std::uint8_t>;

TEST(Resizer, IsTheMeanOverTheAreaWhereThereAreFewerPixels) {
  EXPECT_EQ(resized({2, 4}, {10, 20, 30, 40, 50, 60, 70, 80}, {1, 2}), (Bytes{35, 55}));
  // Three pixels on two: (2 a + b) / 3 and (b + 2 c) / 3.
  EXPECT_EQ(resized({1, 3}, {0, 30, 90}, {1, 2}), (Bytes{10, 70}));
  EXPECT_EQ(resized({3, 1}, {0, 30, 90}, {2, 1}), (Bytes{10, 70}));
  EXPECT_EQ(resized({1, 2}, {0, 1}, {1, 1}), (Bytes{1})) << "a half is rounded up";
  EXPECT_EQ(resized({2, 3}, {1, 2, 3, 4, 5, 6}, {2, 3}), (Bytes{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(resized({300, 700}, Bytes(210'000, 77), {13, 17}), Bytes(221, 77));
}

TEST(Resizer, LiesBetweenTheNearestWhereThereAreMore) {
  // Centers at -1/4, 1/4, 3/4, 5/4 of the two pixels.
  EXPECT_EQ(resized({1, 2}, {0, 100}, {1, 4}), (Bytes{0, 25, 75, 100}));
  EXPECT_EQ(resized({2, 1}, {0, 100}, {4, 1}), (Bytes{0, 25, 75, 100}));
  EXPECT_EQ(resized({1, 1}, {9}, {3, 2}), (Bytes(6, 9)));
  // Longer and narrower at once.
  EXPECT_EQ(resized({1, 4}, {0, 0, 100, 100}, {2, 2}), (Bytes{0, 100, 0, 100}));
}

TEST(Pictures, AreHalvedWhileDecodedAsFarAsTheyAreNeeded) {
  if (!is_built_for("gray.jpg")) GTEST_SKIP() << "built without libjpeg";
  const std::string bytes = bytes_of("gray.jpg");  // 16 x 24
  const Picture whole = read_picture(bytes, "x", {16, 24});
  for (const PictureSize size : {PictureSize{8, 12}, {4, 6}, {2, 3}, {3, 5}}) {
    const Bytes means = resized({16, 24}, whole.pixels, size);
    const Picture small = read_picture(bytes, "x", size);
    for (std::size_t i = 0; i < means.size(); ++i) EXPECT_NEAR(small.pixels[i], means[i], 3) << i;
  }
}

TEST(Exif, DamagedBlocksSayNothing) {
  EXPECT_EQ(exif_orientation("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"s), 6);
  EXPECT_EQ(exif_orientation("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0"s), 8);
  EXPECT_EQ(exif_orientation("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0\0"s), 0);
  EXPECT_EQ(exif_orientation("Exif\0\0MM\0*\xff\xff\xff\xff"s), 0);
  EXPECT_EQ(exif_orientation("Exif\0\0MM\0*\0\0\0\x08\xff\xff"s), 0);
  EXPECT_EQ(exif_orientation("Exif\0\0"s), 0);
  EXPECT_EQ(exif_orientation(""), 0);
}

/// "photos" with a folder for each label, and images of `files` in all of them.
std::string write_photos(const TemporaryFolder& folder, const std::vector<std::string>& labels,
                         const std::vector<std::string>& files) {
  std::filesystem::create_directory(folder.path("photos"));
  for (const std::string& label : labels) {
    std::filesystem::create_directories(folder.path("photos/" + label));
    for (const std::string& file : files) folder.write("photos/" + label + "/" + file, bytes_of(file));
  }
  return folder.path("photos");
}

std::string texts(const Notes& notes) {
  std::string out;
  for (const Note& note : notes) out += note.text + "\n";
  return out;
}

class ImageFolders : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_built_for("rgb.png") || !is_built_for("rgb.jpg")) GTEST_SKIP() << "built without libpng or libjpeg";
  }
  const TemporaryFolder folder;
};

TEST_F(ImageFolders, AreRowsOfOneSizeTheSameOnAnyThreads) {
  const std::string path = write_photos(folder, {"b", "a", "10"}, {"gray.png", "gray4.png", "gray.jpg"});
  const ImageFolder one = read_image_folder(path, std::nullopt, 1);
  EXPECT_EQ(one.train.features.type(), (Type{DType::u8, {9, 5, 7}}));
  EXPECT_EQ(one.train.class_names, (std::vector<std::string>{"10", "a", "b"}));
  EXPECT_EQ(one.train.targets.numbers(), (std::vector<double>{0, 0, 0, 1, 1, 1, 2, 2, 2}));
  EXPECT_NE(texts(one.notes).find("3 of 9 images resized to 5x7"), std::string::npos) << texts(one.notes);
  for (const int threads : {2, 3, 16}) {
    EXPECT_EQ(read_image_folder(path, std::nullopt, threads).train.features.numbers(), one.train.features.numbers());
  }
  // The first row is 10/gray.jpg; the third 10/gray4.png, whose pixels are known.
  const auto& known =
      *std::find_if(all_expected.begin(), all_expected.end(), [](auto& e) { return e.file == "gray4.png"; });
  const std::vector<double> row = take(one.train, std::vector<std::int64_t>{2}).features.numbers();
  EXPECT_EQ(std::vector<int>(row.begin(), row.end()), known.pixels);
}

TEST_F(ImageFolders, OneImageWithAColorMakesAllColored) {
  const std::string path = write_photos(folder, {"2", "10"}, {"gray.png", "rgb.png"});
  const ImageFolder read = read_image_folder(path, PictureSize{5, 7}, 2);
  EXPECT_EQ(read.train.features.type(), (Type{DType::u8, {4, 3, 5, 7}}));
  EXPECT_EQ(read.train.class_names, (std::vector<std::string>{"2", "10"})) << "by size, since all are numbers";
  const auto& gray = all_expected[0].pixels;
  const auto pixels = read.train.features.as<std::uint8_t>();
  for (std::size_t i = 0; i < 105; ++i) EXPECT_EQ(pixels[i], gray[i % 35]);
  const auto& rgb =
      *std::find_if(all_expected.begin(), all_expected.end(), [](auto& e) { return e.file == "rgb.png"; });
  for (std::size_t i = 0; i < 105; ++i) EXPECT_EQ(pixels[105 + i], rgb.pixels[i % 35 * 3 + i / 35]) << i;
}

TEST_F(ImageFolders, WhatIsNoImageIsLeftOutAndSaid) {
  const std::string path = write_photos(folder, {"cat", "dog"}, {"gray.png", "rgb.png"});
  folder.write("photos/cat/broken.PNG", bytes_of("rgb.png").substr(0, 100));
  folder.write("photos/cat/notes.txt", "x");
  folder.write("photos/cat/.hidden.png", "x");
  folder.write("photos/beside.png", bytes_of("rgb.png"));
  std::filesystem::create_directories(folder.path("photos/empty"));
  std::filesystem::create_directories(folder.path("photos/.git"));
  std::filesystem::create_directories(folder.path("photos/dog/deep/deeper"));
  folder.write("photos/dog/deep/deeper/\xf0\x9f\x90\xb6.JpEg", bytes_of("rgb.jpg"));
  std::filesystem::create_directory_symlink("..", folder.path("photos/dog/loop"));
  std::filesystem::create_directory_symlink(folder.path("photos"), folder.path("photos/dog/deep/loop"));
  const ImageFolder read = read_image_folder(path, std::nullopt, 2);
  EXPECT_EQ(read.train.rows(), 5);
  EXPECT_EQ(read.train.class_names, (std::vector<std::string>{"cat", "dog"}));
  const std::string notes = texts(read.notes);
  for (const char* part :
       {"1 file is no PNG or JPEG image, and is left out: .txt (1); the first: ",
        "1 image beside the folders of labels, left out", "1 folder without images, which is no class: empty",
        "1 of 6 images cannot be read, and is left out; the first: ", "broken.PNG: found a damaged PNG image"}) {
    EXPECT_NE(notes.find(part), std::string::npos) << part << "\n" << notes;
  }
}

TEST_F(ImageFolders, AreRefusedWhereThereIsNothingToTellApart) {
  const auto refused = [&](const std::string& path, const std::string& text) {
    expect_refusal(
        Fault::data, [&] { read_image_folder(path, std::nullopt, 2); }, text);
  };
  refused(write_photos(folder, {"cat"}, {"gray.png"}), "images of a single label, cat");
  folder.write("photos/dog.png", "x");
  std::filesystem::create_directories(folder.path("flat/empty"));
  folder.write("flat/a.png", bytes_of("rgb.png"));
  refused(folder.path("flat"), "1 image in no folder of a label");
  std::filesystem::create_directories(folder.path("bad/a"));
  std::filesystem::create_directories(folder.path("bad/b"));
  folder.write("bad/a/1.png", "x");
  folder.write("bad/b/1.png", "");
  refused(folder.path("bad"), "no image that can be read");
  std::filesystem::create_directories(folder.path("none/a"));
  refused(folder.path("none"), "no PNG or JPEG images");
  refused(folder.path("missing"), "No such file");
}

TEST_F(ImageFolders, MayBeDividedIntoTrainAndTest) {
  write_photos(folder, {"train/cat", "train/dog"}, {"gray.png", "rgb.png"});
  write_photos(folder, {"Test/dog", "Test/wolf", "val/dog"}, {"rgb.png"});
  const ImageFolder read = read_image_folder(folder.path("photos"), std::nullopt, 2);
  EXPECT_EQ(read.train.rows(), 4);
  ASSERT_TRUE(read.test);
  EXPECT_EQ(read.test->rows(), 2);
  EXPECT_EQ(read.test->class_names, (std::vector<std::string>{"cat", "dog", "wolf"}));
  EXPECT_EQ(read.test->targets.numbers(), (std::vector<double>{1, 2}));
}

}  // namespace
}  // namespace gradus::data
