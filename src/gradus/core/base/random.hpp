// Random numbers without state: value = f(seed, step, stream, element), by Philox4x32-10 (Salmon, Moraes, Dror, Shaw:
// Parallel Random Numbers: As Easy as 1, 2, 3. SC 2011). Whoever computes element 1000 gets the same number, so
// threads, row blocks and resumed runs all agree.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace gradus {

/// What a sequence of random numbers is a function of. `stream` tells apart the sequences of one step.
struct RandomKey {
  std::uint64_t seed = 0;
  std::uint64_t step = 0;  // below 2^48
  std::uint32_t stream = 0;
};

/// First step and first block that the counter cannot hold.
inline constexpr std::uint64_t random_limit = std::uint64_t{1} << 48;

/// The ten rounds of Philox4x32: 128 random bits from a counter and a key.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0], b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
  }
  return counter;
}

/// Four words of a sequence. Counter words: block (low 32 bits); block (high 16) and step (high 16, above it); step
/// (low 32); stream. REQUIRES: block < 2^48, step < 2^48.
constexpr std::array<std::uint32_t, 4> random_block(const RandomKey& key, std::uint64_t block) {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const std::uint32_t high = low(block >> 32) | low(key.step >> 32) << 16;
  return philox({low(block), high, low(key.step), key.stream}, {low(key.seed), low(key.seed >> 32)});
}

/// 64 random bits: words 2 (element % 2) and the next of block element / 2, the first of them above.
constexpr std::uint64_t random_bits(const RandomKey& key, std::uint64_t element) {
  const auto words = random_block(key, element / 2);
  const std::size_t first = element % 2 * 2;
  return std::uint64_t{words[first]} << 32 | words[first + 1];
}
constexpr std::uint64_t random_bits(std::uint64_t seed, std::uint64_t step, std::uint32_t stream,
                                    std::uint64_t element) {
  return random_bits(RandomKey{seed, step, stream}, element);
}

/// A whole number in [0, limit), uniform up to limit / 2^64 (for shuffling). REQUIRES: limit > 0.
std::uint64_t random_below(const RandomKey& key, std::uint64_t element, std::uint64_t limit);

/// The normal number at distribution `q` + 1/2, q in (-1/2, 1/2): Wichura's PPND16 (algorithm AS 241, 1988), relative
/// error about 1e-15. The one definition for all kernels: + - * / and square root alone, in this order, so that
/// scalar and vector code give the same bits on every machine (a libm's log would not).
double normal_quantile(double q);

/// Natural logarithm of x, a normal number > 0, within 2 ulp, by + - * / alone: x = m 2^k, m in [sqrt(1/2), sqrt(2)),
/// ln m = 2 artanh((m - 1) / (m + 1)) by its series. For normal_quantile.
double portable_log(double x);

// Elements first, first + 1, ... of a sequence into `out`; a part of a sequence is the same numbers as within the
// whole. An f32 element takes word e % 4 of block e / 4; an f64 element random_bits(key, e). REQUIRES: step < 2^48,
// elements < 2^49.

/// Uniform on [0, 1): the top 24 bits times 2^-24, the top 53 times 2^-53.
void fill_uniform(const RandomKey& key, std::uint64_t first, std::span<float> out);
void fill_uniform(const RandomKey& key, std::uint64_t first, std::span<double> out);
/// Normal, mean 0, deviation 1: normal_quantile of the middle of one of 2^32 (f32) or 2^53 (f64) equal parts of (0, 1).
void fill_normal(const RandomKey& key, std::uint64_t first, std::span<float> out);
void fill_normal(const RandomKey& key, std::uint64_t first, std::span<double> out);
/// 1 with probability p (exact to 2^-33), else 0; words are taken as for f32. REQUIRES: 0 <= p <= 1.
void fill_bernoulli(const RandomKey& key, std::uint64_t first, double p, std::span<std::uint8_t> out);

}  // namespace gradus
