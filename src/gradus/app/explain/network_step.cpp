#include "gradus/app/explain/names.hpp"
#include "gradus/app/explain/network.hpp"
#include "gradus/core/ops/interpret.hpp"
#include "gradus/learn/optim/updates.hpp"

namespace gradus::explain {
namespace {

/// The optimizer that a model's training record names for this parameter; empty where it is frozen. Throws
/// UserError(Fault::model_file) for one that this program does not know.
optim::Optimizer optimizer_of(const NetworkExplanation& network, optim::OptimizerKinds own,
                              std::string_view parameter) {
  try {
    optim::Updates updates(optim::parse_optimizer(network.optimizer, own, "optimizer of the model"));
    if (!network.groups.empty()) {
      updates.groups = optim::parse_groups(network.groups, updates.optimizer, "groups of the model");
    }
    return optim::optimizer_of(updates, optim::group_of(updates, parameter));
  } catch (const UserError& error) {
    throw UserError(Fault::model_file, error.what());
  }
}

/// Every operation in order, in names and in numbers.
std::vector<UpdateTerm> terms_of(Graph& graph, std::span<const Binding> bindings, int last) {
  const auto values = interpret_all(graph, bindings);
  std::vector<int> ids;
  for (int id = 0; id < graph.size(); ++id) ids.push_back(id);
  const auto names = node_names(graph, ids, last);
  std::vector<UpdateTerm> terms;
  for (int id : ids) {
    const gradus::Node& node = graph.node(id);
    if (node.inputs.empty()) continue;
    std::vector<std::string> inputs, numbers;
    for (int input : node.inputs) {
      inputs.push_back(names[static_cast<std::size_t>(input)]);
      numbers.push_back(bracketed(short_number(values[static_cast<std::size_t>(input)].number(), 9)));
    }
    terms.push_back({names[static_cast<std::size_t>(id)], node_expression(graph, id, inputs),
                     node_expression(graph, id, numbers), values[static_cast<std::size_t>(id)].number()});
  }
  return terms;
}

}  // namespace

OptimizerStep optimizer_step(const NetworkExplanation& network, const Element& element, optim::OptimizerKinds own) {
  const NetworkLayer& layer = layer_of(network, element);
  const Node& weight = network.explanation.nodes[static_cast<std::size_t>(layer.weight)];
  const std::int64_t place = (element.out - 1) * layer.in + element.in - 1;
  const optim::Optimizer optimizer = optimizer_of(network, own, weight.name);
  if (!optimizer) {
    const double number = weight.value.number(place);
    return {"frozen: this weight is not learnt", number, weight.gradient->number(place), number, {}};
  }
  const std::string text = kinds::print_all(optimizer) + (network.clipped ? ", before the gradient is clipped" : "");
  OptimizerStep out{text, weight.value.number(place), weight.gradient->number(place), 0, {}};
  Graph graph;
  std::vector<Binding> bindings;
  const auto input = [&](const char* name, double number) {
    const Value value = graph.input(name);
    bindings.push_back({value, number});
    return value;
  };
  const Value w = input("w", out.weight), g = input("g", out.gradient),
              rate = input("rate", optim::learning_rate(optimizer));
  const optim::States specs = optim::states(optimizer);
  std::vector<Value> state;
  for (const optim::StateSpec& spec : specs) {
    state.push_back(graph.input(std::string(spec.name)));
    bindings.push_back({state.back(), 0.0});
  }
  const Value t = optim::counts_steps(optimizer) ? input("t", 1) : Value{};
  const optim::Update update = optim::update(optimizer, {w, g, state, rate, t});
  graph.name_node(update.parameter, "new w");
  for (std::size_t i = 0; i < state.size(); ++i) {
    if (graph.node(update.state[i].id).label.empty())
      graph.name_node(update.state[i], "new " + std::string(specs[i].name));
  }
  out.terms = terms_of(graph, bindings, update.parameter.id);
  out.next = interpret(std::vector<Value>{update.parameter}, bindings).front().number();
  return out;
}

}  // namespace gradus::explain
