// The interpreter as a backend: node by node, with the meaning that each op states. Slow and plain; what other backends
// are compared with.
#pragma once

#include <memory>
#include <string_view>

#include "gradus/engine/backend/backend.hpp"

namespace gradus {

/// Runs on the calling thread. Refuses products in bf16: it computes in the dtypes that the graph says.
/// Throws UserError for an instruction set other than "native": it is written for none.
std::unique_ptr<Backend> reference_backend(std::string_view isa = "native");

}  // namespace gradus
