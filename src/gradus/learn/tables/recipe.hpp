// What is trained for a table where nobody says how: chosen by measuring (docs/reference/tables.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gradus/learn/data/encoders/encoder.hpp"
#include "gradus/learn/train/options.hpp"

namespace gradus::tables {

/// How much time a table is worth.
enum class Effort { quick, normal, best };
std::string_view name(Effort effort);

/// Tables with fewer rows are too small to be split.
inline constexpr std::int64_t least_rows = 10;

/// In how many parts the rows are split, each held back once; 1: some rows are held back from all nets.
std::int64_t folds_of(Effort effort, std::int64_t rows);

/// What columns of numbers are encoded by, of so many rows and columns.
kinds::Recipe<data::EncoderKind> numbers_of(Effort effort, std::int64_t rows, std::int64_t columns);

/// The nets of a table: `members` of each fold, with seeds of their own.
struct Plan {
  Effort effort = Effort::quick;
  std::int64_t folds = 1, members = 1;
  std::string net;  // the hidden layers
  std::int64_t batch = 32, epochs = 100;
};
/// `rows`: to learn from, in all folds together.
Plan make_plan(Effort effort, std::int64_t rows, std::int64_t features);

/// How one of its nets is trained on so many rows.
TrainOptions options_of(const Plan& plan);

}  // namespace gradus::tables
