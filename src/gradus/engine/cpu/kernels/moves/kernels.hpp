// Ops that move elements without arithmetic, and those that read or write by index: any dtype, by the size of an
// element. All give the bits of the ops' own loops.
#pragma once

#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus::moves {

/// transpose (any order), reshape, broadcast, slice, unslice, concatenate. Blocks are rows of the output, or of a
/// matrix columns; inputs whole, in rows or in columns as Op::block has it.
Prepared prepare_copy(const Call& call);

/// gather. Blocks are rows of the output: of the indices along axis 0, else of what is gathered from.
Prepared prepare_gather(const Call& call);

/// scatter_add. Blocks are rows of the output: along axis 0 each looks at all indices. An element's terms are added in
/// the order of the indices.
Prepared prepare_scatter_add(const Call& call);

/// one_hot, in rows or whole.
Prepared prepare_one_hot(const Call& call);

}  // namespace gradus::moves
