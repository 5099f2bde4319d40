#include "gradus/engine/runtime/program.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/compile/pipeline.hpp"
#include "gradus/engine/kernels/block.hpp"
#include "gradus/engine/machine/thread_pool.hpp"
#include "gradus/engine/runtime/executor.hpp"

namespace gradus {
namespace {

using Tensors = std::map<std::string, Tensor, std::less<>>;

Tensor bytes_of(std::size_t bytes) {
  return Tensor(DType::u8, Shape{static_cast<std::int64_t>(std::max<std::size_t>(bytes, 64))});
}

}  // namespace

struct Program::Memory {
  Engine* engine = nullptr;
  std::vector<Plan> plans;
  Tensors shared;
  std::vector<Tensors> own, outputs;  // by graph
  std::set<std::string, std::less<>> parameters;
  Tensor arena;
  std::vector<Tensor> threads;
  std::vector<Executor> executors;

  Tensor& input(std::size_t graph, std::string_view name) {
    const auto mine = own[graph].find(name);
    if (mine != own[graph].end()) return mine->second;
    const auto found = shared.find(name);
    require(found != shared.end(), "the program has no such input");
    return found->second;
  }

  void make_inputs(const std::vector<Graph>& graphs) {
    std::map<std::string, std::vector<Type>> types;
    for (const Graph& graph : graphs) {
      for (const Node& node : graph.nodes()) {
        if (node.op == &input_op) types[node.attrs.text("name")].push_back(node.type);
      }
    }
    own.resize(graphs.size());
    for (std::size_t g = 0; g < graphs.size(); ++g) {
      for (const Node& node : graphs[g].nodes()) {
        if (node.op != &input_op) continue;
        const std::string& name = node.attrs.text("name");
        const auto& all = types[name];
        const bool same = std::all_of(all.begin(), all.end(), [&](const Type& type) { return type == node.type; });
        (same ? shared : own[g]).try_emplace(name, node.type);
      }
    }
  }

  PlanMemory bind(std::size_t graph) {
    const Plan& plan = plans[graph];
    PlanMemory memory;
    const auto pointer = [](Tensor& tensor) { return static_cast<std::byte*>(tensor.data()); };
    for (const Buffer& buffer : plan.buffers) {
      std::byte* at = nullptr;
      if (buffer.home == Home::input) {
        at = pointer(input(graph, buffer.name));
      } else if (buffer.home == Home::output && buffer.in_place_of >= 0) {
        at = pointer(input(graph, buffer.name));
      } else if (buffer.home == Home::output) {
        at = pointer(outputs[graph].try_emplace(buffer.name, buffer.type).first->second);
      } else if (buffer.home == Home::constant) {
        at = static_cast<std::byte*>(const_cast<void*>(buffer.literal->data()));  // read only, by verify_plan
      } else if (buffer.home == Home::arena) {
        at = pointer(arena) + buffer.offset;
      }
      memory.buffers.push_back(at);
    }
    for (Tensor& thread : threads) memory.threads.push_back(pointer(thread));
    return memory;
  }
};

Program::Program(Engine& engine, std::vector<Graph> graphs, const ProgramOptions& options)
    : memory_(std::make_unique<Memory>()) {
  Memory& memory = *memory_;
  memory.engine = &engine;
  CompiledTogether compiled = compile_together(std::move(graphs), options.parameters);
  memory.parameters.insert(compiled.parameters.begin(), compiled.parameters.end());
  memory.plans = std::move(compiled.plans);
  memory.make_inputs(compiled.graphs);
  std::size_t arena = 0, thread = 0;
  for (const Plan& plan : memory.plans) {
    arena = std::max(arena, plan.arena_bytes);
    thread = std::max(thread, plan.local_bytes + plan.scratch_bytes);
  }
  memory.arena = bytes_of(arena);
  for (int t = 0; t < engine.threads(); ++t) memory.threads.push_back(bytes_of(aligned(thread) + 4096));
  memory.outputs.resize(memory.plans.size());
  for (std::size_t g = 0; g < memory.plans.size(); ++g) {
    memory.executors.emplace_back(memory.plans[g], memory.bind(g), engine.pool());
  }
}

Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

View Program::input(int graph, std::string_view name) {
  require(!memory_->parameters.contains(name), "parameters and state are set by write()");
  return memory_->input(static_cast<std::size_t>(graph), name).view();
}

ConstView Program::output(int graph, std::string_view name) const {
  const auto& outputs = memory_->outputs[static_cast<std::size_t>(graph)];
  const auto found = outputs.find(name);
  if (found != outputs.end()) return found->second.view();
  const auto state = memory_->shared.find(name);
  require(state != memory_->shared.end(), "the program has no such output");
  return state->second.view();
}

void Program::write(std::string_view name, ConstView value) {
  const auto found = memory_->shared.find(name);
  require(found != memory_->shared.end(), "the program shares no such input");
  require(found->second.type() == value.type(), "the value is of another type than the input");
  std::memcpy(found->second.data(), value.data(), found->second.bytes());
  const auto copy = memory_->shared.find(transposed_name(std::string(name)));
  if (copy == memory_->shared.end()) return;
  const Shape& shape = value.type().shape;
  const std::size_t size = size_of(value.dtype());
  for (std::int64_t i = 0; i < shape[0]; ++i) {
    for (std::int64_t j = 0; j < shape[1]; ++j) {
      std::memcpy(static_cast<std::byte*>(copy->second.data()) + static_cast<std::size_t>(j * shape[0] + i) * size,
                  static_cast<const std::byte*>(value.data()) + static_cast<std::size_t>(i * shape[1] + j) * size,
                  size);
    }
  }
}

Tensor Program::read(std::string_view name) const {
  const auto found = memory_->shared.find(name);
  require(found != memory_->shared.end(), "the program shares no such input");
  return found->second;
}

void Program::run(int graph) { memory_->executors[static_cast<std::size_t>(graph)].run(); }

const Plan& Program::plan(int graph) const { return memory_->plans[static_cast<std::size_t>(graph)]; }

}  // namespace gradus
