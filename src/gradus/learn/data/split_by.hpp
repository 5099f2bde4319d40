// Splits that hold back what new rows will be like: whole groups, or what comes last.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradus/learn/data/split.hpp"
#include "gradus/learn/data/table.hpp"

namespace gradus::data {

/// Holds back whole groups (`groups`: a number a row), in an order that follows from the seed, until floor(rows
/// fraction) rows are held back or the next group would bring it farther from that; at least one group stays to train
/// on, and where fraction > 0 one is held back. Throws UserError(Fault::data) at `place` for a single group.
Split split_by_group(std::span<const std::int64_t> groups, double fraction, std::uint64_t seed,
                     const std::string& place);

/// Holds back floor(rows fraction) rows with the greatest `times`; rows of the same time stay together in the part
/// learnt from. Throws UserError(Fault::data) at `place` where that leaves nothing to hold back.
Split split_by_time(std::span<const double> times, double fraction, const std::string& place);

/// A number for each different cell; rows without one are groups of their own. Throws UserError for a column that was
/// not read, or has too many texts.
std::vector<std::int64_t> groups_in(const Table& table, const Column& column);

/// Numbers as they are, dates as points in time. Throws UserError(Fault::data) for other cells, and missing ones.
std::vector<double> times_in(const Table& table, const Column& column);

}  // namespace gradus::data
