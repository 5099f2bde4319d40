// What must hold of a column before it is used, each trouble with its place in the file.
#pragma once

#include <span>
#include <string>

#include "gradus/learn/data/encoders/encoder.hpp"
#include "gradus/learn/data/note.hpp"
#include "gradus/learn/data/table.hpp"

namespace gradus::data {

/// Most classes that a target may have.
inline constexpr std::size_t most_classes = 1000;

/// The column called `name`. Throws UserError(Fault::data) that names the nearest one.
const Column& require_column(const Table& table, const std::string& name);

/// What can be done about a cell: a file that is learnt from may leave a column out, others must have it.
enum class Use { feature, target, prediction };

/// Throws UserError(Fault::data) at the first cell that is missing or infinite.
void require_complete(const Table& table, const Column& column, Use use);

/// Throws UserError(Fault::usage) for a column that was not read at all, or, where texts are `wanted`, as numbers.
void require_read(const Table& table, const Column& column, bool texts_wanted);

/// Throws UserError(Fault::data) at the first cell that is not a number.
void require_numeric(const Table& table, const Column& column,
                     const std::string& remedy = "correct it, or take the row out");

/// Throws UserError(Fault::data) for more different texts than are kept.
void require_few_texts(const Table& table, const Column& column);

/// Throws UserError(Fault::data) for texts that are nearly all numbers with thousands marks or decimal commas.
void refuse_disguised_numbers(const Table& table, const Column& column);

/// Whether most of the texts are numbers, and they are no codes such as 1, 2, 3, A: few that come again.
bool is_mostly_numbers(const Table& table, const Column& column);

/// Throws UserError(Fault::data) at the first cell of such a column that is no number.
void refuse_mostly_numbers(const Table& table, const Column& column);

/// Adds a warning for texts that are the same number, as 01 and 1.
void check_spellings(const Table& table, const Column& column, std::span<const std::string> texts, Notes& notes);

/// Adds warnings for numbers that look like codes, are rounded, or lie far from all others.
void check_numbers(const Table& table, const Column& column, std::span<const double> cells, const Scaling& scaling,
                   Notes& notes);

/// "column "age" of cars.csv"
std::string describe(const Table& table, const Column& column);

}  // namespace gradus::data
