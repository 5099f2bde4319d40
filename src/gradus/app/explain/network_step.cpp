#include <charconv>

#include "gradus/app/explain/names.hpp"
#include "gradus/app/explain/network.hpp"
#include "gradus/core/ops/interpret.hpp"
#include "gradus/learn/optim/optimizer.hpp"

namespace gradus::explain {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw UserError(Fault::model_file,
                  Report{"optimizer", "\"" + printable(text) + "\"", "one that this version knows", ""});
}

/// The number after `what` in "adam, learning rate 0.001, betas 0.9 0.999", the second one with `skip`.
double number_after(const std::string& text, const std::string& what, double otherwise, bool skip = false) {
  std::size_t at = text.find(", " + what + " ");
  if (at == std::string::npos) return otherwise;
  at += what.size() + 3;
  if (skip) at = text.find(' ', at) + 1;
  double out = 0;
  if (std::from_chars(text.data() + at, text.data() + text.size(), out).ec != std::errc()) refuse(text);
  return out;
}

/// The optimizer whose text a model's training record has.
optim::Optimizer optimizer_of(const std::string& text) {
  const auto number = [&](const char* what, double otherwise, bool skip = false) {
    return number_after(text, what, otherwise, skip);
  };
  const std::string name = text.substr(0, text.find(','));
  const double rate = number("learning rate", 0.01), decay = number("weight decay", 0);
  if (name == "gradient_descent") return optim::gradient_descent(rate);
  if (name == "sgd") {
    const double nesterov = number("Nesterov momentum", 0);
    return optim::sgd(
        {rate, nesterov > 0 ? nesterov : number("momentum", 0), nesterov > 0, decay, number("dampening", 0)});
  }
  const double beta1 = number("betas", 0.9), beta2 = number("betas", 0.999, true), epsilon = number("epsilon", 1e-8);
  if (name == "adam") return optim::adam({rate, beta1, beta2, epsilon, decay});
  if (name == "adamw") return optim::adamw({rate, beta1, beta2, epsilon, decay});
  refuse(text);
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
    terms.push_back({names[static_cast<std::size_t>(id)], node_expression(node, inputs), node_expression(node, numbers),
                     values[static_cast<std::size_t>(id)].number()});
  }
  return terms;
}

}  // namespace

OptimizerStep optimizer_step(const NetworkExplanation& network, const Element& element) {
  const NetworkLayer& layer = layer_of(network, element);
  const Node& weight = network.explanation.nodes[static_cast<std::size_t>(layer.weight)];
  const std::int64_t place = (element.out - 1) * layer.in + element.in - 1;
  const optim::Optimizer optimizer = optimizer_of(network.optimizer);
  OptimizerStep out{network.optimizer, weight.value.number(place), weight.gradient->number(place), 0, {}};
  Graph graph;
  std::vector<Binding> bindings;
  const auto input = [&](const char* name, double number) {
    const Value value = graph.input(name);
    bindings.push_back({value, number});
    return value;
  };
  const Value w = input("w", out.weight), g = input("g", out.gradient), rate = input("rate", optimizer.learning_rate);
  std::vector<Value> state;
  for (const std::string& name : optimizer.state) {
    state.push_back(graph.input(name));
    bindings.push_back({state.back(), 0.0});
  }
  const Value t = optimizer.counts_steps ? input("t", 1) : Value{};
  const optim::Update update = optimizer.build({w, g, state, rate, t});
  graph.name_node(update.parameter, "new w");
  for (std::size_t i = 0; i < state.size(); ++i) {
    if (graph.node(update.state[i].id).label.empty()) graph.name_node(update.state[i], "new " + optimizer.state[i]);
  }
  out.terms = terms_of(graph, bindings, update.parameter.id);
  out.next = interpret(std::vector<Value>{update.parameter}, bindings).front().number();
  return out;
}

}  // namespace gradus::explain
