#include "gradus/engine/reference/reference.hpp"

#include <algorithm>
#include <cstring>

#include "gradus/core/graph/walk.hpp"
#include "gradus/core/ops/interpret.hpp"

namespace gradus {
namespace {

class ReferenceState final : public State {
 public:
  ReferenceState(const Signature& signature, const void* maker) : State(maker) {
    for (const auto& [slot, type] : signature.state) values_.emplace(slot, Tensor(type));
  }
  void write(SlotId slot, ConstView value) override {
    Tensor& to = values_.at(slot);
    std::memcpy(to.data(), value.data(), to.bytes());
  }
  Tensor read(SlotId slot) const override { return values_.at(slot); }
  const Tensor& at(SlotId slot) const { return values_.at(slot); }
  void set(SlotId slot, Tensor value) { values_.at(slot) = std::move(value); }

 private:
  std::map<SlotId, Tensor> values_;
};

class ReferenceContext final : public Context {
 public:
  ReferenceContext(const Signature& signature, const void* maker) : Context(maker) {
    for (const auto& [slot, type] : signature.shared) shared_.emplace(slot, Tensor(type));
    for (const Signature::Of& of : signature.graphs) {
      std::map<SlotId, Tensor>& own = own_.emplace_back();
      for (const auto& [slot, type] : of.slots) {
        if (!signature.is_state(slot) && !signature.shared.contains(slot)) own.emplace(slot, Tensor(type));
      }
      std::vector<Tensor>& results = results_.emplace_back();
      for (const Signature::Result& result : of.results) results.emplace_back(result.type);
    }
  }
  View input(int graph, SlotId slot) override { return at(graph, slot).view(); }
  ConstView output(int graph, int number) const override {
    return results_[static_cast<std::size_t>(graph)][static_cast<std::size_t>(number)].view();
  }
  Tensor& at(int graph, SlotId slot) {
    const auto found = shared_.find(slot);
    return found != shared_.end() ? found->second : own_[static_cast<std::size_t>(graph)].at(slot);
  }
  void set_result(int graph, std::size_t number, const Tensor& value) {
    Tensor& to = results_[static_cast<std::size_t>(graph)][number];  // stays where it is
    std::memcpy(to.data(), value.data(), to.bytes());
  }

 private:
  std::map<SlotId, Tensor> shared_;
  std::vector<std::map<SlotId, Tensor>> own_;  // by graph
  std::vector<std::vector<Tensor>> results_;
};

class ReferenceExecutable final : public Executable {
 public:
  explicit ReferenceExecutable(std::vector<Graph> graphs) : Executable(signature_of(graphs), this) {
    for (Graph& graph : graphs) graphs_.push_back(std::make_unique<Graph>(std::move(graph)));
  }

  std::unique_ptr<State> make_state() const override { return std::make_unique<ReferenceState>(signature(), this); }
  std::unique_ptr<Context> make_context() const override {
    return std::make_unique<ReferenceContext>(signature(), this);
  }

  Footprint footprint(int) const override {
    Footprint out;
    for (const auto& [slot, type] : signature().state) out.state += byte_count(type);
    for (const auto& [slot, type] : signature().shared) out.inputs += byte_count(type);
    for (std::size_t g = 0; g < graphs_.size(); ++g) {
      std::size_t values = 0;
      for (const Node& node : graphs_[g]->nodes()) values += byte_count(node.type);
      out.arena = std::max(out.arena, values);
      for (const Signature::Result& result : signature().graphs[g].results) out.outputs += byte_count(result.type);
      for (const auto& [slot, type] : signature().graphs[g].slots) {
        if (signature().is_state(slot) || signature().shared.contains(slot)) continue;
        out.inputs += byte_count(type);
      }
    }
    return out;
  }

  RunReport report_of(int graph) const override {
    const Graph& of = *graphs_[static_cast<std::size_t>(graph)];
    const ById<char> needed = needed_nodes(of);
    RunReport out;
    int nodes = 0;
    for (int id = 0; id < of.size(); ++id) {
      const Node& node = of.node(id);
      if (!needed[id] || is_leaf(node)) continue;
      ++nodes;
      out.flops += flops_of(of, node);
      out.bytes_moved += static_cast<double>(byte_count(node.type));
      for (int input : node.inputs) out.bytes_moved += static_cast<double>(byte_count(of.node(input).type));
    }
    out.text = std::to_string(nodes) + " nodes, one after the other\n";
    return out;
  }

 private:
  void run(int number, State& state, Context& context) const override {
    Graph& graph = *graphs_[static_cast<std::size_t>(number)];
    auto& slots = static_cast<ReferenceState&>(state);
    auto& own = static_cast<ReferenceContext&>(context);
    std::vector<Binding> bindings;
    for (const auto& [slot, type] : signature().graphs[static_cast<std::size_t>(number)].slots) {
      bindings.push_back({graph.find_input(slot), signature().is_state(slot) ? slots.at(slot) : own.at(number, slot)});
    }
    Values wanted;
    for (int id : result_nodes(graph)) wanted.push_back(graph.value(id));
    const std::vector<Tensor> found = interpret(wanted, bindings);
    const std::size_t results = graph.outputs().size();
    for (std::size_t i = 0; i < results; ++i) own.set_result(number, i, found[i]);
    for (std::size_t i = 0; i < graph.nexts().size(); ++i) slots.set(graph.nexts()[i].slot, found[results + i]);
  }

  std::vector<std::unique_ptr<Graph>> graphs_;  // nothing is appended to them
};

class ReferenceBackend final : public Backend {
 public:
  std::string_view name() const override { return "reference"; }
  std::shared_ptr<const Executable> compile(std::vector<Graph> graphs, const ProgramOptions& options) const override {
    if (options.products != DType::f32) {
      throw UserError(Fault::usage,
                      Report{"device reference", "products in " + std::string(gradus::name(options.products)),
                             "the dtypes of the graph alone", "products in f32, or the device cpu"});
    }
    return std::make_shared<ReferenceExecutable>(std::move(graphs));
  }
};

}  // namespace

std::unique_ptr<Backend> reference_backend(std::string_view isa) {
  if (isa != "native") {
    throw UserError(Fault::usage,
                    Report{"isa", "\"" + printable(isa) + "\" for the device reference", "native", "native"});
  }
  return std::make_unique<ReferenceBackend>();
}

}  // namespace gradus
