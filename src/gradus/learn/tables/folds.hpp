// Rows in parts of nearly one size, each held back once.
#pragma once

#include <cstdint>
#include <vector>

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/data/split.hpp"

namespace gradus::tables {

/// `count` splits of all rows: every row is held back in exactly one of them; of a classification each class is dealt
/// out evenly. A function of (rows, classes, count, seed). Throws UserError(Fault::usage) unless 2 <= count <= rows.
std::vector<data::Split> make_folds(const data::Dataset& rows, std::int64_t count, std::uint64_t seed);

}  // namespace gradus::tables
