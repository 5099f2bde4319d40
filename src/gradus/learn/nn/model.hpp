// A net with its parameters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/nn/layer.hpp"

namespace gradus::nn {

struct Parameter {
  std::string name;  // as PyTorch's state_dict: "0.weight"
  Tensor value;
};

/// Parameters in the order in which the net asks for them.
struct Model {
  Layer net;
  Shape input;  // of one sample: [784]
  DType dtype = DType::f32;
  std::vector<Parameter> parameters;

  const Tensor* find(std::string_view name) const;
  Tensor* find(std::string_view name);
  std::int64_t parameter_count() const;
};

struct ModelOptions {
  DType dtype = DType::f32;  // or f64
  std::uint64_t seed = 0;
};

/// The net for samples of shape `input`, its parameters initialized. Throws UserError for shapes that do not fit
/// (naming layer, op and shapes), and Fault::budget before anything is allocated when the parameters do not fit in
/// memory.
Model make_model(Layer net, const Shape& input, ModelOptions options = {});

/// What the net asks for, without making it.
std::vector<ParameterSpec> parameters_of(const Layer& net, const Shape& input, DType dtype);

/// Numbers that the net gives for one sample: the last size of its output.
std::int64_t output_count(const Model& model);

/// Appends the net to the scope's graph. x is [rows, ...input] or has as many elements a row.
Value forward(const Model& model, Scope& scope, Value x);

}  // namespace gradus::nn
