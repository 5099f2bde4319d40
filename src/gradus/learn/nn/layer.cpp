#include "gradus/learn/nn/layer.hpp"

#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/random.hpp"
#include "gradus/core/ops/softmax.hpp"

namespace gradus::nn {
namespace {

/// [rows, a, b, ...] as [rows, a b ...].
Value flat(Value x) { return x.shape().rank() <= 2 ? x : reshape(x, Integers{x.rows(), x.shape().count() / x.rows()}); }

Value build_linear(Scope& scope, Value x, std::int64_t out, const LinearOptions& options) {
  x = flat(x);
  if (x.shape().rank() != 2) {
    throw UserError(Fault::usage, Report{"linear", to_string(x.type()), "[rows, inputs]", "give every sample a row"});
  }
  const Value weight = scope.parameter("weight", {out, x.columns()}, options.init.value_or(init::torch_linear()));
  Value y = matmul(x, transpose(weight));
  if (options.bias) y = y + scope.parameter("bias", {out}, options.bias_init.value_or(init::zeros()));
  scope.label(y, "preactivation");
  return y;
}

}  // namespace

Layer layer(std::string name, std::function<Value(Scope&, Value)> build) {
  return {std::move(name), Layer::Kind::own, std::move(build)};
}

Layer linear(std::int64_t out, LinearOptions options) {
  if (out < 1) {
    throw UserError(Fault::usage, Report{"linear", std::to_string(out) + " outputs", "at least 1", "nn::linear(1)"});
  }
  std::string text = std::to_string(out) + (options.bias ? "" : " nobias");
  return {std::move(text), Layer::Kind::width,
          [out, options = std::move(options)](Scope& scope, Value x) { return build_linear(scope, x, out, options); }};
}

Layer sequential(std::vector<Layer> layers) {
  Layer all{"sequential", Layer::Kind::sequence, {}, std::move(layers)};
  all.build = [layers = all.children](Scope& scope, Value x) {
    for (std::size_t i = 0; i < layers.size(); ++i) x = scope.apply(std::to_string(i), layers[i], x);
    return x;
  };
  return all;
}

Layer flatten() {
  return {"flatten", Layer::Kind::other, [](Scope&, Value x) { return flat(x); }};
}

Layer dropout(double p) {
  if (!(p >= 0 && p < 1)) {
    throw UserError(Fault::usage, Report{"dropout", print_number(p), "a probability, 0 <= p < 1",
                                         p == 1 ? "with 1 nothing would pass: 0.5 is usual" : "0.5"});
  }
  return {"dropout " + print_number(p), Layer::Kind::other, [p](Scope& scope, Value x) {
            if (!scope.training() || p == 0) return x;
            const Value kept = random_bernoulli(scope.key(), x.shape(), 1 - p, scope.next_stream());
            return x * (cast(kept, x.dtype()) * (1 / (1 - p)));
          }};
}

Layer prelu(double slope) {
  return {"prelu", Layer::Kind::activation, [slope](Scope& scope, Value x) {
            return gradus::prelu(x, scope.parameter("weight", {1}, init::constant(slope)));
          }};
}

Layer softmax() {
  return {"softmax", Layer::Kind::activation, [](Scope&, Value x) { return gradus::softmax(x); }};
}

}  // namespace gradus::nn
