#include "gradus/learn/nn/layers/parts.hpp"

#include <algorithm>
#include <cctype>

#include "gradus/core/base/error.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/learn/nn/net.hpp"

namespace gradus::nn {
namespace {

void visit_layers(const Layer& layer, const std::string& prefix,
                  const std::function<void(const std::string&, const Layer&)>& visit) {
  if (layer.nets.empty() && !layer.is_sequence()) return visit(prefix, layer);
  for (const Sublayer& part : layer.parts())
    visit_layers(*part.layer, part.name.empty() ? prefix : prefix + part.name + ".", visit);
}

}  // namespace

Value flat(Value x) { return x.shape().rank() <= 2 ? x : reshape(x, Integers{x.rows(), x.shape().count() / x.rows()}); }

void refuse(const Layer& layer, const std::string& found, const std::string& expected, const std::string& remedy) {
  throw UserError(Fault::usage, Report{std::string(layer.word()), found, expected, remedy});
}

const LayerTraits& Layer::traits() const {
  static constexpr LayerTraits nothing_known = {};
  return recipe ? recipe.of().traits : nothing_known;
}

std::vector<Sublayer> Layer::parts() const {
  if (traits().parts != nullptr) return traits().parts(*this);
  std::vector<Sublayer> out;
  for (std::size_t i = 0; i < nets.size(); ++i) out.push_back({std::to_string(i), &nets[i]});
  return out;
}

Layer Layer::as(std::string called) const {
  check_name(called);
  Layer out = *this;
  out.name = std::move(called);
  return out;
}

bool operator==(const Layer& a, const Layer& b) {
  return a.recipe == b.recipe && a.nets == b.nets && a.inputs == b.inputs && a.name == b.name && a.init == b.init &&
         a.bias_init == b.bias_init && a.own_name == b.own_name;
}

void for_each_layer(const Layer& net, const std::function<void(const std::string&, const Layer&)>& visit) {
  visit_layers(net, "", visit);
}

Layer layer(std::string name, std::function<Value(Scope&, Value)> build) {
  return {.own_name = std::move(name), .own = std::move(build)};
}

Layer layer(std::string_view name, std::initializer_list<kinds::Given> keys, LayerKinds own) {
  const kinds::Kind& kind = kinds::find_kind(name, kinds::kind_list(all_layers(), own), "layer");
  return {.recipe = kinds::Recipe<LayerKind>(kinds::make_any(kind, std::span(keys.begin(), keys.size())))};
}

}  // namespace gradus::nn
