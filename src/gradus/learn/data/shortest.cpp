#include "gradus/learn/data/shortest.hpp"

#include <charconv>
#include <cmath>

namespace gradus::data {
namespace {

constexpr int most_digits = 17;  // which tell every f64 from every other

double parse(const char* begin, const char* end) {
  double value = 0;
  std::from_chars(begin, end, value);
  return value;
}

double rounded_to(double x, int digits) {
  char text[40];
  return parse(text, std::to_chars(text, text + sizeof text, x, std::chars_format::scientific, digits - 1).ptr);
}

double in_dtype(double x, DType dtype) { return dtype == DType::f32 ? static_cast<double>(static_cast<float>(x)) : x; }

}  // namespace

double shortest(double x, DType dtype) {
  if (dtype != DType::f32 || !std::isfinite(x)) return x;
  char text[40];
  return parse(text, std::to_chars(text, text + sizeof text, static_cast<float>(x)).ptr);
}

double shortest_decoded(const Encoder& target, double z, DType dtype) {
  const double exact = target.decode(z);
  const auto keeps = [&](int digits) { return in_dtype(target.encode(rounded_to(exact, digits)), dtype) == z; };
  if (!std::isfinite(exact) || !keeps(most_digits)) return exact;
  int few = 0, enough = most_digits;  // `few` are too few
  while (few + 1 < enough) {
    const int middle = (few + enough) / 2;
    (keeps(middle) ? enough : few) = middle;
  }
  return rounded_to(exact, enough);
}

}  // namespace gradus::data
