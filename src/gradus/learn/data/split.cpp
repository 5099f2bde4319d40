#include "gradus/learn/data/split.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/random.hpp"

namespace gradus::data {
namespace {

// Streams far from those that layers count up from 0.
constexpr std::uint32_t split_stream = 0xffff0001;
constexpr std::uint32_t shuffle_stream = 0xffff0002;

/// Fisher and Yates: the bits of element i choose the partner of place i.
void permute(std::span<std::int64_t> order, const RandomKey& key) {
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_below(key, i, i)]);
}

}  // namespace

Split split_rows(std::int64_t rows, double fraction, std::uint64_t seed) {
  const double kept = std::floor(static_cast<double>(rows) * fraction);
  if (!(fraction >= 0 && fraction < 1) || rows - static_cast<std::int64_t>(kept) < 1) {
    char digits[32];
    const std::string text(digits, std::to_chars(digits, digits + sizeof digits, fraction).ptr);
    throw UserError(Fault::usage, Report{"validation fraction", text + " of " + std::to_string(rows) + " rows",
                                         "0 or more, below 1, with a row left to train on", "0.1"});
  }
  std::vector<std::int64_t> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), 0);
  permute(order, {seed, 0, split_stream});
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(kept);
  Split out{{middle, order.end()}, {order.begin(), middle}};
  std::sort(out.train.begin(), out.train.end());
  std::sort(out.validation.begin(), out.validation.end());
  return out;
}

void shuffle_rows(std::span<const std::int64_t> rows, std::uint64_t seed, std::uint64_t epoch,
                  std::span<std::int64_t> order) {
  require(rows.size() == order.size(), "shuffle_rows: two sizes");
  std::copy(rows.begin(), rows.end(), order.begin());
  permute(order, {seed, epoch, shuffle_stream});
}

}  // namespace gradus::data
