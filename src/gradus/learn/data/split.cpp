#include "gradus/learn/data/split.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <string>
#include <unordered_map>

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

/// How many of `rows` are held back. Throws UserError unless one is left to train on.
std::int64_t count_kept(std::int64_t rows, double fraction) {
  require(rows >= 0, "split_rows: a negative number of rows");
  const double kept = std::floor(static_cast<double>(rows) * fraction);
  if (fraction >= 0 && fraction < 1 && rows - static_cast<std::int64_t>(kept) >= 1) {
    return static_cast<std::int64_t>(kept);
  }
  char digits[32];
  const std::string text(digits, std::to_chars(digits, digits + sizeof digits, fraction).ptr);
  throw UserError(Fault::usage, Report{"validation fraction", text + " of " + std::to_string(rows) + " rows",
                                       "0 or more, below 1, with a row left to train on", "0.1"});
}

/// All rows, shuffled: the first ones are held back.
std::vector<std::int64_t> split_order(std::int64_t rows, std::uint64_t seed) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), 0);
  permute(order, {seed, 0, split_stream});
  return order;
}

/// A class while rows are chosen.
struct Share {
  std::int64_t rows = 0, kept = 0;
  double remainder = 0;
};

/// How many rows of each class are held back, `kept` in all: in proportion, then by the largest remainders.
void choose_shares(std::vector<Share>& shares, std::int64_t rows, std::int64_t kept) {
  std::int64_t left = kept;
  std::vector<std::size_t> order(shares.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (Share& share : shares) {
    const double exact = static_cast<double>(share.rows) * static_cast<double>(kept) / static_cast<double>(rows);
    share.kept = std::min(static_cast<std::int64_t>(exact), share.rows - 1);
    share.remainder = exact - static_cast<double>(share.kept);
    left -= share.kept;
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return shares[a].remainder > shares[b].remainder; });
  for (bool any = true; any && left > 0;) {
    any = false;
    for (const std::size_t i : order) {
      if (left == 0 || shares[i].kept + 1 >= shares[i].rows) continue;
      ++shares[i].kept, --left, any = true;
    }
  }
}

}  // namespace

Split split_rows(std::int64_t rows, double fraction, std::uint64_t seed) {
  const std::int64_t kept = count_kept(rows, fraction);
  const std::vector<std::int64_t> order = split_order(rows, seed);
  const auto middle = order.begin() + kept;
  Split out{{middle, order.end()}, {order.begin(), middle}};
  std::sort(out.train.begin(), out.train.end());
  std::sort(out.validation.begin(), out.validation.end());
  return out;
}

Split split_by_class(std::span<const std::int64_t> classes, double fraction, std::uint64_t seed) {
  const std::int64_t rows = std::ssize(classes), kept = count_kept(rows, fraction);
  const std::vector<std::int64_t> order = split_order(rows, seed);
  const auto class_of = [&](std::int64_t row) { return classes[static_cast<std::size_t>(row)]; };
  std::unordered_map<std::int64_t, std::size_t> number;  // classes in the order in which they come
  std::vector<Share> shares;
  for (const std::int64_t row : order) {
    const auto [found, is_new] = number.emplace(class_of(row), shares.size());
    if (is_new) shares.emplace_back();
    ++shares[found->second].rows;
  }
  choose_shares(shares, rows, kept);
  Split out;
  for (const std::int64_t row : order) {
    Share& share = shares[number.at(class_of(row))];
    (share.kept-- > 0 ? out.validation : out.train).push_back(row);
  }
  std::sort(out.train.begin(), out.train.end());
  std::sort(out.validation.begin(), out.validation.end());
  return out;
}

void check(const Split& split, std::int64_t rows) {
  const auto refuse = [](const std::string& found, const std::string& expected) {
    throw UserError(Fault::usage, Report{"split", found, expected, "split_rows or split_by_class"});
  };
  if (split.train.empty()) refuse("no rows to train on", "at least one");
  std::vector<bool> seen(static_cast<std::size_t>(rows));
  for (const auto* part : {&split.train, &split.validation}) {
    if (!std::is_sorted(part->begin(), part->end())) refuse("rows in another order", "ascending ones");
    for (const std::int64_t row : *part) {
      if (row < 0 || row >= rows) refuse("row " + std::to_string(row), "0 to " + std::to_string(rows - 1));
      if (seen[static_cast<std::size_t>(row)]) refuse("row " + std::to_string(row) + " twice", "each row once");
      seen[static_cast<std::size_t>(row)] = true;
    }
  }
}

void shuffle_rows(std::span<const std::int64_t> rows, std::uint64_t seed, std::uint64_t epoch,
                  std::span<std::int64_t> order) {
  require(rows.size() == order.size(), "shuffle_rows: two sizes");
  std::copy(rows.begin(), rows.end(), order.begin());
  permute(order, {seed, epoch, shuffle_stream});
}

}  // namespace gradus::data
