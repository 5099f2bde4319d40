// The one list of metrics: a new kind has a file of its own, and its name in both lines here.
#include "gradus/core/base/remedy.hpp"
#include "gradus/learn/nn/metric.hpp"

namespace gradus::metric {

extern const MetricKind accuracy_kind, balanced_accuracy_kind, f1_kind, top_kind, log_loss_kind, roc_area_kind,
    pr_area_kind, calibration_error_kind, confusion_kind, r2_kind, mae_kind, mse_kind, rmse_kind, max_error_kind,
    error_quantile_kind;

MetricKinds all_metrics() {
  static constexpr const MetricKind* all[] = {&accuracy_kind,
                                              &balanced_accuracy_kind,
                                              &f1_kind,
                                              &top_kind,
                                              &log_loss_kind,
                                              &roc_area_kind,
                                              &pr_area_kind,
                                              &calibration_error_kind,
                                              &confusion_kind,
                                              &r2_kind,
                                              &mae_kind,
                                              &mse_kind,
                                              &rmse_kind,
                                              &max_error_kind,
                                              &error_quantile_kind};
  return all;
}

Metrics usual_metrics(bool classes) {
  if (classes) return {kinds::make(accuracy_kind)};
  return {kinds::make(r2_kind), kinds::make(mae_kind), kinds::make(mse_kind)};
}

Metrics reported_metrics(bool classes) {
  if (classes) {
    return {kinds::make(accuracy_kind), kinds::make(balanced_accuracy_kind), kinds::make(log_loss_kind),
            kinds::make(roc_area_kind), kinds::make(pr_area_kind),           kinds::make(calibration_error_kind),
            kinds::make(confusion_kind)};
  }
  constexpr double middle = 0.5;
  Metric median = kinds::make(error_quantile_kind);
  kinds::set(median, "q", middle);
  return {kinds::make(r2_kind), kinds::make(mae_kind), kinds::make(mse_kind), median, kinds::make(error_quantile_kind)};
}

Metrics metrics_for(bool classes) {
  Metrics out;
  for (const MetricKind* kind : all_metrics()) {
    if ((kind->compares == Compares::numbers) != classes) out.push_back(kinds::make(*kind));
  }
  return out;
}

Metrics parse_metrics(std::string_view text, MetricKinds own, const std::string& place) {
  Metrics out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    out.push_back(kinds::parse(text.substr(at, end - at), place, all_metrics(), own));
    for (std::size_t i = 0; i + 1 < out.size(); ++i) {
      if (!(out[i] == out.back())) continue;
      throw UserError(Fault::usage, Report{place, kinds::print(out.back()) + " twice", "every metric once",
                                           given_at(place, kinds::print(out.back()))});
    }
    at = end + 1;
  }
  return out;
}

}  // namespace gradus::metric
