// The numbers of a column, in as few bytes as hold them.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <vector>

namespace gradus::data {

/// Numbers in the order in which they were added; missing ones are NaN. They lie in blocks, each of f32 where all its
/// numbers come back from f32 as they were, else of f64: adding never copies what is there, and takes no more memory
/// than the numbers need.
class Numbers {
 public:
  static constexpr std::size_t block_rows = 8192;

  Numbers() = default;
  Numbers(std::initializer_list<double> numbers) {
    for (const double x : numbers) push_back(x);
  }

  Numbers(const std::vector<double>& numbers) {
    for (const double x : numbers) push_back(x);
  }

  void push_back(double x) {
    if (open_.size() == open_.capacity()) grow();
    open_.push_back(x);
    if (open_.size() == block_rows) close_block();
  }

  std::size_t size() const { return closed_.size() * block_rows + open_.size(); }
  bool empty() const { return size() == 0; }
  /// REQUIRES: i < size().
  double operator[](std::size_t i) const {
    const std::size_t block = i / block_rows, at = i % block_rows;
    if (block == closed_.size()) return open_[at];
    const Block& b = closed_[block];
    return b.narrow ? static_cast<double>(b.narrow[at]) : b.wide[at];
  }
  /// The same. Throws std::out_of_range.
  double at(std::size_t i) const;
  double front() const { return (*this)[0]; }
  double back() const { return (*this)[size() - 1]; }
  /// Bytes that the numbers take.
  std::size_t bytes() const;
  /// Gives back what was taken for numbers that did not come.
  void shrink_to_fit() { open_.shrink_to_fit(); }
  void clear();
  /// Those whose place in `kept` is true. REQUIRES: kept.size() == size().
  Numbers kept(const std::vector<bool>& kept) const;

  class Iterator {
   public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = double;
    using difference_type = std::ptrdiff_t;
    using pointer = const double*;
    using reference = double;
    Iterator() = default;
    Iterator(const Numbers* numbers, std::ptrdiff_t at) : numbers_(numbers), at_(at) {}
    double operator*() const { return (*numbers_)[static_cast<std::size_t>(at_)]; }
    double operator[](std::ptrdiff_t n) const { return *(*this + n); }
    Iterator& operator++() { return ++at_, *this; }
    Iterator operator++(int) { return {numbers_, at_++}; }
    Iterator& operator--() { return --at_, *this; }
    Iterator operator--(int) { return {numbers_, at_--}; }
    Iterator& operator+=(std::ptrdiff_t n) { return at_ += n, *this; }
    Iterator& operator-=(std::ptrdiff_t n) { return at_ -= n, *this; }
    friend Iterator operator+(Iterator a, std::ptrdiff_t n) { return a += n; }
    friend Iterator operator+(std::ptrdiff_t n, Iterator a) { return a += n; }
    friend Iterator operator-(Iterator a, std::ptrdiff_t n) { return a -= n; }
    friend std::ptrdiff_t operator-(const Iterator& a, const Iterator& b) { return a.at_ - b.at_; }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }
    friend auto operator<=>(const Iterator& a, const Iterator& b) { return a.at_ <=> b.at_; }

   private:
    const Numbers* numbers_ = nullptr;
    std::ptrdiff_t at_ = 0;
  };
  using value_type = double;
  using const_iterator = Iterator;
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, static_cast<std::ptrdiff_t>(size())}; }

  friend bool operator==(const Numbers& a, const Numbers& b);
  friend bool operator==(const Numbers& a, const std::vector<double>& b);

 private:
  struct Block {
    std::unique_ptr<float[]> narrow;
    std::unique_ptr<double[]> wide;  // one of both
    Block() = default;
    Block(const Block& other);
    Block(Block&&) noexcept = default;
    Block& operator=(const Block& other) { return *this = Block(other); }
    Block& operator=(Block&&) noexcept = default;
    ~Block() = default;
  };
  void grow();
  void close_block();

  std::vector<Block> closed_;  // of block_rows numbers each
  std::vector<double> open_;   // the last ones, fewer than that
};

}  // namespace gradus::data
