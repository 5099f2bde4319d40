#include "gradus/app/report/evaluation.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gradus/app/report/layout.hpp"
#include "gradus/app/report/numbers.hpp"

namespace gradus::report {
namespace {

std::string without_sign(double share, int decimals) {
  const std::string text = percent(share, decimals);
  return text.substr(0, text.size() - 2);
}

/// Four decimals; never "-0.0000".
std::string r2_text(double r2) {
  constexpr double rounds_to_zero = 5e-5, far = -1000;
  if (!(r2 >= far)) return short_number(r2);
  return fmt::format("{:.4f}", std::fabs(r2) < rounds_to_zero ? 0.0 : r2);
}

}  // namespace

std::string metric_text(const Evaluation& evaluation) {
  if (evaluation.task == data::Task::classification) {
    return short_metric_text(evaluation) + " (95 %: " + without_sign(evaluation.interval.low, 2) + " to " +
           without_sign(evaluation.interval.high, 2) + ")";
  }
  return short_metric_text(evaluation);
}

std::string short_metric_text(const Evaluation& evaluation) {
  if (evaluation.task == data::Task::classification) return "accuracy " + percent(evaluation.accuracy);
  const std::string r2 = evaluation.r2 ? "R2 " + r2_text(*evaluation.r2) : "R2 undefined (constant target)";
  return r2 + ", mean error " + short_number(evaluation.mae);
}

std::string metric_cell(const Evaluation& evaluation) {
  if (evaluation.task == data::Task::classification) {
    return percent(evaluation.accuracy) + " (" + without_sign(evaluation.interval.low, 1) + " to " +
           without_sign(evaluation.interval.high, 1) + ")";
  }
  return (evaluation.r2 ? r2_text(*evaluation.r2) : "-") + " / " + short_number(evaluation.mae);
}

json::Value to_json(const Evaluation& evaluation) {
  json::Object out{{"rows", evaluation.rows}, {"loss", evaluation.loss}};
  if (evaluation.task == data::Task::classification) {
    out["correct"] = evaluation.correct;
    out["accuracy"] = evaluation.accuracy;
    out["accuracy_low"] = evaluation.interval.low;
    out["accuracy_high"] = evaluation.interval.high;
    if (evaluation.unseen > 0) out["unseen"] = evaluation.unseen;
  } else {
    out["mse"] = evaluation.mse;
    out["mae"] = evaluation.mae;
    out["r2"] = evaluation.r2 ? json::Value(*evaluation.r2) : json::Value();
  }
  if (evaluation.not_finite.count > 0) out["not_finite"] = evaluation.not_finite.count;
  return out;
}

json::Value guess_to_json(const Evaluation& evaluation) {
  const json::Value all = to_json(evaluation);
  json::Object out;
  for (const auto& [key, value] : all.object()) {
    if (key != "loss") out[key] = value;
  }
  return out;
}

json::Value to_json(const EpochReport& epoch, double deviation) {
  json::Object out{{"epoch", epoch.epoch},
                   {"steps", epoch.steps},
                   {"loss", epoch.loss},
                   {"learning_rate", epoch.learning_rate},
                   {"gradient_norm", epoch.gradient_norm},
                   {"seconds", epoch.seconds},
                   {"best", epoch.best}};
  if (epoch.validation) out["validation"] = to_json(scaled(*epoch.validation, deviation));
  return out;
}

Evaluation scaled(Evaluation evaluation, double deviation) {
  evaluation.mae *= deviation;
  evaluation.mse *= deviation * deviation;
  return evaluation;
}

std::string not_finite_text(const nn::NotFinite& found, std::int64_t rows, const std::string& source,
                            const std::string& model) {
  std::string numbers;
  for (const std::int64_t row : found.named) numbers += (numbers.empty() ? "" : ", ") + std::to_string(row);
  if (found.count > static_cast<std::int64_t>(found.named.size())) numbers += ", ...";
  return describe(Report{
      printable(source),
      grouped(found.count) + " of " + counted(rows, "prediction") + " that are not finite, of " +
          (found.count == 1 ? "row " : "rows ") + numbers,
      "finite numbers", "gradus inspect " + shell_word(model) + ", which shows what numbers the model was trained on"});
}

std::string sparkline(const std::vector<double>& numbers, std::size_t width) {
  constexpr std::array<const char*, 8> marks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double low = INFINITY, high = -INFINITY;
  for (const double number : numbers) {
    if (!std::isfinite(number)) continue;
    low = std::min(low, number);
    high = std::max(high, number);
  }
  std::string out;
  const std::size_t count = std::min(width, numbers.size());
  for (std::size_t i = 0; i < count; ++i) {
    // The last number of each piece, so that the last mark is the last number.
    const double number = numbers[(i + 1) * numbers.size() / count - 1];
    const double share = high > low && std::isfinite(number) ? (number - low) / (high - low) : 0;
    out += std::isfinite(number) ? marks[static_cast<std::size_t>(std::lround(share * 7))] : "!";
  }
  return out;
}

}  // namespace gradus::report
