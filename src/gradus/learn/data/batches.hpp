// Rows of a Dataset copied into a step's input buffers. Nothing is allocated.
#pragma once

#include <cstdint>
#include <span>

#include "gradus/engine/machine/thread_pool.hpp"
#include "gradus/learn/data/dataset.hpp"

namespace gradus::data {

/// Batches in an epoch of `rows`: the last one may be short.
constexpr std::int64_t batch_count(std::int64_t rows, std::int64_t batch) { return (rows + batch - 1) / batch; }

/// The rows of batch `index` (from 0) in `order`: `batch` of them, fewer in the last one.
std::span<const std::int64_t> batch_rows(std::span<const std::int64_t> order, std::int64_t batch, std::int64_t index);

/// Copies the features of `rows` into `out`, f32 or f64, rows.size() * row_size() numbers in any shape.
/// u8 features become exactly v / divisor, correctly rounded. Throws UserError when `out` does not fit.
/// REQUIRES: every row number is inside the dataset.
void gather_features(const Dataset& dataset, std::span<const std::int64_t> rows, View out);

/// The same of an input beside the features: codes become i64 or i32, other numbers f32 or f64.
void gather_input(const Input& input, std::span<const std::int64_t> rows, View out);

/// Copies the targets of `rows` into `out`: class numbers as i64 or i32 [rows], or one-hot as f32 or f64 [rows,
/// classes]; regression targets as f32 or f64 [rows, k]. Throws UserError when `out` does not fit.
void gather_targets(const Dataset& dataset, std::span<const std::int64_t> rows, View out);
/// The same of one of several targets.
void gather_target(const Target& target, std::span<const std::int64_t> rows, View out);

/// Gathers features on all threads of a pool where there is enough to copy: a thread gets the rows that it has in a
/// step which cuts them evenly, and so finds them in its own cache. The calling thread gathers alone while others have
/// the pool's threads.
class Gatherer {
 public:
  /// The pool outlives the gatherer.
  explicit Gatherer(ThreadPool& pool);
  /// As gather_features().
  void features(const Dataset& dataset, std::span<const std::int64_t> rows, View out);
  /// As gather_input().
  void input(const Input& input, std::span<const std::int64_t> rows, View out);

 private:
  ThreadPool* pool_;
  Stretch stretch_;
};

}  // namespace gradus::data
