// An image of PNG or JPEG, or what pretends to be one: only UserError may come out, and a size that was read is kept.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/images/picture.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gradus;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  try {
    const data::PictureSize found = data::picture_size(text, "image");
    constexpr std::int64_t most = 1'000'000;  // larger ones take longer than a fuzzer waits
    if (found.height * found.width > most) return 0;
    const data::Picture read = data::read_picture(text, "image", {5, 3});
    require(read.pixels.size() == static_cast<std::size_t>(15 * read.channels), "a picture of another size");
  } catch (const UserError&) {
  }
  return 0;
}
