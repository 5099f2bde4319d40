#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/data/npy/arrays.hpp"
#include "gradus/learn/data/npy/zip.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus::data {
namespace {

#include "tests/learn/data/npy.inl"

using test::expect_refusal;
using List = std::vector<double>;

Table read(const std::string& bytes, const CsvOptions& options = {}) {
  const test::TemporaryFolder folder;
  return read_csv(folder.write("a.npy", bytes), options);
}

template <class... Words> void refused(const std::string& bytes, const Words&... words) {
  expect_refusal(
      Fault::data, [&] { read(bytes); }, words...);
}

TEST(Npy, ElementsOfAllTypes) {
  for (const std::string& bytes : {f8_rows, f8_columns}) {
    const Table table = read(bytes);
    ASSERT_EQ(table.columns.size(), 3u);
    EXPECT_EQ(table.rows, 2);
    EXPECT_EQ(table.columns[0].name, "column1");
    EXPECT_EQ(table.columns[0].numbers, (List{1.5, -4}));
    EXPECT_EQ(table.columns[1].numbers, (List{2, 5e300}));
    EXPECT_TRUE(std::isnan(table.columns[2].numbers[0]));
    EXPECT_EQ(table.columns[2].facts.missing.count, 1u);
  }
  EXPECT_EQ(read(f4_big).columns[0].numbers, (List{1.5, -3}));
  EXPECT_EQ(read(f2).columns[0].numbers, (List{1.5, -65504}));
  EXPECT_EQ(read(f2).columns[1].numbers, (List{0x1p-24, INFINITY}));  // 6e-8 as the nearest half
  EXPECT_EQ(read(i1).columns[1].numbers, (List{2, -128}));
  EXPECT_EQ(read(u8).columns[0].numbers, (List{0x1p63, 3}));
  EXPECT_EQ(read(u8).columns[0].facts.large_integer.count, 1u);
  EXPECT_EQ(read(truths).columns[1].numbers, (List{0, 1}));
}

TEST(Npy, ClassesAreTexts) {
  CsvOptions options;
  options.read = [](std::span<const std::string>) { return std::vector{ReadAs::looks, ReadAs::text}; };
  const Table table = read(f4_big, options);
  EXPECT_EQ(cell_text(table.columns[1], 0), "2");
  EXPECT_EQ(cell_text(table.columns[1], 1), "4");
}

TEST(Npy, WhatIsNoTableOfNumbers) {
  refused(complex, "complex numbers", "a.real");
  refused(texts, "texts");
  refused(objects, "pickle", "never executed");
  refused(fields, "a structured array");
  refused(cube, "3 axes", "a.reshape(len(a), -1)");
  std::string later = f8_rows;
  later[6] = 99;
  refused(later, "format 99");
  for (std::size_t size = 6; size < f8_rows.size(); ++size) refused(f8_rows.substr(0, size), "found");
  refused(f8_rows + "x", "bytes behind");
  std::string huge = f8_rows;
  huge.replace(huge.find("(2, 3)"), 6, "(2, -3");
  refused(huge, "found");
  huge.replace(huge.find("(2, -3"), 6, "(9**9)");
  refused(huge, "found");
  std::string many = f8_rows;
  many.replace(many.find("(2, 3), }     "), 14, "(9999999999, 9");
  refused(many, "found");
}

TEST(Npz, ArraysSideBySide) {
  for (const std::string& bytes : {npz_stored, npz_packed}) {
    const Table table = read(bytes);
    ASSERT_EQ(table.columns.size(), 3u);
    EXPECT_EQ(table.columns[0].name, "X1");
    EXPECT_EQ(table.columns[1].numbers, (List{2, 4, 6}));
    EXPECT_EQ(table.columns[2].name, "y");  // last, though it was saved first
    EXPECT_EQ(table.columns[2].numbers, (List{7, 8, 9}));
  }
  refused(npz_uneven, "2 rows", "3, as in the first array");
}

TEST(Npz, DamagedArchives) {
  for (std::size_t size = 40; size < npz_packed.size(); size += 3) refused(npz_packed.substr(0, size), "found");
  const auto with = [](std::string bytes, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = bytes.find(from, at)) != std::string::npos; at += to.size())
      bytes.replace(at, from.size(), to);
    return bytes;
  };
  expect_refusal(
      Fault::data, [&] { unzip(with(npz_stored, "X.npy", "../xy"), "t", 1 << 20); }, "the name ../xy");
  expect_refusal(
      Fault::data, [&] { unzip(with(npz_stored, "X.npy", "/.npy"), "t", 1 << 20); }, "the name /.npy");
  expect_refusal(
      Fault::data, [&] { unzip(with(npz_stored, "X.npy", "y.npy"), "t", 1 << 20); }, "two files called y.npy");
  expect_refusal(
      Fault::data, [&] { unzip(npz_stored, "t", 100); }, "more than 100 bytes");
  std::string flipped = npz_stored;
  flipped[flipped.find("NUMPY") + 130] ^= 1;
  expect_refusal(
      Fault::data, [&] { unzip(flipped, "t", 1 << 20); }, "wrong checksum");
}

TEST(Zstd, FramesAndWhatIsNone) {
  if (!knows_zstd()) GTEST_SKIP() << "built without libzstd";
  EXPECT_EQ(read(zstd_table).columns[0].numbers, (List{1, 2}));
  EXPECT_EQ(cell_text(read(zstd_table).columns[1], 1), "y");
  for (std::size_t size = 4; size < zstd_table.size(); ++size)
    refused(zstd_table.substr(0, size), "zstd data", "fetch or pack the file again");
  refused(zstd_table + "more", "damaged zstd data");
  std::string flipped = zstd_table;
  flipped[flipped.size() - 6] ^= 1;
  refused(flipped, "a.npy:byte");
}

}  // namespace
}  // namespace gradus::data
