// gradus inside a shared object: the derivative of sum(x^3) over enough elements for generated code and two threads.
#include <gradus/gradus.hpp>

/// The largest difference from 3 x^2.
extern "C" double largest_error() {
  constexpr std::int64_t n = 100'000;
  gradus::Tensor numbers(gradus::DType::f64, {n});
  const auto x = numbers.as<double>();
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<double>(i % 8);
  gradus::Engine engine({.threads = 2});
  gradus::Graph g;
  const auto input = g.input("x", {gradus::DType::f64, {n}});
  const auto total = gradus::sum(input * input * input);
  const auto found = gradus::evaluate(engine, {gradus::gradient(total, {input})[0]}, {{input, numbers}});
  double error = 0;
  for (std::size_t i = 0; i < n; ++i) error = std::max(error, std::abs(found[0].as<double>()[i] - 3 * x[i] * x[i]));
  return error;
}
