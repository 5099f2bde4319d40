#include "gradus/learn/nn/inits/parts.hpp"

#include "gradus/core/base/random.hpp"

namespace gradus::init {
namespace {

/// FNV-1a, 64 bits.
std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h;
}

/// Steps of training begin at 0, so the last step's numbers are free for initial weights.
RandomKey key_of(std::uint64_t seed, std::string_view parameter) {
  return {seed ^ hash(parameter), random_limit - 1, 0};
}

void store(const std::vector<double>& numbers, View out) {
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
    for (std::size_t i = 0; i < numbers.size(); ++i) out.as<T>()[i] = static_cast<T>(numbers[i]);
  });
}

}  // namespace

void fill_with(View out, double value) {
  store(std::vector<double>(static_cast<std::size_t>(out.count()), value), out);
}

void fill_uniform(View out, std::uint64_t seed, std::string_view parameter, double a) {
  std::vector<double> numbers(static_cast<std::size_t>(out.count()));
  gradus::fill_uniform(key_of(seed, parameter), 0, numbers);
  for (double& x : numbers) x = (2 * x - 1) * a;
  store(numbers, out);
}

void fill_normal(View out, std::uint64_t seed, std::string_view parameter, double std) {
  std::vector<double> numbers(static_cast<std::size_t>(out.count()));
  gradus::fill_normal(key_of(seed, parameter), 0, numbers);
  for (double& x : numbers) x *= std;
  store(numbers, out);
}

Fans fans(const Shape& shape) {
  if (shape.rank() == 0) return {};
  if (shape.rank() == 1) return {static_cast<double>(shape[0]), static_cast<double>(shape[0])};
  double field = 1;
  for (int axis = 2; axis < shape.rank(); ++axis) field *= static_cast<double>(shape[axis]);
  return {static_cast<double>(shape[1]) * field, static_cast<double>(shape[0]) * field};
}

}  // namespace gradus::init
