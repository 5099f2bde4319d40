// Pictures in files of PNG or JPEG, known by their first bytes, not by their names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/data/images/frame.hpp"

namespace gradus::data {

enum class PictureFormat { none, png, jpeg };

PictureFormat picture_format(std::string_view bytes);

/// Upright, its pixels [height, width, channels] of 0 to 255: one channel, gray, when no pixel has a color, else red,
/// green, blue.
struct Picture {
  PictureSize size;
  int channels = 1;
  std::vector<std::uint8_t> pixels;
};

/// Upright, from the first bytes of a file. Both throw UserError(Fault::data), `name` its place, for what is damaged,
/// cut off, too large, of another format, or of one that gradus was built without.
PictureSize picture_size(std::string_view bytes, const std::string& name);
/// In this size: the mean over the area of pixels, or between the nearest where there are fewer. REQUIRES: no side is
/// 0.
Picture read_picture(std::string_view bytes, const std::string& name, PictureSize size);

/// In one channel: as much red, green and blue as one sees them (ITU-R BT.601).
void make_gray(Picture& picture);

}  // namespace gradus::data
