#include "gradus/learn/data/images/resize.hpp"

#include <algorithm>
#include <cmath>

namespace gradus::data {

Resizer::Axis Resizer::make_axis(std::int64_t from, std::int64_t to) {
  std::vector<std::vector<Part>> of(static_cast<std::size_t>(from));
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  for (std::int64_t o = 0; o < to; ++o) {
    const auto add = [&](std::int64_t i, double weight) {
      if (weight > 0) of[static_cast<std::size_t>(i)].push_back({static_cast<std::size_t>(o), weight});
    };
    if (to <= from) {  // the share of i in [o * from / to, (o + 1) * from / to), in whole numbers of 1 / to
      for (std::int64_t i = o * from / to; i < from && i * to < (o + 1) * from; ++i) {
        const std::int64_t share = std::min((i + 1) * to, (o + 1) * from) - std::max(i * to, o * from);
        add(i, static_cast<double>(share) / static_cast<double>(from));
      }
      continue;
    }
    const double last = static_cast<double>(from - 1);
    const double place = std::clamp((static_cast<double>(o) + 0.5) * scale - 0.5, 0.0, last);
    const auto before = static_cast<std::int64_t>(std::floor(place));
    const double beyond = place - std::floor(place);
    add(before, 1 - beyond);
    if (beyond > 0) add(before + 1, beyond);
  }
  Axis out;
  out.begin.push_back(0);
  for (const auto& parts : of) {
    out.parts.insert(out.parts.end(), parts.begin(), parts.end());
    out.begin.push_back(out.parts.size());
  }
  return out;
}

Resizer::Resizer(const Frame& from, PictureSize to)
    : channels_(static_cast<std::size_t>(from.channels)),
      width_(static_cast<std::size_t>(to.width) * channels_),
      down_(make_axis(from.size.height, to.height)),
      across_(make_axis(from.size.width, to.width)),
      row_(width_),
      sums_(static_cast<std::size_t>(to.height) * width_) {}

void Resizer::add(std::span<const std::uint8_t> row) {
  std::fill(row_.begin(), row_.end(), 0.0);
  for (std::size_t i = 0; i + 1 < across_.begin.size(); ++i) {
    for (std::size_t p = across_.begin[i]; p < across_.begin[i + 1]; ++p) {
      const Part& part = across_.parts[p];
      double* to = row_.data() + part.to * channels_;
      for (std::size_t c = 0; c < channels_; ++c) to[c] += part.weight * static_cast<double>(row[i * channels_ + c]);
    }
  }
  for (std::size_t p = down_.begin[next_]; p < down_.begin[next_ + 1]; ++p) {
    double* to = sums_.data() + down_.parts[p].to * width_;
    const double weight = down_.parts[p].weight;
    for (std::size_t i = 0; i < width_; ++i) to[i] += weight * row_[i];
  }
  ++next_;
}

std::vector<std::uint8_t> Resizer::finish() const {
  std::vector<std::uint8_t> out(sums_.size());
  std::transform(sums_.begin(), sums_.end(), out.begin(),
                 [](double sum) { return static_cast<std::uint8_t>(std::clamp(std::floor(sum + 0.5), 0.0, 255.0)); });
  return out;
}

}  // namespace gradus::data
