// The numbers that nearly all cells of nearly all files hold, read where they stand.
#pragma once

#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

namespace gradus::data {

struct PlainNumber {
  double value = 0;
  unsigned fraction = 0;      // digits behind the decimal mark
  const char* end = nullptr;  // behind the number; nullptr: it is not of the plain form
};

namespace plain_number {

/// Eight digits, the first in the lowest byte and each without its '0', as a number, in three multiplications.
inline std::uint64_t eight_digits(std::uint64_t x) {
  x = x * 10 + (x >> 8);
  return ((x & 0x000000ff000000ff) * 0x000f424000000064 + ((x >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >> 32;
}

/// Takes digits; how many there were. Eight bytes at a time, since a branch for each digit is often guessed wrong.
inline unsigned take_digits(const char*& p, const char* end, std::uint64_t& value) {
  constexpr std::array<std::uint64_t, 8> tens = {1, 10, 100, 1000, 10'000, 100'000, 1'000'000, 10'000'000};
  const char* const begin = p;
  while (end - p >= 8) {
    std::uint64_t x = 0;
    std::memcpy(&x, p, sizeof x);
    x ^= 0x3030303030303030;
    // The high bit of each byte up to the first that is no digit says whether it is one: 10 + 0x76 is 0x80.
    const std::uint64_t others = ((x + 0x7676767676767676) | x) & 0x8080808080808080;
    if (others != 0) {
      const auto count = static_cast<unsigned>(std::countr_zero(others)) / 8;
      value = value * tens[count] + eight_digits((x << (8 * (7 - count))) << 8);  // zeros before them
      p += count;
      return static_cast<unsigned>(p - begin);
    }
    value = value * 100'000'000 + eight_digits(x);
    p += 8;
  }
  for (; p < end; ++p) {
    const unsigned digit = static_cast<unsigned char>(*p) - unsigned{'0'};
    if (digit > 9) break;
    value = value * 10 + digit;
  }
  return static_cast<unsigned>(p - begin);
}

/// take_digits() where one digit is what is mostly there.
inline unsigned take_whole(const char*& p, const char* end, std::uint64_t& value) {
  const auto digit = [](char c) { return static_cast<unsigned char>(c) - unsigned{'0'}; };
  if (end - p < 2 || digit(p[0]) > 9 || digit(p[1]) <= 9) return take_digits(p, end, value);
  value = digit(*p++);
  return 1;
}

/// digits / 10^fraction, rounded once; false when that is not known here.
inline bool divide(std::uint64_t digits, unsigned fraction, double& out) {
  constexpr std::array<double, 23> tens = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                           1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (digits <= std::uint64_t{1} << 53 && fraction < tens.size()) {  // both exact: one division, rounded once
    out = static_cast<double>(digits) / tens[fraction];
    return true;
  }
  if constexpr (std::numeric_limits<long double>::digits == 64 && std::endian::native == std::endian::little) {
    // Both are exact in 64 bits, and the quotient is rounded to 64. To round it again to 53 is right unless the bits
    // that are dropped are exactly a half, which may have been a bit more or less.
    if (digits == 0 || fraction > 27) return false;
    static constexpr std::array<long double, 28> long_tens = {
        1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
        1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};
    const long double quotient = static_cast<long double>(digits) / long_tens[fraction];
    std::uint64_t mantissa = 0;
    std::memcpy(&mantissa, &quotient, sizeof mantissa);
    constexpr std::uint64_t dropped = 0x7ff, half = 0x400;
    if ((mantissa & dropped) == half) return false;
    out = static_cast<double>(quotient);
    return true;
  }
  return false;
}

}  // namespace plain_number

/// [-]digits[mark digits] at `p`, as parse_number reads it. Not: numbers with a plus, an exponent, no digit before the
/// mark or more than 19 of them, codes such as 007, whole numbers of 2^53 or more.
inline PlainNumber read_plain_number(const char* p, const char* end, char mark) {
  const char* const begin = p;
  const bool negative = p < end && *p == '-';
  if (negative) ++p;
  const char* const first = p;
  std::uint64_t digits = 0;
  const unsigned whole = plain_number::take_whole(p, end, digits);
  if (whole == 0 || whole > 15 || (whole > 1 && *first == '0')) return {};
  PlainNumber out;
  if (p < end && *p == mark) {
    ++p;
    out.fraction = plain_number::take_digits(p, end, digits);
  }
  if (p < end && (*p == 'e' || *p == 'E')) return {};
  const bool countable = whole + out.fraction <= 19;
  if (!countable || !plain_number::divide(digits, out.fraction, out.value)) {
    if (mark != '.') return {};
    const auto [stop, error] = std::from_chars(begin, p, out.value);
    if (error != std::errc() || stop != p) return {};
    out.end = p;
    return out;
  }
  if (negative) out.value = -out.value;
  out.end = p;
  return out;
}

}  // namespace gradus::data
