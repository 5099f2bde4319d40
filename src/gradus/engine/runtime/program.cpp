#include "gradus/engine/runtime/program.hpp"

#include <cstring>
#include <map>

#include "gradus/core/ops/interpret.hpp"

namespace gradus {

struct Program::Memory {
  std::vector<Graph> graphs;
  std::map<std::string, Tensor, std::less<>> shared;
  std::vector<std::map<std::string, Tensor, std::less<>>> own, outputs;

  Tensor& input(int graph, std::string_view name) {
    auto& mine = own[static_cast<std::size_t>(graph)];
    if (const auto found = mine.find(name); found != mine.end()) return found->second;
    const auto found = shared.find(name);
    require(found != shared.end(), "program has no such input");
    return found->second;
  }
};

Program::Program(Engine&, std::vector<Graph> graphs) : memory_(std::make_unique<Memory>()) {
  std::map<std::string, std::vector<Type>> types;
  for (const Graph& graph : graphs) {
    for (const Node& node : graph.nodes()) {
      if (node.op == &input_op) types[node.attrs.text("name")].push_back(node.type);
    }
  }
  memory_->own.resize(graphs.size());
  memory_->outputs.resize(graphs.size());
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    for (const Node& node : graphs[g].nodes()) {
      if (node.op != &input_op) continue;
      const std::string& name = node.attrs.text("name");
      bool same = true;
      for (const Type& type : types[name]) same = same && type == node.type;
      (same ? memory_->shared : memory_->own[g]).emplace(name, Tensor(node.type));
    }
    for (const Output& output : graphs[g].outputs()) {
      memory_->outputs[g].emplace(output.name, Tensor(graphs[g].node(output.id).type));
    }
  }
  memory_->graphs = std::move(graphs);
}
Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

View Program::input(int graph, std::string_view name) { return memory_->input(graph, name).view(); }

ConstView Program::output(int graph, std::string_view name) const {
  return memory_->outputs[static_cast<std::size_t>(graph)].find(name)->second.view();
}

void Program::write(std::string_view name, ConstView value) {
  Tensor& target = memory_->shared.find(name)->second;
  require(target.type() == value.type(), "program: value of another type");
  std::memcpy(target.data(), value.data(), target.bytes());
}

Tensor Program::read(std::string_view name) const { return memory_->shared.find(name)->second; }

void Program::run(int index) {
  Graph& graph = memory_->graphs[static_cast<std::size_t>(index)];
  std::vector<Value> wanted;
  std::vector<Binding> bindings;
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (node.op == &input_op) bindings.push_back({graph.value(id), memory_->input(index, node.attrs.text("name"))});
  }
  for (const Output& output : graph.outputs()) wanted.push_back(graph.value(output.id));
  auto values = interpret(wanted, bindings);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string& name = graph.outputs()[i].name;
    if (memory_->shared.contains(name)) memory_->shared.find(name)->second = values[i];
    memory_->outputs[static_cast<std::size_t>(index)].find(name)->second = std::move(values[i]);
  }
}

}  // namespace gradus
