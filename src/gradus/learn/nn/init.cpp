#include "gradus/learn/nn/init.hpp"

#include <cmath>
#include <vector>

#include "gradus/core/base/random.hpp"
#include "gradus/core/graph/print.hpp"

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

double checked(const char* what, double value, bool holds, const char* expected) {
  if (!holds) throw UserError(Fault::usage, Report{std::string("init ") + what, print_number(value), expected, ""});
  return value;
}

void store(const std::vector<double>& numbers, View out) {
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
    for (std::size_t i = 0; i < numbers.size(); ++i) out.as<T>()[i] = static_cast<T>(numbers[i]);
  });
}

void fill_scaled_uniform(View out, const RandomKey& key, double a) {
  std::vector<double> numbers(static_cast<std::size_t>(out.count()));
  fill_uniform(key, 0, numbers);
  for (double& x : numbers) x = (2 * x - 1) * a;
  store(numbers, out);
}

void fill_scaled_normal(View out, const RandomKey& key, double std) {
  std::vector<double> numbers(static_cast<std::size_t>(out.count()));
  fill_normal(key, 0, numbers);
  for (double& x : numbers) x *= std;
  store(numbers, out);
}

Init fill_with(double value, std::string text) {
  return {std::move(text), [value](View out, std::uint64_t, std::string_view) {
            store(std::vector<double>(static_cast<std::size_t>(out.count()), value), out);
          }};
}

using Scale = double (*)(const Fans&);

Init uniform_by(std::string name, Scale a) {
  return {std::move(name), [a](View out, std::uint64_t seed, std::string_view parameter) {
            fill_scaled_uniform(out, key_of(seed, parameter), a(fans(out.shape())));
          }};
}

Init normal_by(std::string name, Scale std) {
  return {std::move(name), [std](View out, std::uint64_t seed, std::string_view parameter) {
            fill_scaled_normal(out, key_of(seed, parameter), std(fans(out.shape())));
          }};
}

}  // namespace

Fans fans(const Shape& shape) {
  if (shape.rank() == 0) return {};
  if (shape.rank() == 1) return {static_cast<double>(shape[0]), static_cast<double>(shape[0])};
  double field = 1;
  for (int axis = 2; axis < shape.rank(); ++axis) field *= static_cast<double>(shape[axis]);
  return {static_cast<double>(shape[1]) * field, static_cast<double>(shape[0]) * field};
}

Init zeros() { return fill_with(0, "zeros"); }

Init constant(double value) {
  checked("constant", value, std::isfinite(value), "a finite number");
  return fill_with(value, "constant " + print_number(value));
}

Init normal(double std) {
  checked("normal", std, std::isfinite(std) && std >= 0, "a standard deviation >= 0");
  return {"normal " + print_number(std), [std](View out, std::uint64_t seed, std::string_view parameter) {
            fill_scaled_normal(out, key_of(seed, parameter), std);
          }};
}

Init uniform(double a) {
  checked("uniform", a, std::isfinite(a) && a >= 0, "a bound >= 0");
  return {"uniform " + print_number(a), [a](View out, std::uint64_t seed, std::string_view parameter) {
            fill_scaled_uniform(out, key_of(seed, parameter), a);
          }};
}

Init xavier_uniform() {
  return uniform_by("xavier_uniform", [](const Fans& f) { return std::sqrt(6 / (f.in + f.out)); });
}
Init xavier_normal() {
  return normal_by("xavier_normal", [](const Fans& f) { return std::sqrt(2 / (f.in + f.out)); });
}
Init he_uniform() {
  return uniform_by("he_uniform", [](const Fans& f) { return std::sqrt(6 / f.in); });
}
Init he_normal() {
  return normal_by("he_normal", [](const Fans& f) { return std::sqrt(2 / f.in); });
}
Init torch_linear() {
  return uniform_by("torch_linear", [](const Fans& f) { return 1 / std::sqrt(f.in); });
}

}  // namespace gradus::init
