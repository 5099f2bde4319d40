#include "gradus/learn/nn/scores.hpp"

#include <algorithm>
#include <cmath>

namespace gradus::nn {
namespace {

template <class T> std::int64_t class_in(std::span<const T> scores) {
  if (std::any_of(scores.begin(), scores.end(), [](T score) { return !std::isfinite(score); })) return -1;
  if (scores.size() == 1) return scores[0] > T{0.5} ? 1 : 0;
  return std::max_element(scores.begin(), scores.end()) - scores.begin();  // the first of equal ones
}

void check_row(ConstView scores, std::int64_t row) {
  const std::int64_t rows = scores.shape().rank() > 0 ? scores.shape()[0] : 0;
  if (row >= 0 && row < rows) return;
  throw UserError(Fault::usage, Report{"scores " + to_string(scores.type()), "row " + std::to_string(row),
                                       "one of the " + std::to_string(rows) + " rows, from 0", "0"});
}

template <class T> std::span<const T> row_of(ConstView scores, std::int64_t row) {
  const auto columns = static_cast<std::size_t>(scores.shape().last());
  return scores.as<T>().subspan(static_cast<std::size_t>(row) * columns, columns);
}

}  // namespace

std::int64_t class_of(ConstView scores, std::int64_t row) {
  check_row(scores, row);
  return visit_floating(scores.dtype(),
                        [&]<class T>(std::type_identity<T>) { return class_in(row_of<T>(scores, row)); });
}

void NotFinite::add(ConstView predicted, std::int64_t row, std::int64_t number) {
  const std::int64_t columns = predicted.shape().last();
  for (std::int64_t i = row * columns; i < (row + 1) * columns; ++i) {
    if (std::isfinite(predicted.number(i))) continue;
    ++count;
    if (named.size() < most_named) named.push_back(number);
    return;
  }
}

}  // namespace gradus::nn
