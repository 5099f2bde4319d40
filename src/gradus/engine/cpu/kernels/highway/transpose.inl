// Transposes in blocks of 128-bit vectors, for the loops of this folder; included after lanes.inl, once a target.
#include <algorithm>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR
template <class T> inline constexpr std::size_t square_side = 1;
template <class T> HWY_INLINE void transpose_square(const T* from, std::int64_t, T* to, std::int64_t) { *to = *from; }
#else
template <class T> inline constexpr std::size_t square_side = 16 / sizeof(T);

/// A square as wide as a 128-bit vector. Rows half of it apart are interleaved, again and again.
template <class T> HWY_INLINE void transpose_square(const T* from, std::int64_t from_row, T* to, std::int64_t to_row) {
  constexpr std::size_t side = square_side<T>;
  const hn::CappedTag<T, side> d;
  if constexpr (side == 4) {
    const auto a = hn::LoadU(d, from), b = hn::LoadU(d, from + from_row), c = hn::LoadU(d, from + 2 * from_row),
               e = hn::LoadU(d, from + 3 * from_row);
    const auto ac = hn::InterleaveLower(d, a, c), be = hn::InterleaveLower(d, b, e);
    const auto ac_upper = hn::InterleaveUpper(d, a, c), be_upper = hn::InterleaveUpper(d, b, e);
    hn::StoreU(hn::InterleaveLower(d, ac, be), d, to);
    hn::StoreU(hn::InterleaveUpper(d, ac, be), d, to + to_row);
    hn::StoreU(hn::InterleaveLower(d, ac_upper, be_upper), d, to + 2 * to_row);
    hn::StoreU(hn::InterleaveUpper(d, ac_upper, be_upper), d, to + 3 * to_row);
  } else if constexpr (side == 2) {
    const auto a = hn::LoadU(d, from), b = hn::LoadU(d, from + from_row);
    hn::StoreU(hn::InterleaveLower(d, a, b), d, to);
    hn::StoreU(hn::InterleaveUpper(d, a, b), d, to + to_row);
  } else {
    hn::Vec<decltype(d)> rows[side], next[side];
    HWY_UNROLL(16)
    for (std::size_t i = 0; i < side; ++i) rows[i] = hn::LoadU(d, from + static_cast<std::int64_t>(i) * from_row);
    for (std::size_t done = 1; done < side; done *= 2) {
      HWY_UNROLL(8)
      for (std::size_t i = 0; i < side / 2; ++i) {
        next[2 * i] = hn::InterleaveLower(d, rows[i], rows[i + side / 2]);
        next[2 * i + 1] = hn::InterleaveUpper(d, rows[i], rows[i + side / 2]);
      }
      HWY_UNROLL(16)
      for (std::size_t i = 0; i < side; ++i) rows[i] = next[i];
    }
    HWY_UNROLL(16)
    for (std::size_t i = 0; i < side; ++i) hn::StoreU(rows[i], d, to + static_cast<std::int64_t>(i) * to_row);
  }
}
#endif

template <class T>
void transpose(const void* from, std::int64_t from_row, void* to, std::int64_t to_row, std::int64_t rows,
               std::int64_t columns) {
  constexpr auto side = static_cast<std::int64_t>(square_side<T>);
  constexpr std::int64_t tile = 32;  // both tiles stay in the first-level cache
  const T* x = static_cast<const T*>(from);
  T* y = static_cast<T*>(to);
  for (std::int64_t i0 = 0; i0 < rows; i0 += tile) {
    const std::int64_t i_end = std::min(rows, i0 + tile), i_squares = i0 + (i_end - i0) / side * side;
    for (std::int64_t j0 = 0; j0 < columns; j0 += tile) {
      const std::int64_t j_end = std::min(columns, j0 + tile), j_squares = j0 + (j_end - j0) / side * side;
      for (std::int64_t i = i0; i < i_squares; i += side) {
        for (std::int64_t j = j0; j < j_squares; j += side) {
          transpose_square<T>(x + i * from_row + j, from_row, y + j * to_row + i, to_row);
        }
        for (std::int64_t j = j_squares; j < j_end; ++j) {
          for (std::int64_t k = i; k < i + side; ++k) y[j * to_row + k] = x[k * from_row + j];
        }
      }
      for (std::int64_t i = i_squares; i < i_end; ++i) {
        for (std::int64_t j = j0; j < j_end; ++j) y[j * to_row + i] = x[i * from_row + j];
      }
    }
  }
}

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
