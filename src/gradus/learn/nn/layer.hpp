// Layers are values: a text and a function from Values to Values. A net is a layer too.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "gradus/core/graph/graph.hpp"
#include "gradus/learn/nn/init.hpp"
#include "gradus/learn/nn/scope.hpp"

namespace gradus::nn {

struct Layer {
  enum class Kind { width, activation, other, sequence, own };  // width: has weights, so that an activation may follow
  std::string text;  // as in a net description: "128", "relu", "dropout 0.2"; a name for a layer of one's own
  Kind kind = Kind::other;
  std::function<Value(Scope&, Value)> build;
  std::vector<Layer> children = {};  // of a sequence
  int spatial_axes = 0;              // 1: takes [rows, channels, length]; 2: [rows, channels, height, width]
};

/// A layer of one's own. `name` appears in messages and in explain.
Layer layer(std::string name, std::function<Value(Scope&, Value)> build);

struct LinearOptions {
  bool bias = true;
  std::optional<init::Init> init = {};       // of the weight; torch_linear() unless given
  std::optional<init::Init> bias_init = {};  // zeros unless given
};

/// x W' + b: x [rows, ...] is taken as [rows, in]; "weight" is [out, in] and "bias" [out], as in torch.nn.Linear.
/// Throws UserError for a width below 1.
Layer linear(std::int64_t out, LinearOptions options = {});

/// The layers one after another. Children are called "0", "1", ... and activations count, as in torch.nn.Sequential.
Layer sequential(std::vector<Layer> layers);

/// [rows, a, b, ...] as [rows, a b ...].
Layer flatten();

/// In training each element is 0 with probability p and x / (1 - p) otherwise (inverted scaling, Srivastava et al.
/// 2014); x itself in inference. Throws UserError unless 0 <= p < 1.
Layer dropout(double p);

/// x where x > 0, else "weight" x, one learned slope for all, at first 0.25 (He et al. 2015; torch.nn.PReLU).
Layer prelu(double slope = 0.25);

/// Softmax over the last axis. A loss on logits needs none.
Layer softmax();

}  // namespace gradus::nn
