// How a camera was held, as its pictures say it (Exif 2.3, tag 0x0112).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gradus/learn/data/images/frame.hpp"

namespace gradus::data {

/// 1 to 8 from the bytes of an APP1 marker; 0: they do not say.
int exif_orientation(std::string_view marker);

/// Whether height and width change places.
inline bool is_on_side(int orientation) { return orientation >= 5; }
/// `size` as it is when the picture is upright.
inline PictureSize upright(PictureSize size, int orientation) {
  return is_on_side(orientation) ? PictureSize{size.width, size.height} : size;
}

/// Pixels [height, width, channels] of a picture, turned upright.
std::vector<std::uint8_t> turn_upright(std::vector<std::uint8_t> pixels, PictureSize size, int channels,
                                       int orientation);

}  // namespace gradus::data
