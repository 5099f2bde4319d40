// What a row of predictions stands for.
#pragma once

#include <cstdint>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"

namespace gradus::nn {

/// The class that row `row` of scores [rows, classes] or [rows, 1] stands for: that of the largest output, at a tie the
/// first; of a single output class 1 above 0.5. -1 for a row with an output that is not finite. Throws UserError for a
/// row that is not there.
std::int64_t class_of(ConstView scores, std::int64_t row);

/// Rows whose prediction has a number that is not finite.
struct NotFinite {
  static constexpr std::size_t most_named = 10;
  std::int64_t count = 0;
  std::vector<std::int64_t> named = {};  // the first of them, by their row numbers from 1

  /// Row `row` (from 0) of predicted [rows, outputs], which is row `number` (from 1) of the data.
  void add(ConstView predicted, std::int64_t row, std::int64_t number);
};

}  // namespace gradus::nn
