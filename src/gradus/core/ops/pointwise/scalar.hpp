// The functions that pointwise formulas are written in, for plain numbers. The vector kernels have the same names for
// lanes.
#pragma once

#include <cmath>
#include <concepts>
#include <type_traits>

namespace gradus::pointwise {

template <class T>
concept Number = std::is_arithmetic_v<T>;

template <Number T> T like(T, double value) { return static_cast<T>(value); }
template <class T> T select(bool condition, T a, T b) { return condition ? a : b; }
template <Number T> bool is_nan(T x) { return x != x; }

template <std::floating_point T> T abs(T x) { return std::fabs(x); }
template <std::integral T> T abs(T x) { return static_cast<T>(x < T{0} ? -x : x); }
template <std::floating_point T> T cos(T x) { return std::cos(x); }
template <std::floating_point T> T erf(T x) { return std::erf(x); }
template <std::floating_point T> T exp(T x) { return std::exp(x); }
template <std::floating_point T> T expm1(T x) { return std::expm1(x); }
template <std::floating_point T> T floor(T x) { return std::floor(x); }
template <std::floating_point T> T log(T x) { return std::log(x); }
template <std::floating_point T> T log1p(T x) { return std::log1p(x); }
template <std::floating_point T> T pow(T x, T y) { return std::pow(x, y); }
template <std::floating_point T> T round(T x) { return std::nearbyint(x); }  // halves to even
template <std::floating_point T> T sin(T x) { return std::sin(x); }
template <std::floating_point T> T sqrt(T x) { return std::sqrt(x); }
template <std::floating_point T> T tanh(T x) { return std::tanh(x); }

}  // namespace gradus::pointwise
