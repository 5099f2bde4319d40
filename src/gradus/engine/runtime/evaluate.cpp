#include "gradus/engine/runtime/evaluate.hpp"

namespace gradus {

std::vector<Tensor> evaluate(Engine&, std::span<const Value> wanted, std::span<const Binding> bindings) {
  return interpret(wanted, bindings);
}

std::vector<Tensor> evaluate(Engine& engine, std::initializer_list<Value> wanted, std::initializer_list<Binding> bindings) {
  return evaluate(engine, std::span(wanted.begin(), wanted.size()), std::span(bindings.begin(), bindings.size()));
}

}  // namespace gradus
