#include "gradus/learn/data/images/read_images.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <system_error>
#include <thread>
#include <tuple>

#include "gradus/learn/data/source.hpp"

namespace gradus::data {
namespace {

/// do_one(i) for every i below `count`; what is thrown for the first of them comes out.
template <class DoOne> void for_each_shared(std::size_t count, int threads, DoOne do_one) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::exception_ptr> thrown(count);
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        do_one(i);
      } catch (...) {
        thrown[i] = std::current_exception();
      }
    }
  };
  std::vector<std::thread> others;
  const std::size_t wanted = std::min(static_cast<std::size_t>(std::max(threads, 1)), count);
  try {
    for (std::size_t t = 1; t < wanted; ++t) others.emplace_back(work);
  } catch (const std::system_error&) {  // no more threads to be had: those that are there do it
  }
  work();
  for (std::thread& one : others) one.join();
  for (const std::exception_ptr& one : thrown) {
    if (one) std::rethrow_exception(one);
  }
}

std::string bytes_of(const std::string& path) {
  Source source(path);
  constexpr std::uint64_t most = std::uint64_t{512} << 20;
  return read_all(source, {.bytes = most});
}

struct Outcome {
  std::optional<Picture> picture;
  std::string why;  // there is none
};

/// [height, width, 1 or 3] as [height, width], or one plane after the other.
void put(const Picture& from, int channels, std::uint8_t* to) {
  const auto plane = static_cast<std::size_t>(from.size.height * from.size.width);
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    for (std::size_t i = 0; i < plane; ++i) {
      *to++ = from.channels == 1 ? from.pixels[i] : from.pixels[i * 3 + c];
    }
  }
}

}  // namespace

ReadImages read_images(std::span<const std::string> paths, PictureSize size, std::optional<int> channels, int threads) {
  std::vector<Outcome> all(paths.size());
  for_each_shared(paths.size(), threads, [&](std::size_t i) {
    try {
      Picture picture = read_picture(bytes_of(paths[i]), printable(paths[i]), size);
      if (channels == 1) make_gray(picture);
      all[i].picture = std::move(picture);
    } catch (const UserError& error) {
      all[i].why = error.what();
    }
  });
  const bool any_color =
      std::any_of(all.begin(), all.end(), [](const Outcome& one) { return one.picture && one.picture->channels == 3; });
  const int planes = channels.value_or(any_color ? 3 : 1);
  ReadImages out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].picture) out.rows.push_back(static_cast<std::int64_t>(i));
    else out.broken.push_back({static_cast<std::int64_t>(i), all[i].why});
  }
  const std::int64_t rows = std::ssize(out.rows);
  out.pixels = Tensor(DType::u8, planes == 1 ? Shape{rows, size.height, size.width}
                                             : Shape{rows, std::int64_t{planes}, size.height, size.width});
  const auto image = static_cast<std::size_t>(planes * size.height * size.width);
  for (std::size_t r = 0; r < out.rows.size(); ++r) {
    Outcome& from = all[static_cast<std::size_t>(out.rows[r])];
    put(*from.picture, planes, out.pixels.as<std::uint8_t>().data() + r * image);
    from.picture.reset();
  }
  return out;
}

std::vector<SizeCount> count_sizes(std::span<const std::string> paths, int threads) {
  std::vector<PictureSize> sizes(paths.size());
  for_each_shared(paths.size(), threads, [&](std::size_t i) {
    try {
      sizes[i] = picture_size(bytes_of(paths[i]), printable(paths[i]));
    } catch (const UserError&) {  // told of when it is read
    }
  });
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> counts;
  for (const PictureSize& size : sizes) {
    if (size != PictureSize{}) ++counts[{size.height, size.width}];
  }
  std::vector<SizeCount> out;
  for (const auto& [size, images] : counts) out.push_back({{size.first, size.second}, images});
  std::stable_sort(out.begin(), out.end(), [](const SizeCount& a, const SizeCount& b) {
    const auto area = [](const SizeCount& one) { return one.size.height * one.size.width; };
    return std::tuple(-a.images, area(a)) < std::tuple(-b.images, area(b));
  });
  return out;
}

}  // namespace gradus::data
