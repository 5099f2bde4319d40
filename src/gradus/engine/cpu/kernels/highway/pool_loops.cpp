// Pooling with the even and the odd columns of a row in two vectors (see pool_loops.hpp).
#include "gradus/engine/cpu/kernels/highway/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradus/engine/cpu/kernels/highway/pool_loops.cpp"
#include "hwy/foreach_target.h"
//
#include <algorithm>

#include "gradus/engine/cpu/kernels/highway/lanes.inl"
#include "gradus/engine/cpu/kernels/highway/pool_loops.hpp"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {
namespace {  // other files have templates of the same names

template <class T> inline constexpr std::size_t width = hn::MaxLanes(Tag<T>());

/// The two columns of as many windows as a vector holds.
template <class T> struct Pair { Numbers<T> even, odd; };

#if HWY_TARGET == HWY_SCALAR
template <class T> HWY_INLINE Pair<T> split(Numbers<T> low, Numbers<T> high) { return {low, high}; }
template <class T> HWY_INLINE Pair<T> mix(Pair<T> x) { return x; }
#else
template <class T> HWY_INLINE Pair<T> split(Numbers<T> low, Numbers<T> high) {
  const Tag<T> d;
  return {{hn::ConcatEven(d, high.v, low.v)}, {hn::ConcatOdd(d, high.v, low.v)}};
}
/// The opposite of split: the lower and the upper half of the columns.
template <class T> HWY_INLINE Pair<T> mix(Pair<T> x) {
  const Tag<T> d;
  HWY_ALIGN T columns[2 * width<T>];
  hn::StoreInterleaved2(x.even.v, x.odd.v, d, columns);
  return {load(columns), load(columns + width<T>)};
}
#endif

/// Up to a vector of numbers: n of them are there, none if n is not above 0.
template <class T> HWY_INLINE Numbers<T> load_upto(const T* p, std::int64_t n) {
  if (n >= static_cast<std::int64_t>(width<T>)) return load(p);
  return n > 0 ? load_first(p, static_cast<std::size_t>(n)) : fill(T{0});
}
template <class T> HWY_INLINE void store_upto(Numbers<T> x, T* p, std::int64_t n) {
  if (n >= static_cast<std::int64_t>(width<T>)) store(x, p);
  else if (n > 0) store_first(x, p, static_cast<std::size_t>(n));
}
/// The columns of `n` windows.
template <class T> HWY_INLINE Pair<T> load_pair(const T* p, std::int64_t n) {
  constexpr auto half = static_cast<std::int64_t>(width<T>);
  return split(load_upto(p, 2 * n), load_upto(p + half, 2 * n - half));
}
template <class T> HWY_INLINE void store_pair(Pair<T> x, T* p, std::int64_t n) {
  constexpr auto half = static_cast<std::int64_t>(width<T>);
  const Pair<T> columns = mix(x);
  store_upto(columns.even, p, 2 * n);
  store_upto(columns.odd, p + half, 2 * n - half);
}

/// Calls f(place, first, n) for n windows side by side, at most a vector: their place in the result, and the place of
/// their first column in the image.
template <class T, class F> HWY_INLINE void for_each_vector(const PoolShape& of, F&& f) {
  std::int64_t place = 0;
  for (std::int64_t plane = 0; plane < of.planes; ++plane) {
    for (std::int64_t i = 0; i < of.window_rows; ++i, place += of.count) {
      const std::int64_t first = (plane * of.rows + i * of.height) * of.columns;
      for (std::int64_t j = 0; j < of.count; j += static_cast<std::int64_t>(width<T>)) {
        f(place + j, first + 2 * j, std::min(static_cast<std::int64_t>(width<T>), of.count - j));
      }
    }
  }
}

/// Where x is chosen after `best`: larger, or the first NaN.
template <class T> HWY_INLINE Truths<T> beats(Numbers<T> x, Numbers<T> best) {
  return x > best || (is_nan(x) && best == best);
}

template <class T> void max(const PoolShape& of, const void* in, void* out) {
  const T* const x = static_cast<const T*>(in);
  T* const y = static_cast<T*>(out);
  for_each_vector<T>(of, [&](std::int64_t place, std::int64_t first, std::int64_t n) HWY_ATTR {
    Pair<T> row = load_pair(x + first, n);
    Numbers<T> best = select(beats(row.odd, row.even), row.odd, row.even);
    for (std::int64_t k = 1; k < of.height; ++k) {
      row = load_pair(x + first + k * of.columns, n);
      best = select(beats(row.even, best), row.even, best);
      best = select(beats(row.odd, best), row.odd, best);
    }
    store_upto(best, y + place, n);
  });
}

template <class T> void select_chosen(const PoolShape& of, const void* in, const void* values, void* out) {
  const T *const x = static_cast<const T*>(in), *const v = static_cast<const T*>(values);
  T* const y = static_cast<T*>(out);
  for_each_vector<T>(of, [&](std::int64_t place, std::int64_t first, std::int64_t n) HWY_ATTR {
    Numbers<T> best{}, chosen{};
    for (std::int64_t k = 0; k < of.height; ++k) {
      const Pair<T> row = load_pair(x + first + k * of.columns, n), value = load_pair(v + first + k * of.columns, n);
      if (k == 0) best = row.even, chosen = value.even;
      const Truths<T> even = beats(row.even, best);
      best = select(even, row.even, best), chosen = select(even, value.even, chosen);
      const Truths<T> odd = beats(row.odd, best);
      best = select(odd, row.odd, best), chosen = select(odd, value.odd, chosen);
    }
    store_upto(chosen, y + place, n);
  });
}

/// The columns and rows of the image that no window covers.
template <class T> void zero_rest(const PoolShape& of, T* out) {
  for (std::int64_t plane = 0; plane < of.planes; ++plane, out += of.rows * of.columns) {
    const std::int64_t covered = of.window_rows * of.height;
    for (std::int64_t i = 0; i < covered && 2 * of.count < of.columns; ++i) {
      std::fill(out + i * of.columns + 2 * of.count, out + (i + 1) * of.columns, T{0});
    }
    std::fill(out + covered * of.columns, out + of.rows * of.columns, T{0});
  }
}

template <class T> void scatter(const PoolShape& of, const void* in, const void* gradient, void* out) {
  const T *const x = static_cast<const T*>(in), *const dy = static_cast<const T*>(gradient);
  T* const dx = static_cast<T*>(out);
  zero_rest(of, dx);
  for_each_vector<T>(of, [&](std::int64_t place, std::int64_t first, std::int64_t n) HWY_ATTR {
    const Numbers<T> d = load_upto(dy + place, n), none = fill(T{0});
    if (of.height == 2) {  // each element against those before it: it has lost, or it may still win
      const Pair<T> a = load_pair(x + first, n), b = load_pair(x + first + of.columns, n);
      const Truths<T> top = beats(a.odd, a.even), low = beats(b.odd, b.even);
      const Numbers<T> best_a = select(top, a.odd, a.even), best_b = select(low, b.odd, b.even);
      const Truths<T> second = beats(best_b, best_a);
      const Numbers<T> da = select(second, none, d), db = select(second, d, none);
      store_pair(Pair<T>{select(top, none, da), select(top, da, none)}, dx + first, n);
      store_pair(Pair<T>{select(low, none, db), select(low, db, none)}, dx + first + of.columns, n);
      return;
    }
    Numbers<T> best{}, winner = none;  // the winner's number, twice the row and the column
    for (std::int64_t k = 0; k < of.height; ++k) {
      const Pair<T> row = load_pair(x + first + k * of.columns, n);
      if (k == 0) best = row.even;
      const Truths<T> even = beats(row.even, best);
      best = select(even, row.even, best), winner = select(even, fill(static_cast<T>(2 * k)), winner);
      const Truths<T> odd = beats(row.odd, best);
      best = select(odd, row.odd, best), winner = select(odd, fill(static_cast<T>(2 * k + 1)), winner);
    }
    for (std::int64_t k = 0; k < of.height; ++k) {
      const Numbers<T> even = fill(static_cast<T>(2 * k)), odd = fill(static_cast<T>(2 * k + 1));
      store_pair(Pair<T>{select(winner == even, d, none), select(winner == odd, d, none)}, dx + first + k * of.columns,
                 n);
    }
  });
}

template <class T> T share(const PoolShape& of) { return static_cast<T>(1.0 / static_cast<double>(2 * of.height)); }

template <class T> void average(const PoolShape& of, const void* in, void* out) {
  const T* const x = static_cast<const T*>(in);
  T* const y = static_cast<T*>(out);
  for_each_vector<T>(of, [&](std::int64_t place, std::int64_t first, std::int64_t n) HWY_ATTR {
    Numbers<T> total = fill(T{0});
    for (std::int64_t k = 0; k < of.height; ++k) {
      const Pair<T> row = load_pair(x + first + k * of.columns, n);
      total = (total + row.even) + row.odd;
    }
    store_upto(total * fill(share<T>(of)), y + place, n);
  });
}

template <class T> void spread(const PoolShape& of, const void* gradient, void* out) {
  const T* const dy = static_cast<const T*>(gradient);
  T* const dx = static_cast<T*>(out);
  zero_rest(of, dx);
  for_each_vector<T>(of, [&](std::int64_t place, std::int64_t first, std::int64_t n) HWY_ATTR {
    const Numbers<T> part = load_upto(dy + place, n) * fill(share<T>(of));
    for (std::int64_t k = 0; k < of.height; ++k) store_pair(Pair<T>{part, part}, dx + first + k * of.columns, n);
  });
}

template <class T> constexpr PoolLoops pool_loops{max<T>, select_chosen<T>, scatter<T>, average<T>, spread<T>};

}  // namespace

PoolLoops pool_f32() { return pool_loops<float>; }
PoolLoops pool_f64() { return pool_loops<double>; }

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "gradus/engine/cpu/kernels/highway/dispatch.hpp"
namespace gradus::highway {
namespace {
HWY_EXPORT(pool_f32);
HWY_EXPORT(pool_f64);
}  // namespace
PoolLoops pool_loops_f32() { return GRADUS_DISPATCH(pool_f32)(); }
PoolLoops pool_loops_f64() { return GRADUS_DISPATCH(pool_f64)(); }
}  // namespace gradus::highway
#endif
