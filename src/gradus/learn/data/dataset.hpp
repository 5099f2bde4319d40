// Rows that a network can be trained on: numbers only.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"

namespace gradus::data {

enum class Task { regression, classification };

/// Numbers of the rows that a net asks for by name, beside the features.
struct Input {
  std::string name;
  Tensor values;       // f32 or f64 [rows, ...]; codes, whole numbers from 0: i64 [rows, ...]; bytes: u8 [rows, ...]
  double divisor = 1;  // as of features
  std::vector<std::string> names = {};  // of the columns, where there are some

  bool codes() const { return values.dtype() == DType::i64; }
  /// Of one row.
  Shape shape() const { return Shape(values.shape().sizes().subspan(1)); }
};

/// One of several targets.
struct Target {
  std::string name;
  Task task = Task::regression;
  Tensor values;                              // as Dataset::targets
  std::vector<std::string> class_names = {};  // classification only
};

/// Rows of features and targets. Row r of `targets` belongs to row r of `features`.
struct Dataset {
  std::string source;  // where the rows come from, for messages
  Tensor features;     // f32 or f64 [rows, columns]; images: u8 [rows, height, width]
  double divisor = 1;  // a u8 feature v counts as v / divisor (255 for images); 1 otherwise
  Task task = Task::regression;
  bool has_targets = false;              // false for prediction files without the target column
  Tensor targets;                        // regression: f32 or f64 [rows, 1]; classification: i64 [rows], class numbers
  std::vector<std::string> class_names;  // classification only
  std::vector<std::string> feature_names;  // one a column; empty for images
  std::vector<Input> inputs = {};          // beside the features, each with a name of its own
  /// Several targets, in the place of task, targets and class_names, each with a name of its own.
  std::vector<Target> several = {};

  std::int64_t rows() const { return features.shape().rank() ? features.shape()[0] : 0; }
  /// Numbers in one row of features: the columns, or height * width.
  std::int64_t row_size() const;
  std::int64_t classes() const { return static_cast<std::int64_t>(class_names.size()); }
};

/// The input called `name`; nullptr: none.
const Input* find_input(const Dataset& dataset, std::string_view name);
/// Target `i` of several alone, without the features. REQUIRES: it has so many.
Dataset target_alone(const Dataset& dataset, std::size_t i);

/// Throws UserError(Fault::data) unless features and targets have the dtypes and shapes that Dataset says, and names
/// are there once.
void check(const Dataset& dataset);

/// The rows of `dataset` with these numbers (from 0), in this order. Throws UserError for a row that it does not have.
Dataset take(const Dataset& dataset, std::span<const std::int64_t> rows);

}  // namespace gradus::data
