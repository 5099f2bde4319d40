// Which rows are kept for validation, and in which order the others are visited.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gradus::data {

struct Split {
  std::vector<std::int64_t> train;       // row numbers from 0, ascending
  std::vector<std::int64_t> validation;  // the others, ascending; floor(rows * fraction) of them
};

/// A function of (rows, fraction, seed) alone: the same on every machine and library.
/// Throws UserError(Fault::usage) unless 0 <= fraction < 1 and at least one row is left to train on.
Split split_rows(std::int64_t rows, double fraction, std::uint64_t seed);

/// Puts `rows` into the order of `epoch` (from 0): a function of (seed, epoch) and of the rows in ascending order.
/// Fisher and Yates with random_below (core/base/random.hpp). REQUIRES: `order` has the size of `rows`.
void shuffle_rows(std::span<const std::int64_t> rows, std::uint64_t seed, std::uint64_t epoch,
                  std::span<std::int64_t> order);

}  // namespace gradus::data
