// Several nets as one that gives the mean of what they predict.
#include <cmath>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/core/ops/softmax.hpp"
#include "gradus/learn/nn/layers/parts.hpp"

namespace gradus::nn {
namespace {

constexpr Key keys[] = {{.name = "classes",
                         .type = KeyType::truth,
                         .value = "false",
                         .doc = "they give logits: the logarithm of the mean of their softmax"}};

Value build(const Layer& layer, Scope& scope, Value x) {
  const bool classes = layer.keys().truth("classes");
  Values members;
  for (const Sublayer& part : layer.parts()) {
    Value y = scope.apply(part.name, *part.layer, x);
    if (y.shape().rank() != 2) refuse(layer, to_string(y.type()), "[rows, outputs]", "a linear layer at its end: 1");
    if (!members.empty() && y.columns() != members[0].columns())
      refuse(layer,
             "nets of " + std::to_string(members[0].columns()) + " and of " + std::to_string(y.columns()) + " outputs",
             "as many of each", "one last layer for all");
    members.push_back(classes ? log_softmax(y) : y);
  }
  const auto count = static_cast<double>(members.size());
  if (members.size() == 1) return members[0];
  if (!classes) {
    Value total = members[0];
    for (std::size_t i = 1; i < members.size(); ++i) total = total + members[i];
    return total * (1 / count);
  }
  for (Value& y : members) y = reshape(y, Integers{y.rows(), 1, y.columns()});
  return logsumexp(concatenate(members, 1), {1}) - std::log(count);
}

}  // namespace

extern const LayerKind ensemble_kind{
    {"ensemble", "the mean of what several nets give", keys}, build, {.role = Role::block, .nets = {1, 1000}}};

Layer ensemble(std::vector<Layer> nets, bool classes) {
  Layer out = made(ensemble_kind, {{"classes", classes}});
  for (Layer& net : nets)
    out.nets.push_back(net.is_sequence() && net.name.empty() ? net : sequential({std::move(net)}));
  if (out.nets.empty()) refuse(out, "no nets", "one at least", "ensemble(64 relu, 1 | 1)");
  return out;
}

}  // namespace gradus::nn
