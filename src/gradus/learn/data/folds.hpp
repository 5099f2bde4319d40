// Cross-validation: splits of which every row is held back once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradus/learn/data/note.hpp"
#include "gradus/learn/data/split.hpp"

namespace gradus::data {

// All are functions of their arguments alone, the same on every machine. They throw UserError(Fault::usage) at
// `--folds` for fewer than two folds, or more than there are rows, groups or times to deal out.

/// Parts of floor(rows / folds) rows or one more. `classes`, one a row or none at all: each class has its share in each
/// part, or one row more.
std::vector<Split> make_folds(std::int64_t rows, std::span<const std::int64_t> classes, int folds, std::uint64_t seed);

/// Whole groups (a number a row), in an order that follows from the seed, each into the part with the fewest rows: no
/// two parts differ by more than the largest group.
std::vector<Split> folds_by_group(std::span<const std::int64_t> groups, int folds, std::uint64_t seed);

/// An expanding window: the rows by time in folds + 1 parts, of which each but the first is held back from what was
/// before it. Rows of one time stay together; parts that are empty for that are left out.
std::vector<Split> folds_by_time(std::span<const double> times, int folds);

/// Notes which classes (a number a row, with a name each) have fewer rows than there are folds, and which of them are
/// in a single fold alone, so that no net that is tried on them has learnt them.
void note_rare_classes(std::span<const std::int64_t> classes, std::span<const std::string> names,
                       std::span<const Split> folds, Notes& notes);

}  // namespace gradus::data
