// The element types, in one table, with one visit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include "gradus/core/base/error.hpp"
#include "gradus/core/tensor/bf16.hpp"

namespace gradus {

/// bf16 stores the matrices of products; only cast and matmul take it.
enum class DType : std::uint8_t { f32, f64, bf16, i32, i64, u8 };

struct DTypeInfo {
  std::string_view name;
  std::size_t size;  // bytes per element
  bool floating;
};

inline constexpr std::array<DTypeInfo, 6> dtype_table{{
    {"f32", 4, true},
    {"f64", 8, true},
    {"bf16", 2, true},
    {"i32", 4, false},
    {"i64", 8, false},
    {"u8", 1, false},
}};

constexpr const DTypeInfo& info(DType dtype) { return dtype_table[static_cast<std::size_t>(dtype)]; }
constexpr std::string_view name(DType dtype) { return info(dtype).name; }
constexpr std::size_t size_of(DType dtype) { return info(dtype).size; }
constexpr bool is_floating(DType dtype) { return info(dtype).floating; }

/// The dtype called `text`, if there is one.
constexpr std::optional<DType> parse_dtype(std::string_view text) {
  for (std::size_t i = 0; i < dtype_table.size(); ++i) {
    if (dtype_table[i].name == text) return static_cast<DType>(i);
  }
  return std::nullopt;
}

template <class T> constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>) return DType::f32;
  else if constexpr (std::is_same_v<T, double>) return DType::f64;
  else if constexpr (std::is_same_v<T, Bf16>) return DType::bf16;
  else if constexpr (std::is_same_v<T, std::int32_t>) return DType::i32;
  else if constexpr (std::is_same_v<T, std::int64_t>) return DType::i64;
  else {
    static_assert(std::is_same_v<T, std::uint8_t>, "no such dtype");
    return DType::u8;
  }
}

/// Calls f(std::type_identity<T>{}) with the C++ type of `dtype`, which has arithmetic. Throws UserError for bf16,
/// which is stored only.
template <class F> decltype(auto) visit(DType dtype, F&& f) {
  switch (dtype) {
    case DType::f32: return f(std::type_identity<float>{});
    case DType::f64: return f(std::type_identity<double>{});
    case DType::i32: return f(std::type_identity<std::int32_t>{});
    case DType::i64: return f(std::type_identity<std::int64_t>{});
    case DType::u8: return f(std::type_identity<std::uint8_t>{});
    case DType::bf16: break;
  }
  throw UserError(Fault::usage, Report{"dtype", "bf16", "f32, f64, i32, i64 or u8", "cast to f32 first"});
}

/// As visit, but of bf16 too.
template <class F> decltype(auto) visit_stored(DType dtype, F&& f) {
  if (dtype == DType::bf16) return f(std::type_identity<Bf16>{});
  return visit(dtype, f);
}

/// As visit, for the floating types that ops compute in (f32, f64).
template <class F> decltype(auto) visit_floating(DType dtype, F&& f) {
  switch (dtype) {
    case DType::f32: return f(std::type_identity<float>{});
    case DType::f64: return f(std::type_identity<double>{});
    default: break;
  }
  throw UserError(Fault::usage, Report{"dtype", std::string(name(dtype)), "f32 or f64", "cast first"});
}

}  // namespace gradus
