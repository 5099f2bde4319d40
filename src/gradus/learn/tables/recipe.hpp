// What is trained for a table where nobody says how: chosen by measuring (docs/reference/tables.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/data/encoders/encoder.hpp"
#include "gradus/learn/train/options.hpp"

namespace gradus::tables {

/// In how many parts the first way is trained twice: with single whole numbers as features, and without.
inline constexpr std::int64_t tried_folds = 2;

/// How much time a table is worth.
enum class Effort { quick, normal, best };
std::string_view name(Effort effort);

/// Tables with fewer rows are too small to be split.
inline constexpr std::int64_t least_rows = 10;

/// In how many parts the rows are split, each held back once; 1: some rows are held back from all nets.
std::int64_t folds_of(Effort effort, std::int64_t rows);

/// What columns of numbers are encoded by, of so many rows and columns.
kinds::Recipe<data::EncoderKind> numbers_of(std::int64_t rows, std::int64_t columns);

/// A way to train a net: nets of different ways err differently, and their mean is better than any of them.
struct Way {
  std::string name;  // "smooth"
  std::string net;   // the hidden layers
  std::string optimizer, groups, schedule;
  std::int64_t epochs = 100;
};

struct Shape {
  data::Task task = data::Task::regression;
  std::int64_t rows = 0;  // to learn from, in all folds together
  std::int64_t features = 0;
  std::int64_t outputs = 1;
  bool folds = true;  // false: what is held back is said
};

/// `folds_too`: the rows may be dealt into parts.
Shape shape_of(const data::Dataset& rows, const data::Schema& schema, bool folds_too);

/// The nets of a table: one of each way for each part of the rows, which are dealt `deals` times.
struct Plan {
  Effort effort = Effort::quick;
  std::int64_t folds = 1, deals = 1;
  std::vector<Way> ways = {};
  std::int64_t batch = 32;
  std::int64_t nets() const { return folds * deals * static_cast<std::int64_t>(ways.size()); }
};

/// CPU seconds that an effort may take for so many rows.
double allowed_seconds(Effort effort, std::int64_t rows);
/// About what training the nets takes, by the shapes alone, on one core with AVX2.
double seconds_of(const Plan& plan, const Shape& shape);

/// The effort's ways, and of them as many deals, ways and epochs as are allowed: the shape alone decides.
Plan make_plan(Effort effort, const Shape& shape);

/// How a net of one of its ways is trained.
TrainOptions options_of(const Plan& plan, const Way& way);

}  // namespace gradus::tables
