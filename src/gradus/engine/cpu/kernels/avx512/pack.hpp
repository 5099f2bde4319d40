// Matrices of bf16 as pairs of terms, the form that dot products read: a panel holds 16 columns, 64 bytes a pair, the
// earlier term in the lower half of each 32 bits. What is missing in the last pair, and columns beyond the last, are 0.
#pragma once

#include <cstddef>
#include <cstdint>

#include "gradus/core/tensor/bf16.hpp"

namespace gradus::avx512 {

inline constexpr std::int64_t panel_columns = 16, pair_bytes = 64;
constexpr std::int64_t pairs_of(std::int64_t terms) { return (terms + 1) / 2; }
constexpr std::int64_t panels_of(std::int64_t columns) { return (columns + panel_columns - 1) / panel_columns; }

/// `terms` rows of `columns` numbers that lie `stride` apart: panels `panel` bytes apart.
void pack_rows(const Bf16* from, std::int64_t stride, std::int64_t terms, std::int64_t columns, std::byte* to,
               std::int64_t panel);

/// The same of a matrix stored transposed: `columns` rows of `terms` numbers that lie `stride` apart.
void pack_columns(const Bf16* from, std::int64_t stride, std::int64_t terms, std::int64_t columns, std::byte* to,
                  std::int64_t panel);

}  // namespace gradus::avx512
