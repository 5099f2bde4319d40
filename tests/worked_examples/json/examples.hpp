// The worked examples of the lectures as data (worked-examples.json, described in its own first lines).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"

namespace gradus::worked_examples {

/// |got - want| <= absolute + relative * |want|
struct Tolerance {
  double absolute = 0, relative = 0;
};

/// A rounded number of a slide, and whether it agrees with the exact one.
struct Printed {
  Tensor value;
  std::vector<double> tolerances;
  std::vector<bool> agrees;
};

/// What a known mistake gives.
struct Wrong {
  Tensor value;
  std::string why;
};

struct Example {
  std::string id, op;
  std::map<std::string, std::string> config;
  std::map<std::string, Tensor> inputs, expected;
  std::map<std::string, Printed> printed;
  std::map<std::string, Wrong> wrong;
  Tolerance f64, f32;
};

std::vector<Example> read_examples(const std::string& path);

}  // namespace gradus::worked_examples
