#include "gradus/learn/train/known_classes.hpp"

#include <algorithm>
#include <unordered_map>

#include "gradus/learn/data/dataset_checks.hpp"
#include "gradus/learn/train/evaluate.hpp"

namespace gradus {

data::Dataset targets_for(const TrainedModel& model, const data::Dataset& dataset) {
  data::Dataset out;
  out.source = dataset.source;
  if (!model.targets.empty()) {
    out.has_targets = true;
    for (std::size_t i = 0; i < model.targets.size(); ++i) {
      data::Dataset one = targets_for(target_model(model, i), with_target(model, i, dataset));
      out.several.push_back({model.targets[i].name, one.task, std::move(one.targets), std::move(one.class_names)});
    }
    return out;
  }
  out.task = dataset.task;
  out.has_targets = true;
  out.targets = dataset.targets;
  if (dataset.task != data::Task::classification) return out;
  out.class_names = model.class_names;
  if (dataset.class_names.empty() || dataset.class_names == model.class_names) {
    data::require_classes(out);
    return out;
  }
  data::require_classes(dataset);
  std::unordered_map<std::string_view, std::int64_t> known;
  for (const std::string& name : model.class_names) known.emplace(name, static_cast<std::int64_t>(known.size()));
  std::vector<std::int64_t> number_of;
  for (const std::string& name : dataset.class_names) {
    const auto found = known.find(name);
    number_of.push_back(found == known.end() ? unseen_class : found->second);
  }
  for (std::int64_t& target : out.targets.as<std::int64_t>()) target = number_of[static_cast<std::size_t>(target)];
  return out;
}

std::vector<ClassRows> unseen_classes(const data::Dataset& dataset, const data::Dataset& targets) {
  if (dataset.class_names.empty()) return {};
  std::vector<ClassRows> counts;
  for (const std::string& name : dataset.class_names) counts.push_back({name, 0});
  const auto own = dataset.targets.as<std::int64_t>(), known = targets.targets.as<std::int64_t>();
  for (std::size_t row = 0; row < own.size(); ++row) {
    if (known[row] == unseen_class) ++counts[static_cast<std::size_t>(own[row])].rows;
  }
  std::erase_if(counts, [](const ClassRows& one) { return one.rows == 0; });
  std::stable_sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.rows > b.rows; });
  return counts;
}

std::string list_classes(const std::vector<ClassRows>& classes) {
  constexpr std::size_t most = 10;
  std::string out;
  for (std::size_t i = 0; i < std::min(most, classes.size()); ++i) {
    out += (i ? ", " : "") + printable(classes[i].name) + " (" + std::to_string(classes[i].rows) +
           (classes[i].rows == 1 ? " row)" : " rows)");
  }
  return classes.size() > most ? out + " and " + std::to_string(classes.size() - most) + " more" : out;
}

}  // namespace gradus
