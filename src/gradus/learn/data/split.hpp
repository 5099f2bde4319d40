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

/// As split_rows for `classes`, one a row, but so that every class keeps its share in both parts: a class with n of the
/// rows has floor(n kept / rows) or one more held back, by the largest remainders, and always a row to train on; fewer
/// than `kept` rows in all are held back only where no class can spare one. A function of (which rows share a class,
/// fraction, seed): numbering the classes in another way changes nothing.
Split split_by_class(std::span<const std::int64_t> classes, double fraction, std::uint64_t seed);

/// Throws UserError(Fault::usage) unless `split` has rows to train on, both parts are ascending, inside `rows`, and
/// have no row in common.
void check(const Split& split, std::int64_t rows);

/// Puts `rows` into the order of `epoch` (from 0): a function of (seed, epoch) and of the rows in ascending order.
/// Fisher and Yates with random_below (core/base/random.hpp). REQUIRES: `order` has the size of `rows`.
void shuffle_rows(std::span<const std::int64_t> rows, std::uint64_t seed, std::uint64_t epoch,
                  std::span<std::int64_t> order);

}  // namespace gradus::data
