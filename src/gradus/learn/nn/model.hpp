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
  bool running = false;  // a running statistic, which is not learnt: "1.running_mean"
};

/// Parameters in the order in which the net asks for them, then running statistics.
struct Model {
  Layer net;
  Shape input;  // of one sample: [784], or [1, 28, 28] where the net begins with a convolution
  DType dtype = DType::f32;
  std::vector<Parameter> parameters;
  /// What products of matrices are computed of: bf16 (in an f32 model), or as the rest. See ProgramOptions.
  DType products = DType::f32;
  std::vector<NamedInput> inputs = {};  // beside the features

  const Tensor* find(std::string_view name) const;
  Tensor* find(std::string_view name);
  std::int64_t parameter_count() const;  // running statistics apart
};

struct ModelOptions {
  DType dtype = DType::f32;  // or f64
  std::uint64_t seed = 0;
  DType products = DType::f32;  // or bf16, with dtype f32
};

/// Throws UserError for types that no model has.
void check_types(const ModelOptions& options);

/// The net for samples of shape `sample` (seen as input_of() says), its parameters initialized. Throws UserError for
/// shapes that do not fit (naming layer, op and shapes), and Fault::budget before anything is allocated when the
/// parameters do not fit in memory.
Model make_model(Layer net, const Shape& sample, ModelOptions options = {}, std::vector<NamedInput> inputs = {});

/// "f32", "f64" or "bf16": dtype and products in one word.
DType precision_of(const Model& model);

/// The dtype of a model of this precision, and of what its products are computed.
struct Precision {
  DType dtype = DType::f32, products = DType::f32;
};
Precision split_precision(DType precision);

/// What the net asks for, without making it.
std::vector<ParameterSpec> parameters_of(const Layer& net, const Shape& input, DType dtype, NamedInputs inputs = {});
inline std::vector<ParameterSpec> parameters_of(const Model& model) {
  return parameters_of(model.net, model.input, model.dtype, model.inputs);
}

/// Those of `inputs` that the net asks for.
std::vector<NamedInput> asked_inputs(const Layer& net, const Shape& input, DType dtype, NamedInputs inputs);

/// Its running statistics.
std::vector<ParameterSpec> statistics_of(const Model& model);

/// Numbers that the net gives for one sample: the last size of its output.
std::int64_t output_count(const Model& model);

/// Appends the net to the scope's graph. x, the features, is [rows, ...input] or has as many elements a row. REQUIRES:
/// the model outlives the scope.
Value forward(const Model& model, Scope& scope, Value x);

}  // namespace gradus::nn
