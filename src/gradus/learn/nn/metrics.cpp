#include "gradus/learn/nn/metrics.hpp"

#include <algorithm>
#include <cmath>

namespace gradus::nn {
namespace {

template <class T> std::int64_t class_in(std::span<const T> scores) {
  if (std::any_of(scores.begin(), scores.end(), [](T score) { return !std::isfinite(score); })) return -1;
  if (scores.size() == 1) return scores[0] > T{0.5} ? 1 : 0;
  return std::max_element(scores.begin(), scores.end()) - scores.begin();  // the first of equal ones
}

void check_rows(ConstView scores, std::int64_t rows) {
  if (scores.shape().rank() > 0 && scores.shape()[0] >= rows) return;
  throw UserError(Fault::usage, Report{"scores " + to_string(scores.type()), std::to_string(rows) + " rows to look at",
                                       "no more than there are",
                                       std::to_string(scores.shape().rank() > 0 ? scores.shape()[0] : 0) + " rows"});
}

template <class T> std::span<const T> row_of(ConstView scores, std::int64_t row) {
  const auto columns = static_cast<std::size_t>(scores.shape().last());
  return scores.as<T>().subspan(static_cast<std::size_t>(row) * columns, columns);
}

}  // namespace

std::int64_t class_of(ConstView scores, std::int64_t row) {
  check_rows(scores, row + 1);
  return visit_floating(scores.dtype(),
                        [&]<class T>(std::type_identity<T>) { return class_in(row_of<T>(scores, row)); });
}

void Accuracy::add(ConstView scores, ConstView classes) {
  const auto expected = classes.as<std::int64_t>();
  check_rows(scores, static_cast<std::int64_t>(expected.size()));
  visit_floating(scores.dtype(), [&]<class T>(std::type_identity<T>) {
    for (std::size_t row = 0; row < expected.size(); ++row) {
      correct += class_in(row_of<T>(scores, static_cast<std::int64_t>(row))) == expected[row];
    }
  });
  rows += static_cast<std::int64_t>(expected.size());
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

Interval wilson(std::int64_t correct, std::int64_t rows) {
  if (rows <= 0) return {};
  constexpr double z = 1.959963984540054;  // 97.5 % of the normal distribution
  const double n = static_cast<double>(rows), p = static_cast<double>(correct) / n;
  const double center = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {std::max(0.0, center - half), std::min(1.0, center + half)};
}

void Errors::add(ConstView predicted, ConstView target) {
  if (predicted.count() != target.count()) {
    throw UserError(Fault::usage, Report{"errors", to_string(predicted.type()) + " against " + to_string(target.type()),
                                         "as many numbers", "predictions and targets of the same rows"});
  }
  for (std::int64_t i = 0; i < target.count(); ++i) {
    const double expected = target.number(i), error = predicted.number(i) - expected;
    squares += error * error;
    absolute += std::fabs(error);
    const double before = expected - mean;
    mean += before / static_cast<double>(++count);
    spread += before * (expected - mean);
  }
}

std::optional<double> Errors::r2() const {
  if (!(spread > 0)) return std::nullopt;
  return 1 - squares / spread;
}

}  // namespace gradus::nn
