#include "gradus/learn/nn/model.hpp"

#include <unistd.h>

#include <array>

#include "gradus/core/base/rounded.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/learn/nn/spatial.hpp"

namespace gradus::nn {
namespace {

/// Output shape and parameters of the net for a batch of one row.
struct Sketch {
  Shape output;
  std::vector<ParameterSpec> parameters, statistics;
  std::vector<NamedInput> asked;  // of the inputs beside the features
};

Shape batch_shape(const Shape& sample, std::int64_t rows) {
  std::array<std::int64_t, max_rank + 1> sizes{rows};
  for (int axis = 0; axis < sample.rank(); ++axis) sizes[static_cast<std::size_t>(axis) + 1] = sample[axis];
  return Shape(std::span(sizes).first(static_cast<std::size_t>(sample.rank()) + 1));
}

Sketch sketch(const Layer& net, const Shape& input, DType dtype, NamedInputs inputs) {
  if (!net)
    throw UserError(Fault::usage, Report{"net", "no layer", "a layer, or nn::sequential of some", "nn::linear(1)"});
  Graph graph;
  Scope scope(graph, Mode::sketch, dtype);
  const Value x = graph.input("features", batch_shape(input, 1), dtype);
  scope.begin_inputs(inputs, 1, x);
  const Value y = net.build(scope, x);
  if (!y || y.graph != &graph || y.dtype() != dtype || y.shape().rank() != 2 || y.rows() != 1) {
    throw UserError(Fault::usage, Report{"net", y ? to_string(y.type()) + " as its output" : "no output",
                                         std::string(name(dtype)) + "[rows, outputs]", "flatten() as the last layer"});
  }
  Sketch out{y.shape(), scope.parameters(), scope.statistics(), {}};
  for (const NamedInput& one : inputs) {
    if (graph.find_input(input_slot(one.name))) out.asked.push_back(one);
  }
  return out;
}

/// Refuses parameters that cannot fit: training holds them about four times (weights, gradients, two moments).
void check_memory(const std::vector<ParameterSpec>& parameters, DType dtype) {
  const double pages = static_cast<double>(sysconf(_SC_PHYS_PAGES)), page = static_cast<double>(sysconf(_SC_PAGESIZE));
  double numbers = 0;
  for (const ParameterSpec& p : parameters) numbers += static_cast<double>(p.shape.count());
  constexpr double copies = 4;
  const double bytes = copies * numbers * static_cast<double>(size_of(dtype));
  if (pages <= 0 || bytes <= pages * page) return;
  throw UserError(Fault::budget,
                  Report{"net", rounded(numbers) + " parameters, whose training needs " + rounded(bytes) + " bytes",
                         "at most the " + rounded(pages * page) + " bytes of this machine", "narrower layers"});
}

}  // namespace

const Tensor* Model::find(std::string_view name) const {
  for (const Parameter& parameter : parameters) {
    if (parameter.name == name) return &parameter.value;
  }
  return nullptr;
}

Tensor* Model::find(std::string_view name) { return const_cast<Tensor*>(std::as_const(*this).find(name)); }

std::int64_t Model::parameter_count() const {
  std::int64_t count = 0;
  for (const Parameter& parameter : parameters) count += parameter.running ? 0 : parameter.value.count();
  return count;
}

std::vector<ParameterSpec> parameters_of(const Layer& net, const Shape& input, DType dtype, NamedInputs inputs) {
  return sketch(net, input, dtype, inputs).parameters;
}

void check_types(const ModelOptions& options) {
  if (options.dtype != DType::f32 && options.dtype != DType::f64) {
    throw UserError(Fault::usage, Report{"precision", std::string(name(options.dtype)), "f32 or f64", "DType::f32"});
  }
  const bool lower = options.products == DType::bf16 && options.dtype == DType::f32;
  if (options.products != DType::f32 && !lower) {
    throw UserError(Fault::usage, Report{"products", std::string(name(options.products)), "f32, or bf16 in f32",
                                         options.products == DType::bf16 ? "dtype f32 with them" : "products f32"});
  }
}

std::vector<NamedInput> asked_inputs(const Layer& net, const Shape& input, DType dtype, NamedInputs inputs) {
  return sketch(net, input, dtype, inputs).asked;
}

std::vector<ParameterSpec> statistics_of(const Model& model) {
  return sketch(model.net, model.input, model.dtype, model.inputs).statistics;
}

Model make_model(Layer net, const Shape& sample, ModelOptions options, std::vector<NamedInput> inputs) {
  check_types(options);
  const Shape input = input_of(net, sample);
  const Sketch specs = sketch(net, input, options.dtype, inputs);
  check_memory(specs.parameters, options.dtype);
  Model model{std::move(net), input, options.dtype, {}, options.products, std::move(inputs)};
  const auto add = [&](const ParameterSpec& spec, bool running) {
    model.parameters.push_back({spec.name, Tensor(options.dtype, spec.shape), running});
    init::fill(spec.init, model.parameters.back().value.view(), options.seed, spec.name);
  };
  for (const ParameterSpec& spec : specs.parameters) add(spec, false);
  for (const ParameterSpec& spec : specs.statistics) add(spec, true);
  return model;
}

DType precision_of(const Model& model) { return model.products == DType::bf16 ? DType::bf16 : model.dtype; }

Precision split_precision(DType precision) {
  if (precision == DType::bf16) return {DType::f32, DType::bf16};
  return {precision, DType::f32};
}

std::int64_t output_count(const Model& model) {
  return sketch(model.net, model.input, model.dtype, model.inputs).output.last();
}

Value forward(const Model& model, Scope& scope, Value x) {
  const Shape wanted = batch_shape(model.input, x.rows());
  if (!(x.shape() == wanted)) x = reshape(x, wanted);
  scope.begin_inputs(model.inputs, x.rows(), x);
  const Value y = model.net.build(scope, x);
  if (y.shape().rank() != 2 || y.rows() != x.rows()) {
    throw UserError(Fault::usage, Report{"net", to_string(y.type()) + " as its output",
                                         "[" + std::to_string(x.rows()) + ", outputs]", "flatten() as the last layer"});
  }
  return y;
}

}  // namespace gradus::nn
