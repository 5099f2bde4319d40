// Small datasets for the tests of training.
#pragma once

#include <cmath>

#include "gradus/learn/data/dataset.hpp"

namespace gradus {

/// scale sin(frequency i), i = 1, 2, ...: numbers that other programs can make too.
inline Tensor sines(const Shape& shape, double frequency, double scale, DType dtype) {
  Tensor out(dtype, shape);
  for (std::int64_t i = 0; i < out.count(); ++i) out.set(i, scale * std::sin(frequency * static_cast<double>(i + 1)));
  return out;
}

/// [rows, columns] sines with classes 7 r mod 3, as in numpy_losses.py.
inline data::Dataset sine_classes(std::int64_t rows, std::int64_t columns, DType dtype) {
  data::Dataset out;
  out.source = "sines";
  out.features = sines({rows, columns}, 0.37, 1, dtype);
  out.task = data::Task::classification;
  out.has_targets = true;
  out.targets = Tensor(DType::i64, {rows});
  out.class_names = {"a", "b", "c"};
  for (std::int64_t r = 0; r < rows; ++r) out.targets.set(r, static_cast<double>(7 * r % 3));
  return out;
}

/// y = 2 x0 - x1 + 0.5, exactly.
inline data::Dataset plane(std::int64_t rows, DType dtype) {
  data::Dataset out;
  out.source = "plane";
  out.features = sines({rows, 2}, 0.7, 1, dtype);
  out.has_targets = true;
  out.targets = Tensor(dtype, {rows, 1});
  for (std::int64_t r = 0; r < rows; ++r) {
    out.targets.set(r, 2 * out.features.number(2 * r) - out.features.number(2 * r + 1) + 0.5);
  }
  return out;
}

}  // namespace gradus
