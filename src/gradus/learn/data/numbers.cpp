#include "gradus/learn/data/numbers.hpp"

#include <algorithm>
#include <stdexcept>

namespace gradus::data {
namespace {

/// Whether f32 gives the number back: exactly, or NaN for NaN.
bool fits(double x) {
  constexpr double largest = 3.4028234663852886e38;  // beyond it the conversion is undefined
  if (x != x || x - x != 0) return true;
  return x >= -largest && x <= largest && static_cast<double>(static_cast<float>(x)) == x;
}

}  // namespace

Numbers::Block::Block(const Block& other) {
  if (other.narrow) {
    narrow = std::make_unique<float[]>(block_rows);
    std::copy_n(other.narrow.get(), block_rows, narrow.get());
  } else if (other.wide) {
    wide = std::make_unique<double[]>(block_rows);
    std::copy_n(other.wide.get(), block_rows, wide.get());
  }
}

void Numbers::grow() {
  constexpr std::size_t first = 16;
  open_.reserve(closed_.empty() ? std::min(block_rows, std::max(first, 2 * open_.capacity())) : block_rows);
}

void Numbers::close_block() {
  Block& block = closed_.emplace_back();
  if (std::all_of(open_.begin(), open_.end(), fits)) {
    block.narrow = std::make_unique<float[]>(block_rows);
    std::transform(open_.begin(), open_.end(), block.narrow.get(), [](double x) { return static_cast<float>(x); });
  } else {
    block.wide = std::make_unique<double[]>(block_rows);
    std::copy(open_.begin(), open_.end(), block.wide.get());
  }
  open_.clear();
}

double Numbers::at(std::size_t i) const {
  if (i >= size()) throw std::out_of_range("Numbers::at");
  return (*this)[i];
}

std::size_t Numbers::bytes() const {
  std::size_t out = open_.capacity() * sizeof(double);
  for (const Block& block : closed_) out += block_rows * (block.narrow ? sizeof(float) : sizeof(double));
  return out;
}

void Numbers::clear() {
  std::vector<Block>().swap(closed_);
  std::vector<double>().swap(open_);
}

Numbers Numbers::kept(const std::vector<bool>& kept) const {
  Numbers out;
  for (std::size_t i = 0; i < size(); ++i) {
    if (kept[i]) out.push_back((*this)[i]);
  }
  return out;
}

bool operator==(const Numbers& a, const Numbers& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }
bool operator==(const Numbers& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace gradus::data
