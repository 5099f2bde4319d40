// One column's encoding from its training rows.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradus/learn/data/column_role.hpp"
#include "gradus/learn/data/schema.hpp"

namespace gradus::data {

/// The texts of the column in these rows, each once, with their rows: by size when all texts of the column are numbers,
/// else by byte.
std::vector<TextCount> text_counts(const Column& column, std::span<const std::int64_t> rows);

/// How texts of the column are to be read again.
ReadAs read_texts(const Column& column);

/// Of a role that is not to be left out. Left out after all where nothing varies in the training rows.
ColumnEncoding fit_column(const Table& table, const Column& column, const ColumnRole& role,
                          std::span<const std::int64_t> rows, Notes& notes);

}  // namespace gradus::data
