// What makes numbers look better than they are: columns that give the target away, rows in both parts, an order in time
// that a random split breaks.
#pragma once

#include <cstdint>
#include <span>

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/data/note.hpp"
#include "gradus/learn/data/schema.hpp"
#include "gradus/learn/data/split.hpp"
#include "gradus/learn/data/table.hpp"

namespace gradus::data {

/// Warns of used columns whose cells each go with one class in 99.9 % of the rows `train`, though they come ten times
/// on average (of a target of numbers see fit_schema). Of 50 rows and more, with two columns or more.
void find_class_copies(const Table& table, const Schema& schema, std::span<const std::int64_t> train, Notes& notes);

/// Warns of rows held back that are equal to rows that are learnt from, in features and target.
void find_shared_rows(const Dataset& rows, const Split& split, Notes& notes);
/// The same of the folds of a cross-validation, added up.
void find_shared_rows(const Dataset& rows, std::span<const Split> folds, Notes& notes);

/// Notes that the rows are in the order of a column of dates, where the split is not by time.
void find_time_order(const Table& table, const Schema& schema, Notes& notes);

}  // namespace gradus::data
