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

metric::Metrics choose_metrics(const std::optional<std::string>& said, const data::Schema& schema) {
  if (schema.several.empty()) return choose_metrics(said, schema.target.task == data::Task::classification);
  if (!said) return {};
  const auto has = [&](data::Task task) {
    return std::any_of(schema.several.begin(), schema.several.end(), [&](const auto& one) { return one.task == task; });
  };
  const bool classes = has(data::Task::classification), numbers = has(data::Task::regression);
  metric::Metrics out;
  if (*said == all) {
    for (const bool of : {true, false}) {
      if (!(of ? classes : numbers)) continue;
      for (const metric::Metric& one : metric::metrics_for(of)) {
        if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(one);
      }
    }
    return out;
  }
  out = metric::parse_metrics(*said, {}, flag);
  if (!classes || !numbers) metric::check(out, classes, flag);
  return out;
}

}  // namespace gradus::cli
