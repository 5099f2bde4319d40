#include "gradus/learn/tables/score.hpp"

#include <algorithm>
#include <cmath>

namespace gradus::tables {

double loss_of_predictions(const data::Dataset& rows, std::span<const data::Split> splits,
                           std::span<const double> predictions) {
  constexpr double least = 1e-7;  // no prediction is trusted more
  const bool classes = rows.task == data::Task::classification;
  const std::size_t outputs = predictions.size() / static_cast<std::size_t>(rows.rows());
  double loss = 0, count = 0;
  for (const data::Split& split : splits) {
    for (const std::int64_t row : split.validation) {
      const auto at = static_cast<std::size_t>(row);
      if (classes) {
        const auto target = static_cast<std::size_t>(rows.targets.as<std::int64_t>()[at]);
        loss -= std::log(std::max(predictions[at * outputs + target], least));
      } else {
        const double error = predictions[at] - rows.targets.number(row);
        loss += error * error;
      }
      ++count;
    }
  }
  return loss / count;
}

std::vector<double> softmax_rows(std::vector<double> logits, std::size_t outputs) {
  for (std::size_t at = 0; at + outputs <= logits.size(); at += outputs) {
    const auto row = std::span(logits).subspan(at, outputs);
    const double most = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (double& z : row) sum += (z = std::exp(z - most));
    for (double& z : row) z /= sum;
  }
  return logits;
}

double loss_of_outputs(const data::Dataset& rows, std::span<const data::Split> splits,
                       std::span<const double> outputs) {
  if (rows.task != data::Task::classification) return loss_of_predictions(rows, splits, outputs);
  const std::vector<double> shares =
      softmax_rows({outputs.begin(), outputs.end()}, outputs.size() / static_cast<std::size_t>(rows.rows()));
  return loss_of_predictions(rows, splits, shares);
}

}  // namespace gradus::tables
