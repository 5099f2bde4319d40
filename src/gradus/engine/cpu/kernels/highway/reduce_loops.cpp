// Reductions along and across rows (see reduce_loops.hpp).
#include "gradus/engine/cpu/kernels/highway/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradus/engine/cpu/kernels/highway/reduce_loops.cpp"
#include "hwy/foreach_target.h"
//
#include <algorithm>

#include "gradus/engine/cpu/kernels/highway/math.inl"
#include "gradus/engine/cpu/kernels/highway/reduce_loops.hpp"
#include "gradus/engine/cpu/kernels/highway/transpose.inl"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {
namespace {  // other files have templates of the same names

struct Sum {
  template <class T> static HWY_INLINE Numbers<T> start() { return fill(T{0}); }
  template <class T> static HWY_INLINE Numbers<T> combine(Numbers<T> a, Numbers<T> x) { return a + x; }
  template <class T> static HWY_INLINE T lanes(Numbers<T> a) { return hn::GetLane(hn::SumOfLanes(Tag<T>(), a.v)); }
};

// A NaN, once met, stays.
struct Max {
  template <class T> static HWY_INLINE Numbers<T> start() { return -infinity<T>(); }
  template <class T> static HWY_INLINE Numbers<T> combine(Numbers<T> a, Numbers<T> x) {
    return select(x > a || is_nan(x), x, a);
  }
  template <class T> static HWY_INLINE T lanes(Numbers<T> a) {
    if (!hn::AllFalse(Tag<T>(), is_nan(a).m)) return std::numeric_limits<T>::quiet_NaN();
    return hn::GetLane(hn::MaxOfLanes(Tag<T>(), a.v));
  }
};

struct Min {
  template <class T> static HWY_INLINE Numbers<T> start() { return infinity<T>(); }
  template <class T> static HWY_INLINE Numbers<T> combine(Numbers<T> a, Numbers<T> x) {
    return select(x < a || is_nan(x), x, a);
  }
  template <class T> static HWY_INLINE T lanes(Numbers<T> a) {
    if (!hn::AllFalse(Tag<T>(), is_nan(a).m)) return std::numeric_limits<T>::quiet_NaN();
    return hn::GetLane(hn::MinOfLanes(Tag<T>(), a.v));
  }
};

/// What is taken off a row before its exponentials are added: the largest, where no NaN is met. A NaN makes one of the
/// sum, so that it need not be looked for here.
struct Top {
  template <class T> static HWY_INLINE Numbers<T> start() { return -infinity<T>(); }
  template <class T> static HWY_INLINE Numbers<T> combine(Numbers<T> a, Numbers<T> x) { return {hn::Max(a.v, x.v)}; }
  template <class T> static HWY_INLINE T lanes(Numbers<T> a) { return hn::GetLane(hn::MaxOfLanes(Tag<T>(), a.v)); }
};

/// The first n numbers, and `rest` in the lanes beyond.
template <class T> HWY_INLINE Numbers<T> load_first_or(const T* p, std::size_t n, Numbers<T> rest) {
  return select(Truths<T>{hn::FirstN(Tag<T>(), n)}, load_first(p, n), rest);
}

/// One number of the n at x, by four vectors that take turns; a part of a vector last.
template <class How, class T> HWY_INLINE T reduce_run(const T* x, std::size_t n) {
  constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  Numbers<T> a = How::template start<T>();
  std::size_t i = 0;
  if (n >= 4 * width) {
    Numbers<T> b = a, c = a, d = a;
    for (; i + 4 * width <= n; i += 4 * width) {
      a = How::combine(a, load(x + i));
      b = How::combine(b, load(x + i + width));
      c = How::combine(c, load(x + i + 2 * width));
      d = How::combine(d, load(x + i + 3 * width));
    }
    a = How::combine(How::combine(a, b), How::combine(c, d));
  }
  for (; i + width <= n; i += width) a = How::combine(a, load(x + i));
  if (i < n) a = How::combine(a, load_first_or(x + i, n - i, How::template start<T>()));
  return How::lanes(a);
}

template <class How, class T> void reduce_along(const void* x, std::int64_t n, std::int64_t count, void* y) {
  const T* from = static_cast<const T*>(x);
  T* to = static_cast<T*>(y);
  for (std::int64_t i = 0; i < count; ++i) to[i] = reduce_run<How>(from + i * n, static_cast<std::size_t>(n));
}

/// The sum of e^(x - top); with `keep`, its terms are stored.
template <bool keep, class T> HWY_INLINE T sum_of_exp(const T* x, std::size_t n, T top, T* y) {
  constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  const Numbers<T> shift = fill(top);
  Numbers<T> a = fill(T{0});
  std::size_t i = 0;
  for (; i + width <= n; i += width) {
    const Numbers<T> e = exp(load(x + i) - shift);
    if constexpr (keep) store(e, y + i);
    a = a + e;
  }
  if (i < n) {
    const Numbers<T> e = exp(load_first(x + i, n - i) - shift);
    if constexpr (keep) store_first(e, y + i, n - i);
    a = a + select(Truths<T>{hn::FirstN(Tag<T>(), n - i)}, e, fill(T{0}));
  }
  return Sum::lanes(a);
}

template <class T> HWY_INLINE T log_of(T x) { return hn::GetLane(log(fill(x)).v); }

/// Short rows, a vector of them at a time: element k of each is a lane of vector k, so that no sum runs across lanes.
template <class T> struct ShortRows {
  static constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  static constexpr std::int64_t longest = 32;
  static bool fit(std::int64_t n) { return n <= longest && width > 1; }

  T x[static_cast<std::size_t>(longest) * width] = {};
  std::size_t n;

  explicit ShortRows(std::int64_t length) : n(static_cast<std::size_t>(length)) {}
  void read(const T* from, std::int64_t rows) {
    transpose<T>(from, static_cast<std::int64_t>(n), x, static_cast<std::int64_t>(width), rows,
                 static_cast<std::int64_t>(n));
  }
  void write(T* to, std::int64_t rows) const {
    transpose<T>(x, static_cast<std::int64_t>(width), to, static_cast<std::int64_t>(n), static_cast<std::int64_t>(n),
                 rows);
  }
  Numbers<T> at(std::size_t k) const { return load(x + k * width); }
  void set(std::size_t k, Numbers<T> value) { store(value, x + k * width); }
  Numbers<T> top() const {
    Numbers<T> most = Top::template start<T>();
    for (std::size_t k = 0; k < n; ++k) most = Top::combine(most, at(k));
    return most;
  }
};

/// Calls by(rows of at most one vector, first row) for all of `count` rows.
template <class T, class By> HWY_INLINE void for_short_rows(std::int64_t n, std::int64_t count, const By& by) {
  ShortRows<T> rows(n);
  constexpr auto width = static_cast<std::int64_t>(ShortRows<T>::width);
  for (std::int64_t i = 0; i < count; i += width) by(rows, i, std::min(width, count - i));
}

template <class T> void softmax_short(const T* from, std::int64_t n, std::int64_t count, T* to) {
  for_short_rows<T>(n, count, [&](ShortRows<T>& rows, std::int64_t i, std::int64_t many) {
    rows.read(from + i * n, many);
    const Numbers<T> top = rows.top();
    Numbers<T> sum = fill(T{0});
    for (std::size_t k = 0; k < rows.n; ++k) {
      const Numbers<T> e = exp(rows.at(k) - top);
      rows.set(k, e);
      sum = sum + e;
    }
    for (std::size_t k = 0; k < rows.n; ++k) rows.set(k, rows.at(k) / sum);
    rows.write(to + i * n, many);
  });
}

template <class T> void log_softmax_short(const T* from, std::int64_t n, std::int64_t count, T* to) {
  for_short_rows<T>(n, count, [&](ShortRows<T>& rows, std::int64_t i, std::int64_t many) {
    rows.read(from + i * n, many);
    const Numbers<T> top = rows.top();
    Numbers<T> sum = fill(T{0});
    for (std::size_t k = 0; k < rows.n; ++k) sum = sum + exp(rows.at(k) - top);
    const Numbers<T> rest = log(sum);
    for (std::size_t k = 0; k < rows.n; ++k) rows.set(k, rows.at(k) - top - rest);
    rows.write(to + i * n, many);
  });
}

template <class T> void logsumexp_along(const void* x, std::int64_t n, std::int64_t count, void* y) {
  const auto length = static_cast<std::size_t>(n);
  for (std::int64_t i = 0; i < count; ++i) {
    const T* from = static_cast<const T*>(x) + i * n;
    const T top = reduce_run<Max>(from, length);
    // Infinity less infinity is not a number, so an infinite maximum is the answer itself.
    const bool infinite = std::fabs(top) == std::numeric_limits<T>::infinity();
    static_cast<T*>(y)[i] = infinite ? top : top + log_of(sum_of_exp<false, T>(from, length, top, nullptr));
  }
}

/// Long rows, a few at a time and all of them through one stage before the next: the stages of one row wait for one
/// another.
template <class T> struct LongRows {
  static constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  T tops[width], sums[width];

  template <bool keep> void add_up(const T* from, std::size_t n, std::size_t rows, T* to) {
    for (std::size_t r = 0; r < rows; ++r) tops[r] = reduce_run<Top>(from + r * n, n);
    for (std::size_t r = 0; r < rows; ++r) sums[r] = sum_of_exp<keep, T>(from + r * n, n, tops[r], to + r * n);
    for (std::size_t r = rows; r < width; ++r) sums[r] = 1;
  }
};

/// to[k] = f(from[k]) for a row.
template <class T, class F> HWY_INLINE void for_row(const T* from, std::size_t n, T* to, const F& f) {
  constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  std::size_t k = 0;
  for (; k + width <= n; k += width) store(f(load(from + k)), to + k);
  if (k < n) store_first(f(load_first(from + k, n - k)), to + k, n - k);
}

template <class T> void softmax_along(const void* x, std::int64_t n, std::int64_t count, void* y) {
  if (ShortRows<T>::fit(n)) return softmax_short(static_cast<const T*>(x), n, count, static_cast<T*>(y));
  const auto length = static_cast<std::size_t>(n), all = static_cast<std::size_t>(count);
  LongRows<T> rows;
  for (std::size_t i = 0; i < all; i += rows.width) {
    const std::size_t many = std::min(all - i, rows.width);
    T* to = static_cast<T*>(y) + i * length;
    rows.template add_up<true>(static_cast<const T*>(x) + i * length, length, many, to);
    for (std::size_t r = 0; r < many; ++r) {
      const Numbers<T> sum = fill(rows.sums[r]);
      for_row(to + r * length, length, to + r * length, [&](Numbers<T> e) { return e / sum; });
    }
  }
}

template <class T> void log_softmax_along(const void* x, std::int64_t n, std::int64_t count, void* y) {
  if (ShortRows<T>::fit(n)) return log_softmax_short(static_cast<const T*>(x), n, count, static_cast<T*>(y));
  const auto length = static_cast<std::size_t>(n), all = static_cast<std::size_t>(count);
  LongRows<T> rows;
  for (std::size_t i = 0; i < all; i += rows.width) {
    const std::size_t many = std::min(all - i, rows.width);
    const T* from = static_cast<const T*>(x) + i * length;
    T* to = static_cast<T*>(y) + i * length;
    rows.template add_up<false>(from, length, many, to);
    store(log(load(rows.sums)), rows.sums);
    for (std::size_t r = 0; r < many; ++r) {
      const Numbers<T> top = fill(rows.tops[r]), rest = fill(rows.sums[r]);
      for_row(from + r * length, length, to + r * length, [&](Numbers<T> e) { return e - top - rest; });
    }
  }
}

/// The first place of the largest element, or of the first NaN.
template <class T> void argmax_along(const void* x, std::int64_t n, std::int64_t count, void* y) {
  const auto length = static_cast<std::size_t>(n);
  constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  for (std::int64_t i = 0; i < count; ++i) {
    const T* from = static_cast<const T*>(x) + i * n;
    const Numbers<T> top = fill(reduce_run<Max>(from, length));
    std::int64_t found = -1;
    for (std::size_t k = 0; found < 0; k += width) {
      const Numbers<T> part = k + width <= length ? load(from + k) : load_first(from + k, length - k);
      const auto lane = hn::FindFirstTrue(Tag<T>(), (part == top || is_nan(part)).m);
      if (lane >= 0) found = static_cast<std::int64_t>(k) + lane;
    }
    static_cast<std::int64_t*>(y)[i] = found;
  }
}

template <class How, class T>
void reduce_across(const void* x, std::int64_t n, std::int64_t stride, std::int64_t count, void* y, bool onto) {
  constexpr std::int64_t width = hn::MaxLanes(Tag<T>());
  T* to = static_cast<T*>(y);
  std::int64_t j = 0;
  for (; j + 4 * width <= count; j += 4 * width) {
    const T* from = static_cast<const T*>(x) + j;
    Numbers<T> a = How::template start<T>(), b = a, c = a, d = a;
    if (onto) a = load(to + j), b = load(to + j + width), c = load(to + j + 2 * width), d = load(to + j + 3 * width);
    for (std::int64_t k = 0; k < n; ++k, from += stride) {
      a = How::combine(a, load(from));
      b = How::combine(b, load(from + width));
      c = How::combine(c, load(from + 2 * width));
      d = How::combine(d, load(from + 3 * width));
    }
    store(a, to + j), store(b, to + j + width), store(c, to + j + 2 * width), store(d, to + j + 3 * width);
  }
  for (; j < count; j += width) {
    const T* from = static_cast<const T*>(x) + j;
    const auto part = static_cast<std::size_t>(std::min(width, count - j));
    Numbers<T> a = onto ? load_first(to + j, part) : How::template start<T>();
    for (std::int64_t k = 0; k < n; ++k, from += stride) a = How::combine(a, load_first(from, part));
    store_first(a, to + j, part);
  }
}

/// A binary counter: what waits on level i is the sum of 2^i terms.
template <class T> void sum_tree(const void* x, std::int64_t n, std::int64_t stride, std::int64_t count, void* y) {
  constexpr std::int64_t width = hn::MaxLanes(Tag<T>());
  T waiting[static_cast<std::size_t>(32 * width)];
  for (std::int64_t j = 0; j < count; j += width) {
    const auto part = static_cast<std::size_t>(std::min(width, count - j));
    const T* from = static_cast<const T*>(x) + j;
    T* top = waiting;
    Numbers<T> sum = fill(T{0});
    for (std::int64_t k = 0; k < n; ++k, from += stride) {
      sum = load_first(from, part);
      for (std::int64_t bits = k; k + 1 < n ? bits & 1 : top != waiting; bits >>= 1) sum = load(top -= width) + sum;
      if (k + 1 < n) store(sum, top), top += width;
    }
    store_first(sum, static_cast<T*>(y) + j, part);
  }
}

template <class T> void divide_all(void* x, std::int64_t count, double by) {
  for (std::int64_t i = 0; i < count; ++i) static_cast<T*>(x)[i] /= static_cast<T>(by);
}

// Named apart from matrix_loops: the linker would take two templates of one name for the same one.
template <class T>
constexpr ReduceLoops reduce_loops{reduce_along<Sum, T>,  reduce_along<Max, T>,  reduce_along<Min, T>,
                                   logsumexp_along<T>,    argmax_along<T>,       softmax_along<T>,
                                   log_softmax_along<T>,  reduce_across<Sum, T>, reduce_across<Max, T>,
                                   reduce_across<Min, T>, sum_tree<T>,           divide_all<T>};

}  // namespace

ReduceLoops reduce_f32() { return reduce_loops<float>; }
ReduceLoops reduce_f64() { return reduce_loops<double>; }

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "gradus/engine/cpu/kernels/highway/dispatch.hpp"
namespace gradus::highway {
namespace {
HWY_EXPORT(reduce_f32);
HWY_EXPORT(reduce_f64);
}  // namespace
ReduceLoops reduce_loops_f32() { return GRADUS_DISPATCH(reduce_f32)(); }
ReduceLoops reduce_loops_f64() { return GRADUS_DISPATCH(reduce_f64)(); }
}  // namespace gradus::highway
#endif
