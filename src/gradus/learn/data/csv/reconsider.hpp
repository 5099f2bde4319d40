// What a whole table says of how it should have been read.
#pragma once

#include <optional>

#include "gradus/learn/data/csv/table_pass.hpp"

namespace gradus::data {

/// Better assumptions than those of the pass, or nothing when they were right:
/// - the first line is one of names where texts stand above columns of numbers, or numbers that go on as names do
///   (years; 0, 1, 2, ...); it is one of data where it looks like what stands below it; of metadata (left out) where it
///   has the numbers of rows and columns, as in scikit-learn's files;
/// - numbers are written in the format that makes most columns numbers;
/// - columns hold texts that did not look so at first.
std::optional<Assumptions> reconsider(const Pass& pass, const Assumptions& assumed, const CsvOptions& options);

/// How numbers are written by all columns together: the formats that make most of them numbers.
NumberFormat choose_format(const Pass& pass, const Assumptions& assumed);

enum class FirstLine { names, data, metadata };
FirstLine judge_first_line(const Pass& pass, const Assumptions& assumed);

}  // namespace gradus::data
