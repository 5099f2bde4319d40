// Layers that give the numbers they take: in another shape, or some of them while training.
#include "gradus/core/base/error.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/random.hpp"
#include "gradus/learn/nn/layers/parts.hpp"
#include "gradus/learn/nn/spatial.hpp"

namespace gradus::nn {
namespace {

constexpr Key view_keys[] = {{.name = "sizes",
                              .type = KeyType::sizes,
                              .value = "1x28x28",
                              .doc = "of a row: channels, height, width",
                              .range = width_range,
                              .required = true,
                              .bare = true,
                              .numbers = max_rank - 1}};

constexpr Key dropout_keys[] = {{.name = "p",
                                 .type = KeyType::number,
                                 .value = "0.2",
                                 .doc = "probability of a zero",
                                 .range = kinds::below_one,
                                 .required = true,
                                 .bare = true}};

Value build_view(const Layer& layer, Scope&, Value x) {
  Integers sizes{x.rows()};
  const Sizes& row = layer.keys().sizes("sizes");
  sizes.insert(sizes.end(), row.begin(), row.end());
  return reshape(x, sizes);
}

Value build_dropout(const Layer& layer, Scope& scope, Value x) {
  const double p = layer.keys().number("p");
  if (!scope.training() || p == 0) return x;
  const Value kept = random_bernoulli(scope.key(), x.shape(), 1 - p, scope.next_stream());
  return x * (cast(kept, x.dtype()) * (1 / (1 - p)));
}

}  // namespace

extern const LayerKind view_kind{{"view", "the numbers of a row in another shape (torch.nn.Unflatten)", view_keys,
                                  [](const Keys& keys) { Shape(std::span(keys.sizes("sizes"))); }},
                                 build_view,
                                 {.role = Role::passes}};

extern const LayerKind flatten_kind{{"flatten", "the numbers of a row one after another (torch.nn.Flatten)"},
                                    [](const Layer&, Scope&, Value x) { return flat(x); },
                                    {.role = Role::passes}};

extern const LayerKind dropout_kind{
    {"dropout", "zeros at random in training, the rest larger for it (torch.nn.Dropout)", dropout_keys},
    build_dropout,
    {.role = Role::passes, .any_shape = true}};

Layer view(const Shape& sample) { return made(view_kind, {{"sizes", Sizes(sample.begin(), sample.end())}}); }
Layer flatten() { return made(flatten_kind); }
Layer dropout(double p) { return made(dropout_kind, {{"p", p}}); }

}  // namespace gradus::nn
