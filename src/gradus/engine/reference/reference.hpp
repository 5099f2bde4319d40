// The interpreter as a backend: node by node, with the meaning that each op states. Slow and plain; what other backends
// are compared with.
#pragma once

#include <memory>

#include "gradus/engine/backend/backend.hpp"

namespace gradus {

/// Runs on the calling thread. Refuses products in bf16: it computes in the dtypes that the graph says.
std::unique_ptr<Backend> reference_backend();

}  // namespace gradus
