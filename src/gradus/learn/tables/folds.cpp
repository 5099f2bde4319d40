#include "gradus/learn/tables/folds.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "gradus/core/base/error.hpp"

namespace gradus::tables {

std::vector<data::Split> make_folds(const data::Dataset& rows, std::int64_t count, std::uint64_t seed) {
  if (count < 2 || count > rows.rows()) {
    throw UserError(Fault::usage,
                    Report{"folds", std::to_string(count) + " of " + std::to_string(rows.rows()) + " rows",
                           "2 at least, and no more than there are rows", "5"});
  }
  std::vector<std::int64_t> ascending(static_cast<std::size_t>(rows.rows())), order(ascending.size());
  std::iota(ascending.begin(), ascending.end(), 0);
  data::shuffle_rows(ascending, seed, 0, order);
  if (rows.task == data::Task::classification) {
    const auto classes = rows.targets.as<std::int64_t>();
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
      return classes[static_cast<std::size_t>(a)] < classes[static_cast<std::size_t>(b)];
    });
  }
  std::vector<std::size_t> fold_of(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    fold_of[static_cast<std::size_t>(order[i])] = i % static_cast<std::size_t>(count);
  std::vector<data::Split> out(static_cast<std::size_t>(count));
  for (const std::int64_t row : ascending) {
    const std::size_t held = fold_of[static_cast<std::size_t>(row)];
    for (std::size_t fold = 0; fold < out.size(); ++fold)
      (fold == held ? out[fold].validation : out[fold].train).push_back(row);
  }
  return out;
}

}  // namespace gradus::tables
