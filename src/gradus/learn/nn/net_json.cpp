// Nets as data of model files.
#include "gradus/core/base/error.hpp"
#include "gradus/learn/nn/layers/parts.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/nn/net_words.hpp"

namespace gradus::nn {
namespace {

// Members of a node beside those of its recipe.
constexpr std::string_view own_member = "own", as_member = "as", inputs_member = "inputs", nets_member = "nets";

json::Value nodes_of(const std::vector<Layer>& layers);

json::Value node_of(const Layer& layer) {
  json::Object out =
      layer.recipe ? kinds::to_json(layer.recipe).object() : json::Object{{std::string(own_member), layer.own_name}};
  if (!layer.inputs.empty()) out[inputs_member] = layer.inputs;
  json::Array nets;
  if (layer.is_sequence()) nets.push_back(nodes_of(layer.nets));
  else
    for (const Layer& net : layer.nets) nets.push_back(nodes_of(net.nets));
  if (layer.traits().nets.most > 0) out[nets_member] = nets;
  if (!layer.name.empty()) out[as_member] = layer.name;
  return out;
}

json::Value nodes_of(const std::vector<Layer>& layers) {
  json::Array out;
  for (const Layer& layer : layers) out.push_back(node_of(layer));
  return out;
}

[[noreturn]] void refuse(const std::string& found, const std::string& expected) {
  throw UserError(Fault::usage, Report{"net", found, expected, "a file as gradus writes it"});
}

struct Reader {
  const kinds::KindList kinds;

  Layer sequence(const json::Value& nodes, int depth) const {
    if (depth > net_words::deepest)
      refuse("nets inside nets", "at most " + std::to_string(net_words::deepest) + " deep");
    std::vector<Layer> layers;
    for (const json::Value& node : nodes.array()) layers.push_back(layer(node, depth));
    return sequential(std::move(layers));
  }

  void require_known(const json::Object& keys) const {
    const json::Value* name = keys.find("name");
    if (name == nullptr || !name->is_text()) return;  // said with what there is
    for (const kinds::Kind* kind : kinds) {
      if (kinds::same_name(kind->name, name->text())) return;
    }
    throw UserError(
        Fault::usage,
        Report{"net", "a layer " + printable(name->text()) + ", which does not come with gradus",
               "kinds of layers that are known", "LoadOptions::layers with that kind, in the program that has it"});
  }

  Layer layer(const json::Value& node, int depth) const {
    json::Object keys;
    for (const auto& [key, member] : node.object()) {
      if (key != as_member && key != inputs_member && key != nets_member) keys.append(key, member);
    }
    require_known(keys);
    Layer out;
    out.recipe = kinds::Recipe<LayerKind>(kinds::any_from_json(keys, kinds, "layer"));
    const LayerTraits& traits = out.traits();
    if (const json::Value* inputs = node.find(inputs_member)) out.inputs = inputs->texts();
    for (const std::string& name : out.inputs) check_name(name);
    if (const json::Value* name = node.find(as_member)) out = out.as(name->text());
    if (const json::Value* nets = node.find(nets_member)) {
      for (const json::Value& net : nets->array()) out.nets.push_back(sequence(net, depth + 1));
    }
    const std::string word(out.word());
    if (out.inputs.size() != traits.names)
      refuse(std::to_string(out.inputs.size()) + " names for " + word, std::to_string(traits.names));
    if (out.nets.size() < traits.nets.least || out.nets.size() > traits.nets.most) {
      refuse(std::to_string(out.nets.size()) + " nets in " + word,
             std::to_string(traits.nets.least) + " to " + std::to_string(traits.nets.most));
    }
    if (out.is_sequence()) out.nets = std::vector<Layer>(std::move(out.nets[0].nets));
    return out;
  }
};

}  // namespace

json::Value net_to_json(const Layer& net) { return net.is_sequence() ? nodes_of(net.nets) : json::Array{node_of(net)}; }

Layer net_from_json(const json::Value& nodes, LayerKinds own) {
  Layer net = Reader{kinds_with(own)}.sequence(nodes, 0);
  check_layers(net);
  return net;
}

}  // namespace gradus::nn
