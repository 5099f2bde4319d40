#include "gradus/learn/data/dataset.hpp"

#include <cstring>

namespace gradus::data {
namespace {

Tensor take_rows(const Tensor& from, std::span<const std::int64_t> rows) {
  const std::int64_t all = from.shape()[0];
  Tensor out(from.dtype(), from.shape().with(0, static_cast<std::int64_t>(rows.size())));
  if (all == 0 || rows.empty()) return out;
  const std::size_t row_bytes = from.bytes() / static_cast<std::size_t>(all);
  auto* to = static_cast<std::byte*>(out.data());
  for (const std::int64_t row : rows) {
    require(row >= 0 && row < all, "row outside the dataset");
    std::memcpy(to, static_cast<const std::byte*>(from.data()) + static_cast<std::size_t>(row) * row_bytes, row_bytes);
    to += row_bytes;
  }
  return out;
}

}  // namespace

std::int64_t Dataset::row_size() const {
  std::int64_t size = 1;
  for (int axis = 1; axis < features.shape().rank(); ++axis) size *= features.shape()[axis];
  return size;
}

Dataset take(const Dataset& dataset, std::span<const std::int64_t> rows) {
  Dataset out;
  out.source = dataset.source;
  out.features = take_rows(dataset.features, rows);
  out.divisor = dataset.divisor;
  out.task = dataset.task;
  out.has_targets = dataset.has_targets;
  if (dataset.has_targets) out.targets = take_rows(dataset.targets, rows);
  out.class_names = dataset.class_names;
  out.feature_names = dataset.feature_names;
  return out;
}

}  // namespace gradus::data
