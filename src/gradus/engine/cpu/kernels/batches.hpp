// Products of batches of matrices on kernels for two matrices.
#pragma once

#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus {

using Prepare = Prepared (*)(const Call&);

/// Whether a kernel that wants the second matrix as it is may be given one that was stored transposed, turned before.
enum class SecondMatrix { as_stored, turned };

/// What `prepare` answers to a product of two matrices; of batches of them, a run of its kernel for each, or for many
/// at once where the second matrix is one for all and the rows of the first lie one after the other. outer_sum of two
/// matrices is a product with the first one transposed.
Prepared prepare_in_batches(const Call& call, Prepare prepare, SecondMatrix second);

template <Prepare prepare, SecondMatrix second = SecondMatrix::as_stored> Prepared in_batches(const Call& call) {
  return prepare_in_batches(call, prepare, second);
}

}  // namespace gradus
