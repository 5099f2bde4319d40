#include "gradus/learn/data/images/picture.hpp"

#include <optional>
#include <span>

#include "gradus/learn/data/foreign/foreign_format.hpp"
#include "gradus/learn/data/images/orientation.hpp"
#include "gradus/learn/data/images/resize.hpp"
#ifdef GRADUS_HAS_PNG
#include "gradus/learn/data/images/png/decode_png.hpp"
#endif
#ifdef GRADUS_HAS_JPEG
#include "gradus/learn/data/images/jpeg/decode_jpeg.hpp"
#endif

namespace gradus::data {
namespace {

using namespace std::string_view_literals;

[[noreturn]] void refuse_format(std::string_view bytes, const std::string& name) {
  const auto start = std::as_bytes(std::span(bytes.data(), bytes.size()));
  const auto known = foreign_format(start, Wanted::table, name);
  const std::string found = bytes.empty() ? "an empty file" : known ? known->name : "no image that is known";
  throw UserError(Fault::data, Report{name, found, "a PNG or JPEG image", "the image saved as PNG"});
}

[[maybe_unused, noreturn]] void refuse_left_out(const std::string& name, const char* format, const char* option) {
  throw UserError(Fault::data,
                  Report{name, std::string("a ") + format + " image, which this gradus was built without",
                         "a format that it was built with", std::string("gradus built with -D") + option + "=ON"});
}

void decode(std::string_view bytes, const std::string& name, [[maybe_unused]] const PictureSink& sink) {
  switch (picture_format(bytes)) {
    case PictureFormat::png:
#ifdef GRADUS_HAS_PNG
      return decode_png(bytes, name, sink);
#else
      refuse_left_out(name, "PNG", "GRADUS_PNG");
#endif
    case PictureFormat::jpeg:
#ifdef GRADUS_HAS_JPEG
      return decode_jpeg(bytes, name, sink);
#else
      refuse_left_out(name, "JPEG", "GRADUS_JPEG");
#endif
    case PictureFormat::none: break;
  }
  refuse_format(bytes, name);
}

/// One channel where all three are equal in every pixel.
void drop_equal_channels(Picture& picture) {
  if (picture.channels == 1) return;
  auto& all = picture.pixels;
  for (std::size_t i = 0; i < all.size(); i += 3) {
    if (all[i] != all[i + 1] || all[i] != all[i + 2]) return;
  }
  for (std::size_t i = 0; i < all.size(); i += 3) all[i / 3] = all[i];
  all.resize(all.size() / 3);
  picture.channels = 1;
}

}  // namespace

void require_size(PictureSize size, bool in_passes, const std::string& name) {
  const std::string found = "an image of " + std::to_string(size.width) + " x " + std::to_string(size.height) +
                            " pixels" + (in_passes ? ", interlaced or progressive" : "");
  const bool is_long = size.height > longest_side || size.width > longest_side;
  const std::int64_t most = in_passes ? most_pixels_in_passes : most_pixels;
  if (size.height > 0 && size.width > 0 && !is_long && size.height * size.width <= most) return;
  throw UserError(Fault::data,
                  Report{name, found,
                         "at most " + std::to_string(most) + " pixels, and " + std::to_string(longest_side) + " a side",
                         "the image saved in a smaller size"});
}

PictureFormat picture_format(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return PictureFormat::png;
  return bytes.starts_with("\xff\xd8\xff"sv) ? PictureFormat::jpeg : PictureFormat::none;
}

PictureSize picture_size(std::string_view bytes, const std::string& name) {
  PictureSize out;
  decode(bytes, name,
         {[&](const Frame& frame) {
            out = upright(frame.size, frame.orientation);
            return PictureSize{};
          },
          {},
          {}});
  return out;
}

Picture read_picture(std::string_view bytes, const std::string& name, PictureSize size) {
  Frame frame;
  PictureSize as_stored;
  std::optional<Resizer> resizer;
  decode(bytes, name,
         {[&](const Frame& found) { return as_stored = upright(size, found.orientation); },
          [&](const Frame& comes) { resizer.emplace(frame = comes, as_stored); },
          [&](std::span<const std::uint8_t> row) { resizer->add(row); }});
  Picture out{size, frame.channels, {}};
  out.pixels = turn_upright(resizer->finish(), as_stored, frame.channels, frame.orientation);
  drop_equal_channels(out);
  return out;
}

void make_gray(Picture& picture) {
  if (picture.channels == 1) return;
  constexpr unsigned red = 19'595, green = 38'470, blue = 7'471, half = 32'768;  // of 65,536
  auto& all = picture.pixels;
  for (std::size_t i = 0; i < all.size(); i += 3) {
    all[i / 3] = static_cast<std::uint8_t>((red * all[i] + green * all[i + 1] + blue * all[i + 2] + half) >> 16U);
  }
  all.resize(all.size() / 3);
  picture.channels = 1;
}

}  // namespace gradus::data
