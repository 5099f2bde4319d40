// NumPy arrays as a table.
#pragma once

#include <cstddef>
#include <span>

#include "gradus/learn/data/csv/csv.hpp"

namespace gradus::data {

/// Whether a file that begins so is a NumPy array, or a zip archive of some.
bool is_npy(std::span<const std::byte> start);
bool is_npz(std::span<const std::byte> start);

/// The array in `source` as a table: its columns are column1, column2, ... (an array of one axis is one column). Throws
/// UserError(Fault::data) for what read_npy_header refuses, arrays of three axes and more, and bytes that are missing
/// or left over.
Table read_npy(Source& source, const CsvOptions& options);

/// The arrays in `source` side by side, those of one axis by their names, of two as x1, x2, ...; one called y, target,
/// label or labels is last. Throws UserError(Fault::data) also for other numbers of rows and for what unzip() refuses.
Table read_npz(Source& source, const CsvOptions& options);

}  // namespace gradus::data
