// Products with few columns (see narrow_loops.hpp).
#include "gradus/engine/cpu/kernels/highway/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradus/engine/cpu/kernels/highway/narrow_loops.cpp"
#include "hwy/foreach_target.h"
//
#include "gradus/engine/cpu/kernels/highway/lanes.inl"
#include "gradus/engine/cpu/kernels/highway/narrow_loops.hpp"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {
namespace {  // other files have templates of the same names

/// `rows` rows of A by `columns` columns of B. What a row gives does not depend on how many there are.
template <std::size_t rows, std::size_t columns, class T>
HWY_INLINE void multiply_rows(const Product& of, const T* a, const T* b, T* c) {
  constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  const auto a_row = static_cast<std::size_t>(of.a_row), b_column = static_cast<std::size_t>(of.b_column),
             c_row = static_cast<std::size_t>(of.c_row), length = static_cast<std::size_t>(of.length);
  Numbers<T> sums[rows][columns];
  HWY_UNROLL(4)
  for (std::size_t i = 0; i < rows; ++i) {
    HWY_UNROLL(2)
    for (std::size_t j = 0; j < columns; ++j) sums[i][j] = fill(T{0});
  }
  const auto add = [&](const auto& part_of) {
    Numbers<T> right[columns];
    HWY_UNROLL(2)
    for (std::size_t j = 0; j < columns; ++j) right[j] = part_of(b + j * b_column);
    HWY_UNROLL(4)
    for (std::size_t i = 0; i < rows; ++i) {
      const Numbers<T> left = part_of(a + i * a_row);
      HWY_UNROLL(2)
      for (std::size_t j = 0; j < columns; ++j) sums[i][j] = multiply_add(left, right[j], sums[i][j]);
    }
  };
  std::size_t l = 0;
  for (; l + width <= length; l += width) add([&](const T* from) { return load(from + l); });
  if (l < length) add([&](const T* from) { return load_first(from + l, length - l); });
  HWY_UNROLL(4)
  for (std::size_t i = 0; i < rows; ++i) {
    HWY_UNROLL(2)
    for (std::size_t j = 0; j < columns; ++j) {
      c[i * c_row + j] = hn::GetLane(hn::SumOfLanes(Tag<T>(), sums[i][j].v));
    }
  }
}

template <std::size_t columns, class T> void multiply_columns(const Product& of, std::int64_t j) {
  constexpr std::int64_t many = 4;  // rows whose sums hide one another's latency
  const T* a = static_cast<const T*>(of.a);
  const T* b = static_cast<const T*>(of.b) + j * of.b_column;
  T* c = static_cast<T*>(of.c) + j;
  std::int64_t i = 0;
  for (; i + many <= of.rows; i += many) multiply_rows<many, columns>(of, a + i * of.a_row, b, c + i * of.c_row);
  for (; i < of.rows; ++i) multiply_rows<1, columns>(of, a + i * of.a_row, b, c + i * of.c_row);
}

template <class T> void multiply_narrow(const Product& of) {
  std::int64_t j = 0;
  for (; j + 2 <= of.columns; j += 2) multiply_columns<2, T>(of, j);
  if (j < of.columns) multiply_columns<1, T>(of, j);
}

}  // namespace

NarrowLoop narrow_f32() { return multiply_narrow<float>; }
NarrowLoop narrow_f64() { return multiply_narrow<double>; }

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "gradus/engine/cpu/kernels/highway/dispatch.hpp"
namespace gradus::highway {
namespace {
HWY_EXPORT(narrow_f32);
HWY_EXPORT(narrow_f64);
}  // namespace
NarrowLoop narrow_loop_f32() { return GRADUS_DISPATCH(narrow_f32)(); }
NarrowLoop narrow_loop_f64() { return GRADUS_DISPATCH(narrow_f64)(); }
}  // namespace gradus::highway
#endif
