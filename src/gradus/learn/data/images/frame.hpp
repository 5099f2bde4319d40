// What a decoder of pictures is asked for and gives: rows of bytes, one after the other, so that no picture need be in
// memory as a whole.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "gradus/core/base/error.hpp"

namespace gradus::data {

struct PictureSize {
  std::int64_t height = 0, width = 0;
  friend bool operator==(const PictureSize&, const PictureSize&) = default;
};

/// Rows from the top, each of width * channels bytes.
struct Frame {
  PictureSize size;
  int channels = 1;     // 1: gray; 3: red, green, blue
  int orientation = 1;  // as Exif has it: 1 upright, 5 to 8 on its side
};

/// Who takes a picture while it is decoded.
struct PictureSink {
  /// Asked once, of the picture as the file has it: the least size that will do. 0 x 0: the decoder stops here.
  std::function<PictureSize(const Frame&)> ask;
  /// What rows will come: a decoder may halve a picture as long as it is no smaller than what will do.
  std::function<void(const Frame&)> start;
  std::function<void(std::span<const std::uint8_t>)> row;
};

/// What is refused, from the first bytes of a file, before memory is taken.
inline constexpr std::int64_t longest_side = 65'535, most_pixels = 200'000'000;
/// Of files that come in passes over the whole picture, which then is in memory.
inline constexpr std::int64_t most_pixels_in_passes = 50'000'000;

/// Throws UserError(Fault::data) for a picture beyond the limits.
void require_size(PictureSize size, bool in_passes, const std::string& name);

}  // namespace gradus::data
