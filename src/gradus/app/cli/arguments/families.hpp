// The families of kinds that the command line knows: what people may name in a flag, a file, and `gradus optimizers`.
#pragma once

#include <span>
#include <string_view>

#include "gradus/learn/kinds/recipe.hpp"

namespace gradus::cli {

struct Family {
  std::string_view name;  // "optimizers": the verb that lists them
  std::string_view key;   // "optimizer": its keys in files and --set are optimizer.KEY, and its kind is optimizer.name
  std::string_view flag;  // "--optimizer": takes a recipe's text
  std::string_view doc;   // what they are, for the list
  kinds::KindList (*kinds)();
  bool list = false;       // the setting takes several of them, as texts
  bool of_column = false;  // they are rules of one column too: columns.NAME
  /// The value of the flag that has this kind in it; nullptr: the recipe itself.
  std::string (*example)(const kinds::Kind& kind) = nullptr;
};

extern const Family optimizer_family, schedule_family, init_family, loss_family, metric_family, encoder_family,
    layer_family;

}  // namespace gradus::cli
