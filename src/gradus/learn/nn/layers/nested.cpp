// Layers that have nets inside them.
#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/learn/nn/layers/parts.hpp"
#include "gradus/learn/nn/net.hpp"

namespace gradus::nn {
namespace {

constexpr Key repeat_keys[] = {{.name = "times",
                                .type = KeyType::whole,
                                .value = "2",
                                .doc = "how often",
                                .range = {.low = 1, .high = static_cast<double>(most_layers)},
                                .required = true,
                                .bare = true}};

Value build_residual(const Layer& layer, Scope& scope, Value x) {
  const Value y = scope.apply("", layer.nets[0], x);
  const Value beside = layer.nets.size() > 1 ? scope.apply("shortcut", layer.nets[1], x) : x;
  if (y.type() == beside.type()) return y + beside;
  const bool projected = layer.nets.size() > 1;
  refuse(layer,
         to_string(y.type()) + " of its net and " + to_string(beside.type()) +
             (projected ? " of its shortcut" : ", its input"),
         "two of one shape",
         projected
             ? "a shortcut that gives " + to_string(y.shape())
             : "a shortcut behind |: " +
                   std::string(y.shape().rank() == 4   ? "residual(... | conv " + std::to_string(y.shape()[1]) + " 1)"
                               : y.shape().rank() == 2 ? "residual(... | " + std::to_string(y.columns()) + ")"
                                                       : "residual(... | ...)"));
}

Value build_parallel(const Layer& layer, Scope& scope, Value x) {
  Values branches;
  for (const Sublayer& part : layer.parts()) branches.push_back(scope.apply(part.name, *part.layer, x));
  return branches.size() == 1 ? branches[0] : concatenate(branches, 1);
}

std::vector<Sublayer> parts_of_residual(const Layer& layer) {
  std::vector<Sublayer> out{{"", &layer.nets[0]}};
  if (layer.nets.size() > 1) out.push_back({"shortcut", &layer.nets[1]});
  return out;
}

std::vector<Sublayer> parts_of_repeat(const Layer& layer) {
  std::vector<Sublayer> out;
  for (std::int64_t i = 0; i < layer.keys().whole("times"); ++i) out.push_back({std::to_string(i), &layer.nets[0]});
  return out;
}

Layer sequence_of(Layer net) {
  if (net.is_sequence() && net.name.empty()) return net;
  return sequential({std::move(net)});
}

}  // namespace

extern const LayerKind sequential_kind{
    {"sequential", "layers one after another, in parentheses (torch.nn.Sequential)"},
    [](const Layer& layer, Scope& scope, Value x) { return scope.apply_all(layer.nets, x); },
    {.role = Role::block, .nameless = true, .nets = {1, 1}}};

extern const LayerKind residual_kind{
    {"residual", "a net's value plus what it takes, or plus that of a shortcut, a second net (He et al. 2016)"},
    build_residual,
    {.role = Role::block, .nets = {1, 2}, .parts = parts_of_residual}};

extern const LayerKind parallel_kind{{"parallel", "nets beside one another, joined along axis 1"},
                                     build_parallel,
                                     {.role = Role::block, .nets = {1, 1000}}};

extern const LayerKind repeat_kind{{"repeat", "a net so many times, each with weights of its own", repeat_keys},
                                   [](const Layer& layer, Scope& scope, Value x) {
                                     for (const Sublayer& part : layer.parts())
                                       x = scope.apply(part.name, *part.layer, x);
                                     return x;
                                   },
                                   {.role = Role::block, .nets = {1, 1}, .parts = parts_of_repeat}};

bool Layer::is_sequence() const { return recipe.kind == &sequential_kind; }

Layer sequential(std::vector<Layer> layers) {
  Layer out = made(sequential_kind);
  out.nets = std::move(layers);
  return out;
}

Layer residual(Layer net) {
  Layer out = made(residual_kind);
  out.nets.push_back(sequence_of(std::move(net)));
  return out;
}

Layer residual(Layer net, Layer shortcut) {
  Layer out = residual(std::move(net));
  out.nets.push_back(sequence_of(std::move(shortcut)));
  return out;
}

Layer parallel(std::vector<Layer> nets) {
  Layer out = made(parallel_kind);
  for (Layer& net : nets) out.nets.push_back(sequence_of(std::move(net)));
  if (out.nets.empty()) refuse(out, "no nets", "one at least", "parallel(64 relu | 64 tanh)");
  return out;
}

Layer repeat(std::int64_t times, Layer net) {
  Layer out = made(repeat_kind, {{"times", times}});
  out.nets.push_back(sequence_of(std::move(net)));
  check_layers(out);
  return out;
}

}  // namespace gradus::nn
