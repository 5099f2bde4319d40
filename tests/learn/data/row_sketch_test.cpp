#include "gradus/learn/data/row_sketch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/learn/train/sample_data.hpp"
#include "tests/support/refusal.hpp"

namespace gradus::data {
namespace {

std::vector<std::int64_t> all_rows(const Dataset& dataset) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(dataset.rows()));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

RowSketch sketch(const Dataset& dataset) { return sketch_rows(dataset, all_rows(dataset)); }

/// Rows from `first` on of an endless table of numbers.
Dataset numbers(std::int64_t first, std::int64_t rows) {
  Dataset out = plane(rows, DType::f32);
  for (std::int64_t row = 0; row < rows; ++row) {
    out.features.set(2 * row, static_cast<double>(first + row));
    out.features.set(2 * row + 1, static_cast<double>((first + row) % 7));
    out.targets.set(row, static_cast<double>((first + row) % 5));
  }
  return out;
}

TEST(RowSketch, KnowsFewRowsExactly) {
  const RowSketch known = sketch(numbers(0, 1000));
  EXPECT_EQ(known.hashes.size(), 1000U);
  EXPECT_TRUE(known.complete());
  const Overlap half = find_overlap(known, numbers(900, 200));
  EXPECT_EQ(half.looked_up, 200);
  EXPECT_EQ(half.found, 100);
  EXPECT_EQ(find_overlap(known, numbers(1000, 500)).found, 0);
  EXPECT_EQ(find_overlap({}, numbers(0, 10)).looked_up, 0);
}

TEST(RowSketch, EstimatesTheShareOfManyRows) {
  const RowSketch known = sketch(numbers(0, 60'000));
  EXPECT_EQ(known.hashes.size(), RowSketch::most);
  EXPECT_TRUE(std::is_sorted(known.hashes.begin(), known.hashes.end()));
  // 30,000 rows, two thirds of them known: about 30,000 * 4096 / 60,000 = 2048 are looked up.
  const Overlap overlap = find_overlap(known, numbers(40'000, 30'000));
  EXPECT_NEAR(static_cast<double>(overlap.looked_up), 2048, 200);
  const double share = static_cast<double>(overlap.found) / static_cast<double>(overlap.looked_up);
  EXPECT_NEAR(share, 2.0 / 3, 0.05);  // five deviations of sqrt(2 / 9 / 2048)
  EXPECT_EQ(find_overlap(known, numbers(100'000, 30'000)).found, 0);
}

TEST(RowSketch, DoesNotDependOnOrder) {
  const Dataset rows = numbers(0, 9000);
  std::vector<std::int64_t> backwards = all_rows(rows);
  std::reverse(backwards.begin(), backwards.end());
  EXPECT_EQ(sketch_rows(rows, backwards), sketch(rows));
  EXPECT_EQ(sketch(take(rows, backwards)), sketch(rows));
  // Columns by name, classes by name, f32 or f64.
  Dataset classes = sine_classes(50, 3, DType::f32), turned = sine_classes(50, 3, DType::f64);
  classes.feature_names = {"a", "b", "c"};
  turned.feature_names = {"c", "a", "b"};
  turned.class_names = {"c", "b", "a"};
  for (std::int64_t row = 0; row < 50; ++row) {
    for (std::int64_t i = 0; i < 3; ++i)
      turned.features.set(3 * row + (i + 1) % 3, classes.features.number(3 * row + i));
    turned.targets.set(row, 2 - classes.targets.number(row));
  }
  EXPECT_EQ(sketch(turned), sketch(classes));
}

TEST(RowSketch, TellsRowsApart) {
  const Dataset rows = sine_classes(50, 3, DType::f32);
  const RowSketch known = sketch(rows);
  Dataset feature = rows, label = rows, twins = rows, swapped = rows;
  feature.features.set(3 * 7 + 1, 0.5),
      label.targets.set(9, (static_cast<std::int64_t>(rows.targets.number(9)) + 1) % 3);
  EXPECT_EQ(find_overlap(known, feature).found, 49);
  EXPECT_EQ(find_overlap(known, label).found, 49);
  const double a = rows.features.number(0), b = rows.features.number(1);
  swapped.features.set(0, b), swapped.features.set(1, a);
  EXPECT_EQ(find_overlap(known, swapped).found, 49);
  for (std::int64_t i = 0; i < 3; ++i) twins.features.set(i, twins.features.number(9 + i));  // row 4 has its class
  twins.targets.set(0, twins.targets.number(3));
  EXPECT_EQ(sketch(twins).hashes.size(), 49U);
}

TEST(RowSketch, OfImagesOfAnySize) {
  Dataset images;
  images.features = Tensor(DType::u8, {300, 3, 7});
  images.divisor = 255;
  images.task = Task::classification;
  images.has_targets = true;
  images.targets = Tensor(DType::i64, {300});
  images.class_names = {"0", "1"};
  for (std::int64_t i = 0; i < images.features.count(); ++i) images.features.set(i, static_cast<double>(i * i % 251));
  const RowSketch known = sketch(images);
  EXPECT_EQ(find_overlap(known, images).found, 300);
  Dataset last = images;
  for (std::int64_t row = 0; row < 300; ++row) last.features.set(21 * row + 20, 252);  // the last pixel
  EXPECT_EQ(find_overlap(known, last).found, 0);
}

TEST(RowSketch, AsText) {
  const RowSketch known = sketch(numbers(0, 20));
  EXPECT_EQ(to_text(known).size(), 320U);
  EXPECT_EQ(read_row_sketch(to_text(known)), known);
  EXPECT_EQ(read_row_sketch(""), RowSketch{});
  const std::string two = "00000000000000010000000000000002";
  EXPECT_EQ(read_row_sketch(two).hashes, (std::vector<std::uint64_t>{1, 2}));
  for (const std::string& bad :
       {two.substr(1), two.substr(0, 31) + "g", two.substr(16) + two.substr(0, 16), two.substr(16) + two.substr(16)}) {
    test::expect_refusal(
        Fault::model_file, [&] { read_row_sketch(bad); }, "row hashes");
  }
}

TEST(Train, KeepsTheRowsThatItLearntFromAlone) {
  Engine engine({.threads = 1});
  const Dataset rows = numbers(0, 100);
  const auto run = train(engine, nn::parse_net("1"), rows, {.epochs = 1, .validation = 0.25});
  EXPECT_EQ(run.model.learnt_rows.hashes.size(), 75U);
  TrainOptions options{.epochs = 1};
  options.split = Split{{0, 1, 2}, {3, 4}};
  EXPECT_EQ(train(engine, nn::parse_net("1"), rows, options).model.learnt_rows,
            sketch_rows(rows, std::vector<std::int64_t>{0, 1, 2}));
}

TEST(Train, SaysWhichClassesAreHeldBackAlone) {
  Engine engine({.threads = 1});
  Dataset rows = sine_classes(40, 2, DType::f32);
  for (std::int64_t row = 0; row < 40; ++row) rows.targets.set(row, row % 8 == 3 ? 2 : row % 2);
  const auto said = [](const gradus::Run& run) {
    return std::any_of(run.notes.begin(), run.notes.end(), [](const std::string& note) {
      return note.find("are not learnt: c (5 rows)") != std::string::npos;
    });
  };
  TrainOptions options{.epochs = 1};
  EXPECT_FALSE(said(train(engine, nn::parse_net("3"), rows, options)));
  Split split;
  for (std::int64_t row = 0; row < 40; ++row) (row % 8 == 3 ? split.validation : split.train).push_back(row);
  options.split = split;
  EXPECT_TRUE(said(train(engine, nn::parse_net("3"), rows, options)));
}

}  // namespace
}  // namespace gradus::data
