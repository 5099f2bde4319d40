#include "gradus/app/cli/arguments/choose_metrics.hpp"

#include <algorithm>

namespace gradus::cli {
namespace {

constexpr std::string_view all = "all";
constexpr const char* flag = "--metrics";

}  // namespace

void check_metrics(const std::string& text, const std::string& place) {
  if (text != all) metric::parse_metrics(text, {}, place);
}

metric::Metrics choose_metrics(const std::optional<std::string>& said, bool classes) {
  if (!said) return metric::usual_metrics(classes);
  if (*said == all) return metric::metrics_for(classes);
  metric::Metrics metrics = metric::parse_metrics(*said, {}, flag);
  metric::check(metrics, classes, flag);
  return metrics;
}

namespace {

/// Whether a schema's targets are of this task, one of them at least.
bool has(const data::Schema& schema, data::Task task) {
  return std::any_of(schema.targets().begin(), schema.targets().end(),
                     [&](const auto& one) { return one.task == task; });
}

/// What `of` gives for each task that a target has.
metric::Metrics of_targets(const data::Schema& schema, metric::Metrics (*of)(bool classes)) {
  metric::Metrics out;
  for (const bool classes : {true, false}) {
    if (!has(schema, classes ? data::Task::classification : data::Task::regression)) continue;
    for (const metric::Metric& one : of(classes)) {
      if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(one);
    }
  }
  return out;
}

}  // namespace

metric::Metrics choose_metrics(const std::optional<std::string>& said, const data::Schema& schema) {
  if (schema.several.empty()) return choose_metrics(said, schema.target.task == data::Task::classification);
  if (!said) return {};
  if (*said == all) return of_targets(schema, metric::metrics_for);
  metric::Metrics out = metric::parse_metrics(*said, {}, flag);
  const bool classes = has(schema, data::Task::classification), numbers = has(schema, data::Task::regression);
  if (!classes || !numbers) metric::check(out, classes, flag);
  return out;
}

metric::Metrics choose_reported_metrics(const std::optional<std::string>& said, const data::Schema& schema,
                                        std::int64_t rows) {
  if (said) return choose_metrics(said, schema);
  constexpr std::int64_t most = 20'000'000;  // probabilities that are sorted
  std::int64_t classes = 1;
  for (const data::TargetEncoding& one : schema.targets()) classes = std::max(classes, std::ssize(one.classes));
  metric::Metrics out = of_targets(schema, metric::reported_metrics);
  if (rows > most / classes) {
    std::erase_if(out, [](const metric::Metric& one) { return one.kind->name.ends_with("_area"); });
  }
  return out;
}

}  // namespace gradus::cli
