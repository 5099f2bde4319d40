// Many images as one tensor, decoded on several threads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"
#include "gradus/learn/data/images/picture.hpp"

namespace gradus::data {

/// Of images that could be read; what is missing of the rest.
struct ReadImages {
  Tensor pixels;                   // u8 [rows, height, width], gray, or [rows, 3, height, width]
  std::vector<std::int64_t> rows;  // row r is of path number rows[r], from 0
  struct Broken {
    std::int64_t path;
    std::string why;  // place: found ...
  };
  std::vector<Broken> broken;
};

/// The images at `paths` in one size. Gray when none has a color, unless `channels` (1 or 3) says it. The result does
/// not depend on `threads` (at least 1).
ReadImages read_images(std::span<const std::string> paths, PictureSize size, std::optional<int> channels, int threads);

/// Upright sizes of those that can be read; how many have each.
struct SizeCount {
  PictureSize size;
  std::int64_t images = 0;
};
/// Most images first, then the smaller area, then the lower. Looks at the first bytes of each file alone.
std::vector<SizeCount> count_sizes(std::span<const std::string> paths, int threads);

}  // namespace gradus::data
