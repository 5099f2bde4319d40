// + - * / on Values and numbers. A number takes the dtype of the Value beside it.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

Value operator+(Value a, Value b);
Value operator-(Value a, Value b);
Value operator*(Value a, Value b);
Value operator/(Value a, Value b);
Value operator-(Value x);
inline Value operator+(Value a, double b) { return a + constant_like(a, b); }
inline Value operator+(double a, Value b) { return constant_like(b, a) + b; }
inline Value operator-(Value a, double b) { return a - constant_like(a, b); }
inline Value operator-(double a, Value b) { return constant_like(b, a) - b; }
inline Value operator*(Value a, double b) { return a * constant_like(a, b); }
inline Value operator*(double a, Value b) { return constant_like(b, a) * b; }
inline Value operator/(Value a, double b) { return a / constant_like(a, b); }
inline Value operator/(double a, Value b) { return constant_like(b, a) / b; }

/// The same numbers in another dtype (to integers: truncated toward zero); x itself when it has that dtype already.
Value cast(Value x, DType dtype);

}  // namespace gradus
