#include "gradus/learn/tables/folds.hpp"

#include <string>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/folds.hpp"

namespace gradus::tables {

std::vector<data::Split> make_folds(const data::Dataset& rows, std::int64_t count, std::uint64_t seed) {
  if (count < 2 || count > rows.rows()) {
    throw UserError(Fault::usage,
                    Report{"folds", std::to_string(count) + " of " + std::to_string(rows.rows()) + " rows",
                           "2 at least, and no more than there are rows", "5"});
  }
  std::span<const std::int64_t> classes;
  if (rows.task == data::Task::classification) classes = rows.targets.as<std::int64_t>();
  return data::make_folds(rows.rows(), classes, static_cast<int>(count), seed);
}

}  // namespace gradus::tables
