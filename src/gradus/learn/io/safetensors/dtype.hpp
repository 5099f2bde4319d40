// The dtypes of safetensors and what becomes of them here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gradus/core/tensor/dtype.hpp"

namespace gradus::io {

struct StoredDType {
  std::string_view name;
  std::int64_t size;             // bytes per element in the file
  std::optional<DType> becomes;  // nothing: gradus has no such numbers
};

inline constexpr std::array<StoredDType, 16> stored_dtypes{{
    {"F32", 4, DType::f32},
    {"F64", 8, DType::f64},
    {"I32", 4, DType::i32},
    {"I64", 8, DType::i64},
    {"U8", 1, DType::u8},
    {"F16", 2, DType::f32},
    {"BF16", 2, DType::f32},
    {"I8", 1, std::nullopt},
    {"I16", 2, std::nullopt},
    {"U16", 2, std::nullopt},
    {"U32", 4, std::nullopt},
    {"U64", 8, std::nullopt},
    {"BOOL", 1, std::nullopt},
    {"F8_E4M3", 1, std::nullopt},
    {"F8_E5M2", 1, std::nullopt},
    {"C64", 8, std::nullopt},
}};

}  // namespace gradus::io
