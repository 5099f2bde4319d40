// Numbers and truth values that write code down instead of computing: formulas of pointwise ops work on them.
#pragma once

#include "gradus/core/graph/op.hpp"
#include "gradus/engine/cpu/kernels/asmjit/code.hpp"

namespace gradus::jit {

struct Numbers {
  Code* code;
  int line;
  Form form() const { return code->lines[static_cast<std::size_t>(line)].form; }
};
struct Truths {
  Code* code;
  int line;
  Form form() const { return code->lines[static_cast<std::size_t>(line)].form; }
};

inline Numbers write(Kind kind, Numbers a, Numbers b, std::uint64_t immediate = 0) {
  return {a.code, a.code->add({.kind = kind, .form = a.form(), .in = {a.line, b.line, -1}, .immediate = immediate})};
}
inline Numbers write(Kind kind, Numbers a, std::uint64_t immediate = 0) {
  return {a.code, a.code->add({.kind = kind, .form = a.form(), .in = {a.line, -1, -1}, .immediate = immediate})};
}
inline Truths compare(Numbers a, Numbers b, Predicate predicate) {
  return {a.code,
          a.code->add({.kind = Kind::compare, .form = a.form(), .in = {a.line, b.line, -1}, .immediate = predicate})};
}
inline Truths write(Kind kind, Truths a, int b) {
  return {a.code, a.code->add({.kind = kind, .form = a.form(), .in = {a.line, b, -1}})};
}

inline Numbers like(Numbers x, double value) { return {x.code, x.code->number(value, x.form())}; }
/// The number whose bits these are.
inline Numbers bits_like(Numbers x, std::uint64_t bits) {
  return {x.code, x.code->add({.kind = Kind::number, .form = x.form(), .immediate = bits})};
}
inline Numbers select(Truths c, Numbers a, Numbers b) {
  return {a.code, a.code->add({.kind = Kind::select, .form = a.form(), .in = {c.line, a.line, b.line}})};
}

inline Numbers operator+(Numbers a, Numbers b) { return write(Kind::add, a, b); }
inline Numbers operator-(Numbers a, Numbers b) { return write(Kind::subtract, a, b); }
inline Numbers operator*(Numbers a, Numbers b) { return write(Kind::multiply, a, b); }
inline Numbers operator/(Numbers a, Numbers b) { return write(Kind::divide, a, b); }
inline Numbers operator-(Numbers x) { return write(Kind::bit_xor, x, like(x, -0.0)); }
inline Numbers abs(Numbers x) { return write(Kind::bit_and_not, like(x, -0.0), x); }
inline Numbers sqrt(Numbers x) { return write(Kind::square_root, x); }
inline Numbers floor(Numbers x) { return write(Kind::round_to, x, 1); }
inline Numbers round(Numbers x) { return write(Kind::round_to, x, 0); }

inline Truths operator==(Numbers a, Numbers b) { return compare(a, b, equal); }
inline Truths operator!=(Numbers a, Numbers b) { return compare(a, b, differ); }
inline Truths operator<(Numbers a, Numbers b) { return compare(a, b, less); }
inline Truths operator<=(Numbers a, Numbers b) { return compare(a, b, less_equal); }
inline Truths operator>(Numbers a, Numbers b) { return compare(b, a, less); }
inline Truths operator>=(Numbers a, Numbers b) { return compare(b, a, less_equal); }
inline Truths operator&&(Truths a, Truths b) { return write(Kind::truth_and, a, b.line); }
inline Truths operator||(Truths a, Truths b) { return write(Kind::truth_or, a, b.line); }
inline Truths operator!(Truths a) { return write(Kind::truth_not, a, -1); }
inline Truths is_nan(Numbers x) { return compare(x, x, unordered); }

/// a b + c in one rounding.
inline Numbers multiply_add(Numbers a, Numbers b, Numbers c) {
  return {a.code, a.code->add({.kind = Kind::multiply_add, .form = a.form(), .in = {a.line, b.line, c.line}})};
}
/// c - a b in one rounding.
inline Numbers negative_multiply_add(Numbers a, Numbers b, Numbers c) {
  return {a.code, a.code->add({.kind = Kind::negative_multiply_add, .form = a.form(), .in = {a.line, b.line, c.line}})};
}

/// 1 and 0, and back.
Numbers numbers_of(Truths x);
Truths truths_of(Numbers x);

// Errors in units of the last place, beside values: exp 1, expm1 2, log 1, log1p, tanh, erf 2.5. Of f32 only: in f64
// Code::refused is set.
Numbers exp(Numbers x);
Numbers expm1(Numbers x);
Numbers log(Numbers x);
Numbers log1p(Numbers x);
Numbers tanh(Numbers x);
Numbers erf(Numbers x);
// There is no code for these; Code::refused is set.
Numbers sin(Numbers x);
Numbers cos(Numbers x);
Numbers pow(Numbers x, Numbers y);

/// The value of a pointwise op on these lines, truth values as 1 and 0. Sets Code::refused when there is no code for
/// it.
int write_op(Code& code, const Op& op, const int* inputs);

}  // namespace gradus::jit
