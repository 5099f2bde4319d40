// Intervals around predictions of numbers: split conformal prediction (Papadopoulos and others, 2002; Lei and others,
// 2018, algorithm 2).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"
#include "gradus/engine/runtime/engine.hpp"
#include "gradus/learn/data/dataset.hpp"

namespace gradus {

struct TrainedModel;

/// Absolute errors of the encoded target on rows that were not learnt from.
struct HeldOutErrors {
  static constexpr std::int64_t most = 1000;
  std::int64_t rows = 0;
  /// Ascending, one a row; of more rows than `most` those of ranks ceil(k rows / most), k = 1, ..., most.
  std::vector<double> errors = {};
  bool empty() const { return rows == 0; }
  friend bool operator==(const HeldOutErrors&, const HeldOutErrors&) = default;
};

/// Of the rows of `dataset` with these numbers; empty for classes, for several outputs and where a prediction is not
/// finite.
HeldOutErrors find_errors(Engine& engine, const TrainedModel& model, const data::Dataset& dataset,
                          std::span<const std::int64_t> rows);

/// The error that new rows like those held out do not exceed with probability `level` in (0, 1) at least: the
/// ceil((rows + 1) level)-th one. Nothing where there are too few rows to say.
std::optional<double> error_at(const HeldOutErrors& errors, double level);
/// The least rows for a level.
std::int64_t rows_for(double level);

/// From and to for row `row` of predict(), in the units of the data, where the encoded target is off by at most
/// `error`.
std::pair<double, double> interval_in_units(const TrainedModel& model, const Tensor& prediction, std::int64_t row,
                                            double error);

}  // namespace gradus
