// What several encoders have in common.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gradus/learn/data/encoders/encoder.hpp"

namespace gradus::data {

using kinds::Key;
using kinds::Keys;
using kinds::KeyType;

/// Mean, deviation and range in two passes, so that nothing cancels; deviation exactly 0 where all are equal. Throws
/// UserError(Fault::data) at `place` for numbers whose squares f64 cannot hold. REQUIRES: a number.
Scaling fit_scaling(std::span<const double> numbers, const std::string& place);

/// The number below which a share `q` of `sorted` lies, between neighbors as NumPy's default has it.
double quantile(std::span<const double> sorted, double q);

/// `numbers` in order.
std::vector<double> sorted(std::span<const double> numbers);

/// The categories that are kept by keys "most" and "frequent": all of them; where they are too many the frequent ones,
/// in the same order, and one for all others.
void fit_categories(const Keys& of, std::span<const TextCount> texts, EncoderState& state);

inline std::int64_t one_feature(const Keys&, const EncoderState&) { return 1; }
inline void column_name(const Keys&, const EncoderState&, const std::string& column, std::vector<std::string>& out) {
  out.push_back(column);
}

/// (sin, cos) of `turns` whole turns.
inline void put_turn(double turns, std::span<double> out) {
  const double angle = 2 * std::numbers::pi * (turns - std::floor(turns));
  out[0] = std::sin(angle), out[1] = std::cos(angle);
}

}  // namespace gradus::data
