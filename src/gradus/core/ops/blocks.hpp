// Blocks of rows of an output, as ops state them (Op::block).
#pragma once

#include <initializer_list>
#include <string_view>

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// Every input in blocks along the axis that Op::axis says is kept as axis 0 of the output, or whole where no axis is;
/// the attributes as they are. Nothing where rows of the output depend on an axis that is mixed, or there is no axis 0.
std::optional<Block> block_of_rows(Types in, const Node& node, Rows rows);

/// The same with the first of the sizes (or bounds) in each of these attributes the block's: those of `names` become
/// the number of rows.
std::optional<Block> block_of_rows(Types in, const Node& node, Rows rows, std::initializer_list<const char*> names);

/// The attribute `name` with the rows of the block as axis 0 of the type that it is.
void set_rows_of_type(Block& block, const char* name, Rows rows);

}  // namespace gradus
