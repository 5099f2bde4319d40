#include "gradus/learn/data/images/orientation.hpp"

#include <algorithm>

namespace gradus::data {
namespace {

using namespace std::string_view_literals;

/// Numbers in a TIFF block; 0 beyond its end.
struct Tiff {
  std::string_view bytes;
  bool little = false;
  std::uint32_t byte(std::size_t at) const { return at < bytes.size() ? static_cast<std::uint8_t>(bytes[at]) : 0U; }
  std::uint32_t u16(std::size_t at) const {
    return little ? byte(at) | byte(at + 1) << 8U : byte(at) << 8U | byte(at + 1);
  }
  std::uint32_t u32(std::size_t at) const {
    return little ? u16(at) | u16(at + 2) << 16U : u16(at) << 16U | u16(at + 2);
  }
};

}  // namespace

int exif_orientation(std::string_view marker) {
  constexpr auto begins = "Exif\0\0"sv;
  if (!marker.starts_with(begins)) return 0;
  Tiff tiff{marker.substr(begins.size())};
  if (!tiff.bytes.starts_with("II*\0"sv) && !tiff.bytes.starts_with("MM\0*"sv)) return 0;
  tiff.little = tiff.bytes.starts_with('I');
  const std::size_t table = tiff.u32(4);
  constexpr std::size_t entry_bytes = 12;
  for (std::size_t i = 0; i < tiff.u16(table); ++i) {
    const std::size_t entry = table + 2 + i * entry_bytes;
    if (entry + entry_bytes > tiff.bytes.size()) return 0;
    constexpr std::uint32_t orientation = 0x0112;
    if (tiff.u16(entry) != orientation) continue;
    const std::uint32_t value = tiff.u16(entry + 8);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 0;
  }
  return 0;
}

std::vector<std::uint8_t> turn_upright(std::vector<std::uint8_t> pixels, PictureSize size, int channels,
                                       int orientation) {
  if (orientation == 1) return pixels;
  const PictureSize to = upright(size, orientation);
  std::vector<std::uint8_t> out(pixels.size());
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  for (std::int64_t y = 0; y < to.height; ++y) {
    for (std::int64_t x = 0; x < to.width; ++x) {
      std::int64_t row = is_on_side(orientation) ? x : y, column = is_on_side(orientation) ? y : x;
      if (from_below) row = size.height - 1 - row;
      if (from_right) column = size.width - 1 - column;
      std::copy_n(pixels.begin() + (row * size.width + column) * channels, channels,
                  out.begin() + (y * to.width + x) * channels);
    }
  }
  return out;
}

}  // namespace gradus::data
