#include "gradus/app/cli/arguments/choose_metrics.hpp"

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

}  // namespace gradus::cli
