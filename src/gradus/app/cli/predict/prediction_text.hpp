// Predictions as CSV or as one JSON document, a part at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"
#include "gradus/learn/json/value.hpp"
#include "gradus/learn/train/trained_model.hpp"

namespace gradus::cli {

struct PredictionFormat {
  bool json = false;
  bool probabilities = false;
  std::optional<double> error = {};  // of intervals: HeldOutErrors
  bool files = false;                // a row begins with the file that it is of: name_rows()
};

/// Of one target, or of several side by side.
class PredictionText {
 public:
  /// The model has a schema, and outlives this.
  PredictionText(const TrainedModel& model, PredictionFormat format);
  PredictionText(const PredictionText&) = delete;
  PredictionText& operator=(const PredictionText&) = delete;
  /// What stands before and behind all rows. As JSON several targets are lists of their own, kept until the end.
  std::string head() const;
  std::string tail() const;
  /// The files of the next rows, in order; they outlive these. REQUIRES: format.files.
  void name_rows(std::span<const std::string> names) { names_ = names; }
  /// What predict() gave in the units of each target.
  std::vector<Tensor> in_units_of_each(const Tensor& encoded) const;
  /// Rows [first, last) of both.
  std::string rows(std::span<const Tensor> predicted, const Tensor& encoded, std::int64_t first, std::int64_t last);
  /// A row that has none: not a number.
  std::string row_without();

 private:
  struct OneTarget {
    const TrainedModel* model;
    std::vector<std::string> fields = {};  // the classes as CSV has them
    json::Array rows = {};
  };
  bool alone() const { return targets_.size() == 1; }
  std::string csv_head(const OneTarget& target) const;
  json::Object frame(const OneTarget& target) const;
  json::Object document() const;
  std::string csv_fields(const OneTarget& target, const Tensor& predicted, const Tensor& encoded,
                         std::int64_t row) const;
  json::Value json_row(const OneTarget& target, const Tensor& predicted, const Tensor& encoded, std::int64_t row) const;
  std::string next_name();
  std::string row(std::span<const Tensor> predicted, const Tensor& encoded, std::int64_t row);
  std::string in_list(const json::Value& row);

  const TrainedModel& model_;
  std::vector<TrainedModel> several_;  // a model of each target, where there are several
  PredictionFormat format_;
  std::vector<OneTarget> targets_;
  std::span<const std::string> names_;
  bool any_ = false;
};

}  // namespace gradus::cli
