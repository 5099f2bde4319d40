// Layers are values: a kind with its numbers, the layers inside it, and names. A net is a layer too: named nodes one
// after another, each of which takes the value before it and those that it names.
// A kind of layer is one constant object (layers/); a layer of one's own may be a function instead.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/graph/graph.hpp"
#include "gradus/learn/kinds/recipe.hpp"
#include "gradus/learn/nn/init.hpp"
#include "gradus/learn/nn/scope.hpp"

namespace gradus::nn {

struct Layer;

/// A layer inside another: its parameters are called "<name>.<parameter>", or as those of the outer one for "".
struct Sublayer {
  std::string name;
  const Layer* layer;
};

/// What may be asked of a layer beside its value.
struct LayerTraits {
  enum class Role {
    block,       // computes; activations behind it belong to its item
    activation,  // a function of each number, or of a row
    passes,      // gives the numbers that it takes, in another shape or mode
    other,
  };
  Role role = Role::other;
  int axes = 0;            // 1: takes [rows, channels, length]; 2: [rows, channels, height, width]
  bool any_shape = false;  // gives the shape that it takes, whatever that is
  bool nameless = false;   // texts have its first value or its nets without its name: "128", "(64 relu, 3)"
  std::size_t names = 0;   // of values or layers before it, which it wants: "add NAME"
  bool input = false;      // the name is that of an input of the data: "input NAME"
  struct {
    std::size_t least = 0, most = 0;
  } nets = {};  // that texts have in parentheses
  /// The layers inside it, with their names; nullptr: its nets, called "0", "1", ...
  std::vector<Sublayer> (*parts)(const Layer& layer) = nullptr;
  std::string_view note = {};  // what people should know before they train it
};

/// One layer's formulas. No key may be called as a layer is.
struct LayerKind : kinds::Kind {
  /// Appends the layer to the scope's graph; x is the value before it. Throws UserError when that does not fit.
  Value (*build)(const Layer& layer, Scope& scope, Value x);
  LayerTraits traits = {};
};

using LayerKinds = std::span<const LayerKind* const>;

/// Every layer that comes with gradus: the list is in layers/all.cpp.
LayerKinds all_layers();

struct Layer {
  kinds::Recipe<LayerKind> recipe = {};  // nothing of a layer of one's own
  std::vector<Layer> nets = {};          // inside it; of a sequence its layers
  std::vector<std::string> inputs = {};  // as many names of values or layers before it as the kind wants
  std::string name = {};                 // of its value, for later layers; "": none
  /// First numbers of weight and bias, as the kind has them unless given. No part of texts and files.
  std::optional<init::Init> init = {}, bias_init = {};
  std::string own_name = {};
  std::function<Value(Scope&, Value)> own = {};

  explicit operator bool() const { return recipe || own; }
  Value build(Scope& scope, Value x) const { return recipe ? recipe.of().build(*this, scope, x) : own(scope, x); }
  const LayerTraits& traits() const;
  const kinds::Keys& keys() const { return recipe.keys; }
  /// "conv"; of a layer of one's own its name.
  std::string_view word() const { return recipe ? recipe.kind->name : std::string_view(own_name); }
  /// The layer, its value called `name`: a letter, then letters, digits or _, no word of net descriptions. Throws
  /// UserError for others.
  Layer as(std::string name) const;
  bool is_sequence() const;
  std::vector<Sublayer> parts() const;
  friend bool operator==(const Layer& a, const Layer& b);  // layers of one's own: by name
};

/// Calls `visit` with every layer that has none inside it and the prefix of its parameters ("0.", "3.shortcut.0."), in
/// the order of building.
void for_each_layer(const Layer& net, const std::function<void(const std::string& prefix, const Layer& layer)>& visit);

/// A layer of one's own. `name` appears in messages and in explain.
Layer layer(std::string name, std::function<Value(Scope&, Value)> build);
/// layer("conv", {{"channels", 6}, {"kernel", kinds::Sizes{5}}}); `own`: kinds of the caller's own. Throws
/// UserError(Fault::usage) for unknown kinds and keys, naming the nearest, and for values out of range.
Layer layer(std::string_view name, std::initializer_list<kinds::Given> keys, LayerKinds own = {});

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
/// net(x) + x, or net(x) + shortcut(x); parameters "0.weight", ... and "shortcut.0.weight", ... The nets are
/// sequences, or become some.
Layer residual(Layer net);
Layer residual(Layer net, Layer shortcut);
/// The nets beside one another, each of x, joined along axis 1; parameters "0.0.weight", "1.0.weight", ...
Layer parallel(std::vector<Layer> nets);
/// The net `times` times, each with weights of its own: "0.0.weight", "1.0.weight", ... Throws UserError unless 1 <=
/// times <= 100,000.
Layer repeat(std::int64_t times, Layer net);

/// The mean of what the nets give, each of x [rows, ...]; of `classes`, where they give logits, the logarithm of the
/// mean of their softmax. Parameters "0.0.weight", "1.0.weight", ... Throws UserError without nets.
Layer ensemble(std::vector<Layer> nets, bool classes);

/// The value called `name`, that plus the value before, that joined to the value before along axis 1.
Layer from(std::string name);
Layer add(std::string name);
Layer concat(std::string name);
/// The input of the data called `name`, or the features, called "features".
Layer input(std::string name);
/// The layer called `name`, with the activations behind it up to that name, once more with the same weights.
Layer again(std::string name);
struct TiedOptions {
  bool transposed = false;  // x W: from what that layer gives to what it takes
  bool bias = true;
};
/// A linear layer whose weight W is that of the layer called `name`: x W' + b, as torch's linear.weight = other.weight.
Layer tied(std::string name, TiedOptions options = {});

/// [rows, a, b, ...] as [rows, a b ...].
Layer flatten();

/// In training each element is 0 with probability p and x / (1 - p) otherwise (inverted scaling, Srivastava et al.
/// 2014); x itself in inference. Throws UserError unless 0 <= p < 1.
Layer dropout(double p);

/// x where x > 0, else "weight" x, one learned slope for all, at first 0.25 (He et al. 2015; torch.nn.PReLU).
Layer prelu(double slope = 0.25);

/// `number` of the numbers along axis 1, from the one with number `first` (from 0).
Layer columns(std::int64_t first, std::int64_t number);

/// Softmax over the last axis. A loss on logits needs none.
Layer softmax();

/// Code i becomes row i of "weight" [count, width], at first normal with deviation 1: torch.nn.Embedding. Codes are
/// whole numbers from 0 in any float or integer type; [rows, n] gives [rows, n, width].
Layer embedding(std::int64_t count, std::int64_t width);

struct NormOptions {
  double epsilon = 1e-5;
  bool affine = true;  // times "weight" plus "bias", at first 1 and 0
};
struct BatchNormOptions {
  double momentum = 0.1;  // share of a batch in the running statistics
  double epsilon = 1e-5;
  bool affine = true;
};
/// Each channel (axis 1) less its mean over the batch and all that follows, over its deviation: "running_mean" and
/// "running_var" take the place of both in inference (torch.nn.BatchNorm1d, BatchNorm2d). A batch in training needs 2
/// rows; a batch taken in parts is refused.
Layer batch_norm(BatchNormOptions options = {});
/// Each row less its mean, over its deviation: over the last `axes` axes, 0: over all but the rows
/// (torch.nn.LayerNorm).
Layer layer_norm(std::int64_t axes = 1, NormOptions options = {});
/// The same over `groups` groups of channels (axis 1) and all that follows; weights are [channels]
/// (torch.nn.GroupNorm).
Layer group_norm(std::int64_t groups, NormOptions options = {});
/// Over the root of the mean square of the last axis, times "weight" (torch.nn.RMSNorm; no bias). Epsilon 0: the
/// distance from 1 to the next number.
Layer rms_norm(NormOptions options = {.epsilon = 0});

}  // namespace gradus::nn
