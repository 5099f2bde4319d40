#include "gradus/core/tensor/tensor.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace gradus {
namespace {

constexpr std::align_val_t alignment{64};

void check_element(const Type& type, std::int64_t index) {
  const std::int64_t count = type.shape.count();
  if (index >= 0 && index < count) return;
  throw UserError(Fault::usage, Report{to_string(type), "element " + std::to_string(index),
                                       count == 0 ? "none: it has no elements" : "0 to " + std::to_string(count - 1),
                                       count == 0 ? "count() before it" : "0, the first"});
}

/// What C++ calls the dtype.
std::string_view type_name(DType dtype) {
  switch (dtype) {
    case DType::f32: return "float";
    case DType::f64: return "double";
    case DType::bf16: return "gradus::Bf16";
    case DType::i32: return "std::int32_t";
    case DType::i64: return "std::int64_t";
    case DType::u8: return "std::uint8_t";
  }
  return "";
}

}  // namespace

std::string to_string(const Type& type) { return std::string(name(type.dtype)) + to_string(type.shape); }

std::size_t byte_count(const Type& type) {
  const auto bytes = checked_multiply(type.shape.count(), static_cast<std::int64_t>(size_of(type.dtype)));
  if (!bytes || *bytes >> 62) {
    throw UserError(Fault::budget, Report{to_string(type), "more than 2^62 bytes", "an array that fits in memory",
                                          "fewer elements, as in Shape{1000, 1000}"});
  }
  return static_cast<std::size_t>(*bytes);
}

void refuse_dtype(const Type& type, DType asked) {
  throw UserError(Fault::usage,
                  Report{"numbers of " + to_string(type), "as<" + std::string(type_name(asked)) + ">()",
                         std::string(name(type.dtype)), "as<" + std::string(type_name(type.dtype)) + ">()"});
}

double ConstView::number(std::int64_t index) const {
  check_element(type_, index);
  return visit_stored(dtype(), [&]<class T>(std::type_identity<T>) -> double {
    return convert_number<double>(static_cast<const T*>(data_)[index]);
  });
}

void View::set(std::int64_t index, double value) const {
  check_element(type_, index);
  visit_stored(dtype(),
               [&]<class T>(std::type_identity<T>) { static_cast<T*>(data_)[index] = convert_number<T>(value); });
}

void Tensor::Free::operator()(std::byte* p) const { ::operator delete(p, alignment); }

Tensor::Tensor(const Type& type) : type_(type) {
  const std::size_t bytes = std::max<std::size_t>(byte_count(type), 1);
  data_.reset(static_cast<std::byte*>(::operator new(bytes, alignment)));
  std::memset(data_.get(), 0, bytes);
}

Tensor::Tensor(double value) : Tensor(Type{DType::f64, {}}) { set(0, value); }

Tensor::Tensor(const Tensor& other) : Tensor(other.type_) {
  std::memcpy(data_.get(), other.data_.get(), other.bytes());
}

Tensor& Tensor::operator=(const Tensor& other) {
  if (this != &other) *this = Tensor(other);
  return *this;
}

Tensor Tensor::from(const Shape& shape, std::span<const double> numbers, DType dtype) {
  if (shape.count() != static_cast<std::int64_t>(numbers.size())) {
    throw UserError(Fault::usage,
                    Report{"tensor " + to_string(shape), std::to_string(numbers.size()) + " numbers",
                           std::to_string(shape.count()), "Shape{" + std::to_string(numbers.size()) + "}"});
  }
  Tensor out(dtype, shape);
  for (std::size_t i = 0; i < numbers.size(); ++i) out.set(static_cast<std::int64_t>(i), numbers[i]);
  return out;
}

Tensor Tensor::full(const Type& type, double value) {
  Tensor out(type);
  visit_stored(type.dtype, [&]<class T>(std::type_identity<T>) {
    const auto numbers = out.as<T>();
    std::fill(numbers.begin(), numbers.end(), convert_number<T>(value));
  });
  return out;
}

std::vector<double> Tensor::numbers() const {
  std::vector<double> out(static_cast<std::size_t>(count()));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = number(static_cast<std::int64_t>(i));
  return out;
}

Tensor Tensor::cast(DType dtype) const {
  Tensor out(dtype, shape());
  visit_stored(this->dtype(), [&]<class From>(std::type_identity<From>) {
    visit_stored(dtype, [&]<class To>(std::type_identity<To>) {
      std::transform(as<From>().begin(), as<From>().end(), out.as<To>().begin(), convert_number<To, From>);
    });
  });
  return out;
}

Tensor Tensor::reshaped(const Shape& shape) const {
  if (shape.count() != count()) {
    throw UserError(Fault::usage, Report{"reshape", to_string(type_.shape), "as many elements as " + to_string(shape),
                                         "Shape{" + std::to_string(count()) + "}"});
  }
  Tensor out(*this);
  out.type_.shape = shape;
  return out;
}

bool same_bits(ConstView a, ConstView b) {
  return a.type() == b.type() && std::memcmp(a.data(), b.data(), byte_count(a.type())) == 0;
}

}  // namespace gradus
