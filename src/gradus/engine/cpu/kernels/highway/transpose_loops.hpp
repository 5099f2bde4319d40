// Matrices transposed, elements of any size.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gradus::highway {

/// to[j, i] = from[i, j] for i < rows, j < columns; rows lie from_row and to_row elements apart.
using TransposeLoop = void (*)(const void* from, std::int64_t from_row, void* to, std::int64_t to_row,
                               std::int64_t rows, std::int64_t columns);

/// Of elements of 1, 2, 4 or 8 bytes, for the best instruction set that this machine has.
TransposeLoop transpose_loop(std::size_t width);

}  // namespace gradus::highway
