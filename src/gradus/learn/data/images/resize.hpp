// A picture in another size, row by row: the mean over the area where an axis gets shorter, between the two nearest
// where it gets longer.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gradus/learn/data/images/frame.hpp"

namespace gradus::data {

class Resizer {
 public:
  /// REQUIRES: no side is 0.
  Resizer(const Frame& from, PictureSize to);
  /// The next row from the top. REQUIRES: as many rows as Frame has, of its width * channels bytes.
  void add(std::span<const std::uint8_t> row);
  /// [height, width, channels].
  std::vector<std::uint8_t> finish() const;

 private:
  struct Part {
    std::size_t to;
    double weight;
  };
  /// What element i of an axis adds to: parts[begin[i]], ... parts[begin[i + 1] - 1].
  struct Axis {
    std::vector<std::size_t> begin;
    std::vector<Part> parts;
  };
  static Axis make_axis(std::int64_t from, std::int64_t to);

  std::size_t channels_, width_;  // numbers in a row of the result: width_
  Axis down_, across_;
  std::vector<double> row_, sums_;
  std::size_t next_ = 0;
};

}  // namespace gradus::data
