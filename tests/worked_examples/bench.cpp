#include "tests/worked_examples/bench.hpp"

namespace gradus::worked_examples {

Value Bench::input(const std::string& name, const Tensor& value) {
  const Value input = graph_.input(name, Type{dtype_, value.shape()});
  bindings_.push_back({input, value.cast(dtype_)});
  return input;
}

void Bench::compute() {
  Values all;
  for (const auto& [name, values] : wanted_) all.insert(all.end(), values.begin(), values.end());
  const auto numbers = runner_ == Runner::interpreter ? interpret(all, bindings_) : evaluate(engine_, all, bindings_);
  std::size_t next = 0;
  for (const auto& [name, values] : wanted_) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (double number : numbers[next].numbers()) append(name, number);
      ++next;
    }
  }
}

}  // namespace gradus::worked_examples
