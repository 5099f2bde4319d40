#include "gradus/learn/data/folds.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/random.hpp"

namespace gradus::data {
namespace {

constexpr std::uint32_t fold_stream = 0xffff0004;  // beside those of split.cpp and split_by.cpp

/// `of`: "row", "group".
void require_folds(int folds, std::int64_t most, const std::string& of) {
  if (folds >= 2 && folds <= most) return;
  constexpr std::int64_t usual = 5;
  throw UserError(
      Fault::usage,
      Report{"--folds", std::to_string(folds) + " of " + std::to_string(most) + " " + of + (most == 1 ? "" : "s"),
             "2 folds at least, and no more than there are " + of + "s",
             most >= 2 ? "--folds " + std::to_string(std::min(most, usual)) : "a table with more " + of + "s"});
}

/// Row r is held back in fold fold_of[r].
std::vector<Split> splits_of(std::span<const std::size_t> fold_of, int folds) {
  std::vector<Split> out(static_cast<std::size_t>(folds));
  for (std::size_t row = 0; row < fold_of.size(); ++row) {
    for (std::size_t fold = 0; fold < out.size(); ++fold)
      (fold_of[row] == fold ? out[fold].validation : out[fold].train).push_back(static_cast<std::int64_t>(row));
  }
  return out;
}

/// Sizes of groups that are numbered in the order in which they come, and the number of each row's.
struct Groups {
  std::vector<std::int64_t> sizes;
  std::vector<std::size_t> of;
};

Groups count_groups(std::span<const std::int64_t> groups) {
  Groups out;
  std::unordered_map<std::int64_t, std::size_t> number;
  for (const std::int64_t group : groups) {
    const auto [found, is_new] = number.emplace(group, out.sizes.size());
    if (is_new) out.sizes.push_back(0);
    ++out.sizes[found->second];
    out.of.push_back(found->second);
  }
  return out;
}

}  // namespace

std::vector<Split> make_folds(std::int64_t rows, std::span<const std::int64_t> classes, int folds, std::uint64_t seed) {
  require_folds(folds, rows, "row");
  std::vector<std::int64_t> ascending(static_cast<std::size_t>(rows)), order(ascending.size());
  std::iota(ascending.begin(), ascending.end(), 0);
  shuffle_rows(ascending, seed, 0, order);
  if (!classes.empty()) {  // class after class, dealt out in turn
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
      return classes[static_cast<std::size_t>(a)] < classes[static_cast<std::size_t>(b)];
    });
  }
  std::vector<std::size_t> fold_of(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    fold_of[static_cast<std::size_t>(order[i])] = i % static_cast<std::size_t>(folds);
  return splits_of(fold_of, folds);
}

std::vector<Split> folds_by_group(std::span<const std::int64_t> groups, int folds, std::uint64_t seed) {
  const Groups all = count_groups(groups);
  require_folds(folds, std::ssize(all.sizes), "group");
  std::vector<std::size_t> order(all.sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const RandomKey key{seed, 0, fold_stream};
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_below(key, i, i)]);
  std::vector<std::int64_t> held(static_cast<std::size_t>(folds));
  std::vector<std::size_t> fold_of_group(all.sizes.size()), fold_of;
  for (const std::size_t group : order) {
    const auto smallest = std::min_element(held.begin(), held.end());
    *smallest += all.sizes[group];
    fold_of_group[group] = static_cast<std::size_t>(smallest - held.begin());
  }
  for (const std::size_t group : all.of) fold_of.push_back(fold_of_group[group]);
  return splits_of(fold_of, folds);
}

std::vector<Split> folds_by_time(std::span<const double> times, int folds) {
  std::vector<double> sorted(times.begin(), times.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> different = sorted;
  different.erase(std::unique(different.begin(), different.end()), different.end());
  require_folds(folds, std::ssize(different) - 1, "later time");
  const auto parts = static_cast<std::size_t>(folds) + 1;
  std::vector<double> last;  // of each part
  for (std::size_t part = 1; part <= parts; ++part) last.push_back(sorted[sorted.size() * part / parts - 1]);
  std::vector<Split> out;
  for (std::size_t fold = 1; fold < parts; ++fold) {
    Split split;
    for (std::size_t row = 0; row < times.size(); ++row) {
      if (times[row] <= last[fold - 1]) split.train.push_back(static_cast<std::int64_t>(row));
      else if (times[row] <= last[fold]) split.validation.push_back(static_cast<std::int64_t>(row));
    }
    if (!split.validation.empty()) out.push_back(std::move(split));
  }
  return out;
}

void note_rare_classes(std::span<const std::int64_t> classes, std::span<const std::string> names,
                       std::span<const Split> folds, Notes& notes) {
  std::vector<std::int64_t> rows(names.size()), in_folds(names.size());
  for (const std::int64_t c : classes) ++rows[static_cast<std::size_t>(c)];
  for (const Split& fold : folds) {
    std::vector<bool> seen(names.size());
    for (const std::int64_t row : fold.validation) {
      const auto c = static_cast<std::size_t>(classes[static_cast<std::size_t>(row)]);
      if (!seen[c]) seen[c] = true, ++in_folds[c];
    }
  }
  std::string few, alone;
  constexpr std::int64_t most = 10;
  std::int64_t count_few = 0, count_alone = 0;
  for (std::size_t c = 0; c < names.size(); ++c) {
    if (rows[c] == 0 || in_folds[c] == std::ssize(folds)) continue;
    const bool once = in_folds[c] == 1;
    std::int64_t& count = once ? count_alone : count_few;
    if (++count > most) continue;
    std::string& to = once ? alone : few;
    to += (to.empty() ? "" : ", ") + ("\"" + printable(names[c]) + "\" (") + std::to_string(rows[c]) +
          (rows[c] == 1 ? " row)" : " rows)");
  }
  const auto list = [&](const std::string& text, std::int64_t count) { return text + (count > most ? ", ..." : ""); };
  if (!few.empty())
    notes.push_back({true, "classes that some folds have no row of: " + list(few, count_few) + "; try: fewer --folds"});
  if (!alone.empty())
    notes.push_back({true, "classes in one fold alone, which no net that is tried on them has learnt: " +
                               list(alone, count_alone) + "; more rows of them, or without them"});
}

}  // namespace gradus::data
