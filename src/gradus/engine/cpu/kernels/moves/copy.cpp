#include "gradus/engine/cpu/kernels/moves/copy.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "gradus/core/tensor/shape.hpp"
#include "gradus/engine/cpu/kernels/highway/transpose_loops.hpp"

namespace gradus::moves {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Runs of so many bytes each: a number known to the compiler, or 0: `run`.
template <std::size_t bytes>
void copy_rows(const Walk& a, const std::byte* from, std::byte* to, std::size_t run, std::size_t width) {
  for (std::int64_t i = 0; i < a.size; ++i) {
    std::memcpy(to + at(i * a.to) * width, from + at(i * a.from) * width, bytes ? bytes : run);
  }
}

/// b lies side by side on both sides.
void copy_runs(const Walk& a, const Walk& b, const std::byte* from, std::byte* to, std::size_t width) {
  const std::size_t run = at(b.size) * width;
  switch (run) {
    case 4: return copy_rows<4>(a, from, to, run, width);
    case 8: return copy_rows<8>(a, from, to, run, width);
    case 16: return copy_rows<16>(a, from, to, run, width);
    case 32: return copy_rows<32>(a, from, to, run, width);
    case 64: return copy_rows<64>(a, from, to, run, width);
    case 128: return copy_rows<128>(a, from, to, run, width);
    default: return copy_rows<0>(a, from, to, run, width);
  }
}

/// One element all along b.
template <class T> void fill_rows(const Walk& a, const Walk& b, const std::byte* from, std::byte* to, std::size_t) {
  constexpr std::size_t bytes = 64;
  constexpr auto many = static_cast<std::int64_t>(bytes / sizeof(T));
  for (std::int64_t i = 0; i < a.size; ++i) {
    const T x = reinterpret_cast<const T*>(from)[i * a.from];
    T* y = reinterpret_cast<T*>(to) + i * a.to;
    T line[bytes / sizeof(T)];
    std::fill_n(line, many, x);
    std::int64_t j = 0;
    for (; j + many <= b.size; j += many) std::memcpy(y + j, line, sizeof(line));
    std::memcpy(y + j, line, at(b.size - j) * sizeof(T));
  }
}

/// Element by element. The compiler makes vectors of a stride that it knows, where it can.
template <class T, std::int64_t from_step, std::int64_t to_step>
void copy_elements(const Walk& a, const Walk& b, const std::byte* from, std::byte* to, std::size_t) {
  constexpr std::int64_t any = -1;
  const std::int64_t step = from_step == any ? b.from : from_step, to_next = to_step == any ? b.to : to_step;
  for (std::int64_t i = 0; i < a.size; ++i) {
    const T* x = reinterpret_cast<const T*>(from) + i * a.from;
    T* y = reinterpret_cast<T*>(to) + i * a.to;
    for (std::int64_t j = 0; j < b.size; ++j) y[j * to_next] = x[j * step];
  }
}

/// A matrix turned: a lies side by side in what is read, b in what is written.
template <std::size_t bytes>
void turn(const Walk& a, const Walk& b, const std::byte* from, std::byte* to, std::size_t) {
  static const highway::TransposeLoop loop = highway::transpose_loop(bytes);
  loop(from, b.from, to, a.to, b.size, a.size);
}

template <class T> auto elements_loop(const Walk& b) {
  if (b.to != 1) return copy_elements<T, -1, -1>;
  return b.from == 0 ? fill_rows<T> : b.from == 2 ? copy_elements<T, 2, 1> : copy_elements<T, -1, 1>;
}

/// Without walks of one element, and with neighbors that go on alike made one.
std::vector<Walk> merged(const std::vector<Walk>& walks) {
  std::vector<Walk> out;
  for (const Walk& walk : walks) {
    if (walk.size == 1) continue;
    Walk* outer = out.empty() ? nullptr : &out.back();
    if (outer && outer->from == walk.size * walk.from && outer->to == walk.size * walk.to) {
      *outer = {outer->size * walk.size, walk.from, walk.to};
    } else {
      out.push_back(walk);
    }
  }
  while (out.size() < 2) out.insert(out.begin(), {1, 0, 0});
  return out;
}

}  // namespace

StridedCopy::StridedCopy(std::vector<Walk> walks, std::size_t width) : width_(width) {
  if (std::any_of(walks.begin(), walks.end(), [](const Walk& walk) { return walk.size == 0; })) return;
  walks_ = merged(walks);
  const Walk& last = walks_.back();
  const auto beside = std::find_if(walks_.begin(), walks_.end(), [](const Walk& walk) { return walk.from == 1; });
  const auto pick = [&](Inner one, Inner two, Inner four, Inner eight) {
    return width == 1 ? one : width == 2 ? two : width == 4 ? four : eight;
  };
  if (last.size == 1 || (last.from == 1 && last.to == 1)) {
    inner_ = copy_runs;
  } else if (last.to == 1 && last.from != 0 && beside != walks_.end()) {
    std::rotate(beside, beside + 1, walks_.end() - 1);  // next to the last
    inner_ = pick(turn<1>, turn<2>, turn<4>, turn<8>);
  } else {
    inner_ = pick(elements_loop<std::uint8_t>(last), elements_loop<std::uint16_t>(last),
                  elements_loop<std::uint32_t>(last), elements_loop<std::uint64_t>(last));
  }
}

void StridedCopy::run(const std::byte* from, std::byte* to) const {
  if (!inner_) return;
  const std::size_t outer = walks_.size() - 2;
  std::array<std::int64_t, max_rank> index{};
  while (true) {
    inner_(walks_[outer], walks_[outer + 1], from, to, width_);
    std::size_t axis = outer;
    while (axis > 0) {
      const Walk& walk = walks_[--axis];
      from += walk.from * static_cast<std::int64_t>(width_), to += walk.to * static_cast<std::int64_t>(width_);
      if (++index[axis] < walk.size) break;
      from -= walk.from * walk.size * static_cast<std::int64_t>(width_);
      to -= walk.to * walk.size * static_cast<std::int64_t>(width_);
      index[axis] = 0;
      if (axis == 0) return;
    }
    if (outer == 0) return;
  }
}

void copy_bytes(const std::byte* from, std::byte* to, std::size_t bytes) {
  switch (bytes) {
    case 4: std::memcpy(to, from, 4); return;
    case 8: std::memcpy(to, from, 8); return;
    case 16: std::memcpy(to, from, 16); return;
    case 32: std::memcpy(to, from, 32); return;
    case 64: std::memcpy(to, from, 64); return;
    default: std::memcpy(to, from, bytes);
  }
}

}  // namespace gradus::moves
