// The numbers of some values of a graph, once: compiles a plan, runs it, forgets it.
#pragma once

#include <initializer_list>
#include <vector>

#include "gradus/core/ops/interpret.hpp"
#include "gradus/engine/runtime/engine.hpp"

namespace gradus {

/// Throws UserError as interpret() does. For repeated evaluation make a Program. Several threads may evaluate on one
/// engine, values of one graph too, while nobody appends to it.
std::vector<Tensor> evaluate(Engine& engine, std::span<const Value> wanted, std::span<const Binding> bindings);
std::vector<Tensor> evaluate(Engine& engine, std::initializer_list<Value> wanted,
                             std::initializer_list<Binding> bindings);

}  // namespace gradus
