// Predictions as CSV or as one JSON document, a part at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gradus/core/tensor/tensor.hpp"
#include "gradus/learn/train/trained_model.hpp"

namespace gradus::cli {

struct PredictionFormat {
  bool json = false;
  bool probabilities = false;
  std::optional<double> error = {};  // of intervals: HeldOutErrors
};

class PredictionText {
 public:
  /// The model has a schema, and outlives this.
  PredictionText(const TrainedModel& model, PredictionFormat format);
  /// What stands before and behind all rows.
  const std::string& head() const { return head_; }
  const std::string& tail() const { return tail_; }
  /// Rows [first, last) of predictions in units (in_units), and as predict() gave them.
  std::string rows(const Tensor& predicted, const Tensor& encoded, std::int64_t first, std::int64_t last);
  /// A row that has none: not a number.
  std::string row_without();

 private:
  std::string csv_row(const Tensor& predicted, const Tensor& encoded, std::int64_t row) const;
  std::string json_row(const Tensor& predicted, const Tensor& encoded, std::int64_t row) const;
  std::string in_list(const std::string& row);

  const TrainedModel& model_;
  PredictionFormat format_;
  std::string head_, tail_;
  std::vector<std::string> fields_;  // the classes as CSV has them
  bool any_ = false;
};

}  // namespace gradus::cli
