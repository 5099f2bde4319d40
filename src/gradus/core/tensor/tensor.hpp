// Tensor: an owning row-major array. View: somebody else's array.
#pragma once

#include <initializer_list>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gradus/core/tensor/dtype.hpp"
#include "gradus/core/tensor/shape.hpp"

namespace gradus {

/// Element type and sizes: what is known of a value before it has numbers.
struct Type {
  DType dtype = DType::f32;
  Shape shape;
  friend bool operator==(const Type&, const Type&) = default;
};

/// "f32[64,784]"
std::string to_string(const Type& type);

/// Bytes of an array of this type. Throws UserError when it does not fit in 62 bits.
std::size_t byte_count(const Type& type);

/// Throws UserError: numbers of `type` were asked for as another dtype.
[[noreturn]] void refuse_dtype(const Type& type, DType asked);

/// A readable array that somebody else owns, row-major and contiguous.
class ConstView {
 public:
  ConstView() = default;
  ConstView(Type type, const void* data) : type_(type), data_(data) {}
  const Type& type() const { return type_; }
  DType dtype() const { return type_.dtype; }
  const Shape& shape() const { return type_.shape; }
  std::int64_t count() const { return type_.shape.count(); }
  const void* data() const { return data_; }
  /// Throws UserError unless T is the C++ type of dtype().
  template <class T> std::span<const T> as() const {
    if (dtype_of<T>() != dtype()) refuse_dtype(type_, dtype_of<T>());
    return {static_cast<const T*>(data_), static_cast<std::size_t>(count())};
  }
  /// Element `index` (row-major) as a double, whatever the dtype. Throws UserError where there is none.
  double number(std::int64_t index = 0) const;

 private:
  Type type_;
  const void* data_ = nullptr;
};

/// A writable array that somebody else owns.
class View {
 public:
  View(Type type, void* data) : type_(type), data_(data) {}
  operator ConstView() const { return {type_, data_}; }  // NOLINT: a view may always be read
  const Type& type() const { return type_; }
  DType dtype() const { return type_.dtype; }
  const Shape& shape() const { return type_.shape; }
  std::int64_t count() const { return type_.shape.count(); }
  void* data() const { return data_; }
  template <class T> std::span<T> as() const {
    if (dtype_of<T>() != dtype()) refuse_dtype(type_, dtype_of<T>());
    return {static_cast<T*>(data_), static_cast<std::size_t>(count())};
  }
  double number(std::int64_t index = 0) const { return ConstView(*this).number(index); }
  /// Stores `value`, converted to the dtype, at element `index`. Throws UserError where there is none.
  void set(std::int64_t index, double value) const;

 private:
  Type type_;
  void* data_;
};

using Views = std::span<const ConstView>;

/// An array that owns its numbers: 64-byte aligned, row-major. A copy copies the numbers.
class Tensor {
 public:
  Tensor() : Tensor(Type{}) {}
  /// Zeros.
  explicit Tensor(const Type& type);
  Tensor(DType dtype, const Shape& shape) : Tensor(Type{dtype, shape}) {}
  /// A scalar of dtype f64.
  Tensor(double value);  // NOLINT: numbers are bound to inputs as they are: {{x, 4.0}}
  Tensor(const Tensor& other);
  Tensor(Tensor&& other) noexcept = default;
  Tensor& operator=(const Tensor& other);
  Tensor& operator=(Tensor&& other) noexcept = default;

  /// Numbers in row-major order, converted to `dtype`. Throws UserError when there are not shape.count() of them.
  static Tensor from(const Shape& shape, std::span<const double> numbers, DType dtype = DType::f64);
  static Tensor from(const Shape& shape, std::initializer_list<double> numbers, DType dtype = DType::f64) {
    return from(shape, std::span(numbers.begin(), numbers.size()), dtype);
  }
  static Tensor full(const Type& type, double value);

  const Type& type() const { return type_; }
  DType dtype() const { return type_.dtype; }
  const Shape& shape() const { return type_.shape; }
  std::int64_t count() const { return type_.shape.count(); }
  std::size_t bytes() const { return byte_count(type_); }
  const void* data() const { return data_.get(); }
  void* data() { return data_.get(); }
  template <class T> std::span<const T> as() const { return view().as<T>(); }
  template <class T> std::span<T> as() { return view().as<T>(); }
  ConstView view() const { return {type_, data_.get()}; }
  View view() { return {type_, data_.get()}; }
  operator ConstView() const { return view(); }  // NOLINT
  double number(std::int64_t index = 0) const { return view().number(index); }
  void set(std::int64_t index, double value) { view().set(index, value); }
  /// All numbers as doubles, row-major.
  std::vector<double> numbers() const;
  /// The same numbers in another dtype; to integers truncates toward zero and saturates (NaN gives 0).
  Tensor cast(DType dtype) const;
  /// The same numbers in another shape of the same count.
  Tensor reshaped(const Shape& shape) const;

 private:
  struct Free {
    void operator()(std::byte* p) const;
  };
  Type type_;
  std::unique_ptr<std::byte, Free> data_;
};

/// Same type and same bits.
bool same_bits(ConstView a, ConstView b);

template <class To, class From> To convert_arithmetic(From x) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    constexpr double low = static_cast<double>(std::numeric_limits<To>::min());
    constexpr double high = static_cast<double>(std::numeric_limits<To>::max());  // 2^63 for i64: caught by >=
    if (x != x) return To{0};
    if (static_cast<double>(x) <= low) return std::numeric_limits<To>::min();
    if (static_cast<double>(x) >= high) return std::numeric_limits<To>::max();
  }
  return static_cast<To>(x);
}

/// A number as `to` would hold it: rounded for f32 (and from there for bf16), truncated toward zero and saturated for
/// integers (NaN gives 0).
template <class To, class From> To convert_number(From x) {
  if constexpr (std::is_same_v<To, From>) return x;
  else if constexpr (std::is_same_v<From, Bf16>) return convert_number<To>(to_float(x));
  else if constexpr (std::is_same_v<To, Bf16>) return to_bf16(static_cast<float>(x));
  else return convert_arithmetic<To>(x);
}

}  // namespace gradus
