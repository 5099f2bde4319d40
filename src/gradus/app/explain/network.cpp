#include "gradus/app/explain/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "gradus/app/explain/annotate.hpp"
#include "gradus/app/explain/names.hpp"
#include "gradus/app/explain/network_loss.hpp"
#include "gradus/core/ops/conv.hpp"
#include "gradus/core/ops/interpret.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/learn/data/shortest.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/step.hpp"

namespace gradus::explain {
namespace {

/// "0." of "0.weight", "2.0." of "2.0.bias"; "" for a name without a layer.
std::string child_of(const std::string& name) { return name.substr(0, name.rfind('.') + 1); }

int find(const Explanation& e, const std::string& name) {
  for (std::size_t i = 0; i < e.nodes.size(); ++i) {
    if (e.nodes[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

const Node& at(const Explanation& e, int node) { return e.nodes[static_cast<std::size_t>(node)]; }

/// Follows the pre-activation back over the ops that make z = x W' + b, or a convolution and its bias, of it.
void fill_inputs(const Explanation& e, NetworkLayer& layer) {
  const Node* product = &at(e, layer.preactivation);
  if (product->op == &pointwise_op<pointwise::Add>()) product = &at(e, product->inputs[0]);
  if (product->op != &matmul_op && product->op != &conv_op) return;
  layer.input = product->inputs[0];
  if (product->op == &matmul_op) layer.transposed = product->inputs[1];
}

/// The layers: each with a weight that its input is multiplied with, and what follows up to the next one, which are its
/// activation and the like.
std::vector<NetworkLayer> find_layers(const Explanation& e, const nn::Layer& net,
                                      std::map<std::string, std::string>& group_of) {
  std::vector<NetworkLayer> layers;
  nn::for_each_layer(net, [&](const std::string& child, const nn::Layer& part) {
    const int weight = find(e, child + "weight"), preactivation = find(e, child + "preactivation");
    if (weight >= 0 && preactivation >= 0) {
      NetworkLayer layer;
      layer.weight = weight, layer.bias = find(e, child + "bias");
      layer.preactivation = layer.activated = preactivation;
      layer.out = at(e, weight).value.shape()[0], layer.in = at(e, weight).value.shape()[1];
      fill_inputs(e, layer);
      if (at(e, weight).value.shape().rank() > 2) layer.title = nn::print_net(part);
      layers.push_back(layer);
    } else if (!layers.empty() && part.traits().role == nn::LayerTraits::Role::activation) {
      const int activated = find(e, child + std::string(part.word()));
      layers.back().activation += (layers.back().activation.empty() ? "" : " ") + nn::print_net(part);
      if (activated >= 0) layers.back().activated = activated;
    }
    if (!layers.empty()) group_of[child] = std::to_string(layers.size() - 1);
  });
  for (std::size_t i = 0; i < layers.size(); ++i) {
    NetworkLayer& layer = layers[i];
    if (layer.title.empty()) layer.title = std::to_string(layer.in) + " -> " + std::to_string(layer.out);
    layer.title = "Layer " + std::to_string(i + 1) + ": " + layer.title +
                  (layer.activation.empty() ? "" : " " + layer.activation);
  }
  for (auto& [child, group] : group_of) group = layers[std::stoul(group)].title;
  return layers;
}

/// Nodes without a name belong to the layer that uses them; what no layer uses belongs to the loss, `data` to neither.
void set_groups(Explanation& e, const std::map<std::string, std::string>& group_of, const std::set<std::string>& data,
                const std::string& loss) {
  std::vector<std::string> user(e.nodes.size());
  for (std::size_t i = e.nodes.size(); i-- > 0;) {
    Node& node = e.nodes[i];
    const auto known = group_of.find(child_of(node.name));
    if (known != group_of.end()) node.group = known->second;
    else if (!data.contains(node.name)) node.group = user[i].empty() ? "Loss: " + loss : user[i];
    for (int input : node.inputs) user[static_cast<std::size_t>(input)] = node.group;  // the first user comes last
  }
}

std::string describe_target(const TrainedModel& model, const Tensor& target) {
  if (model.task == data::Task::classification) {
    const auto number = static_cast<std::size_t>(target.number());
    return "class " +
           (number < model.class_names.size() ? printable(model.class_names[number]) : std::to_string(number));
  }
  std::string out;
  for (std::int64_t i = 0; i < target.count(); ++i) out += (i ? ", " : "") + short_number(target.number(i));
  if (!model.schema || target.count() != 1) return out;
  const data::TargetEncoding& encoding = model.schema->target;
  const double number = data::shortest_decoded(encoding, target.number(), DType::f64);
  return printable(encoding.name) + " " + fmt::format("{}", number) + ", encoded " + out;
}

/// "price 16900": a regression's prediction as the file has it.
std::string text_in_units(const TrainedModel& model, const Tensor& prediction) {
  if (model.task != data::Task::regression || !model.schema || prediction.count() != 1) return "";
  return printable(model.schema->target.name) + " " + fmt::format("{}", in_units(model, prediction).number());
}

void check_row(const data::Dataset& dataset, std::int64_t row) {
  if (row >= 1 && row <= dataset.rows()) return;
  throw UserError(
      Fault::usage,
      Report{"--row", std::to_string(row),
             "1 to " + std::to_string(dataset.rows()) + ", the rows of " + printable(dataset.source), "--row 1"});
}

}  // namespace

NetworkExplanation explain_network(const TrainedModel& given, const data::Dataset& dataset, std::int64_t row) {
  check_row(dataset, row);
  const TrainedModel model = in_f64(given);
  const std::int64_t rows[] = {row - 1};
  const NetworkLoss net = network_loss(model, dataset, rows);
  AnnotateOptions options;
  options.remedy = "weights that are finite and smaller: gradus train again with a lower --rate";
  for (const nn::Parameter& parameter : model.network.parameters) {
    if (!parameter.running) options.variables.push_back(parameter.name);
  }
  options.variables.push_back(net.features.node().label);
  const Tensor wanted = net.bindings.back().value;
  NetworkExplanation out;
  // In f64, but told with the digits that the model is sure of.
  out.prediction = interpret(std::vector<Value>{net.prediction}, net.bindings).front();
  out.told = given.network.dtype;
  out.explanation = annotate(*net.graph, net.loss.id, net.bindings, options);
  out.target = describe_target(model, wanted), out.loss = model.loss.name(), out.class_names = model.class_names;
  out.groups = model.record.groups;
  out.clipped = model.record.clipping.value > 0 || model.record.clipping.norm > 0;
  out.optimizer = model.record.optimizer, out.in_units = text_in_units(model, out.prediction.cast(out.told));
  std::map<std::string, std::string> group_of;
  out.layers = find_layers(out.explanation, model.network.net, group_of);
  std::set<std::string> batch;
  for (const Binding& one : net.bindings) {
    if (model.network.find(one.input.node().label) == nullptr) batch.insert(one.input.node().label);
  }
  if (!out.layers.empty()) set_groups(out.explanation, group_of, batch, model.loss.name());
  out.explanation.title = printable(dataset.source) + ", row " + std::to_string(row);
  return out;
}

bool is_convolution(const NetworkExplanation& network, const NetworkLayer& layer) {
  return at(network.explanation, layer.weight).value.shape().rank() != 2;
}

const NetworkLayer& layer_of(const NetworkExplanation& network, const Element& element) {
  const NetworkLayer& layer = network.layers[static_cast<std::size_t>(element.layer - 1)];
  if (!is_convolution(network, layer)) return layer;
  const auto linear = std::find_if(network.layers.begin(), network.layers.end(),
                                   [&](const NetworkLayer& other) { return !is_convolution(network, other); });
  throw UserError(Fault::usage, Report{"--element", "layer " + std::to_string(element.layer) + ", a convolution",
                                       "a layer whose weight is a matrix",
                                       "--element " + std::to_string(linear - network.layers.begin() + 1) + ":1,1"});
}

Element parse_element(const std::string& text, const NetworkExplanation& network) {
  Element out;
  std::int64_t* const numbers[] = {&out.layer, &out.out, &out.in};
  const char* at = text.data();
  const char* const end = at + text.size();
  const char after[] = {':', ',', '\0'};
  const std::string form = "LAYER:OUT,IN, each from 1";
  for (std::size_t i = 0; i < 3; ++i) {
    const auto [stop, error] = std::from_chars(at, end, *numbers[i]);
    const bool follows = i == 2 ? stop == end : stop != end && *stop == after[i];
    if (error != std::errc() || !follows) {
      throw UserError(Fault::usage, Report{"--element", "\"" + printable(text) + "\"", form, "1:1,1"});
    }
    at = stop + 1;
  }
  const auto check = [&](const char* what, std::int64_t number, std::int64_t most) {
    if (number >= 1 && number <= most) return;
    throw UserError(Fault::usage,
                    Report{"--element " + printable(text), std::string(what) + " " + std::to_string(number),
                           "1 to " + std::to_string(most), "1:1,1"});
  };
  check("layer", out.layer, static_cast<std::int64_t>(network.layers.size()));
  const NetworkLayer& layer = network.layers[static_cast<std::size_t>(out.layer - 1)];
  check("unit", out.out, layer.out);
  check("input", out.in, layer.in);
  return out;
}

}  // namespace gradus::explain
