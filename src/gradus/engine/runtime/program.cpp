#include "gradus/engine/runtime/program.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/compile/pipeline.hpp"
#include "gradus/engine/kernels/block.hpp"
#include "gradus/engine/machine/arena.hpp"
#include "gradus/engine/machine/thread_pool.hpp"
#include "gradus/engine/runtime/executor.hpp"
#include "gradus/engine/runtime/footprint.hpp"

namespace gradus {
namespace {

/// Memory of an input or output, in whole lines of the cache (Frame).
struct Slot {
  Type of;
  std::byte* memory = nullptr;
  explicit Slot(const Type& type) : of(type) {}
  const Type& type() const { return of; }
  std::byte* data() const { return memory; }
  std::size_t bytes() const { return byte_count(of); }
  View view() { return {of, data()}; }
  ConstView view() const { return {of, data()}; }
};

using Slots = std::map<std::string, Slot, std::less<>>;

Type turned_type(const Type& type) { return {type.dtype, {type.shape[1], type.shape[0]}}; }

/// to[j, i] = from[i, j], for a matrix of any dtype; in squares, so that the lines of both stay in the cache.
void copy_transposed(ConstView from, void* to) {
  constexpr std::int64_t side = 32;
  const std::int64_t rows = from.type().shape[0], columns = from.type().shape[1];
  const std::size_t size = size_of(from.dtype());
  const auto at = [&](std::int64_t element) { return static_cast<std::size_t>(element) * size; };
  for (std::int64_t i0 = 0; i0 < rows; i0 += side) {
    for (std::int64_t j0 = 0; j0 < columns; j0 += side) {
      for (std::int64_t i = i0; i < std::min(rows, i0 + side); ++i) {
        for (std::int64_t j = j0; j < std::min(columns, j0 + side); ++j) {
          std::memcpy(static_cast<std::byte*>(to) + at(j * rows + i),
                      static_cast<const std::byte*>(from.data()) + at(i * columns + j), size);
        }
      }
    }
  }
}

}  // namespace

struct Program::Memory {
  Engine* engine = nullptr;
  std::vector<Plan> plans;
  Slots shared;
  std::vector<Slots> own, outputs;  // by graph
  std::set<std::string, std::less<>> parameters;
  Layouts layouts;
  std::byte* arena = nullptr;
  std::vector<std::byte*> threads;
  Pieces pieces;  // what all of these point to
  std::vector<Executor> executors;

  Slot& input(std::size_t graph, std::string_view name) {
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

  void make_outputs() {
    outputs.resize(plans.size());
    for (std::size_t g = 0; g < plans.size(); ++g) {
      for (const Buffer& buffer : plans[g].buffers) {
        if (buffer.home == Home::output && buffer.in_place_of < 0) outputs[g].try_emplace(buffer.name, buffer.type);
      }
    }
  }

  void make_memory() {
    const auto add = [&](Slots& slots) {
      for (auto& [name, slot] : slots) pieces.add(&slot.memory, slot.bytes());
    };
    add(shared);
    for (Slots& slots : own) add(slots);
    for (Slots& slots : outputs) add(slots);
    pieces.add(&arena, arena_bytes(plans));
    for (std::byte*& thread : threads) pieces.add(&thread, thread_bytes(plans));
    pieces.make();
  }

  PlanMemory bind(std::size_t graph) {
    const Plan& plan = plans[graph];
    PlanMemory memory;
    for (const Buffer& buffer : plan.buffers) {
      std::byte* at = nullptr;
      if (buffer.home == Home::input) {
        at = input(graph, buffer.name).data();
      } else if (buffer.home == Home::output && buffer.in_place_of >= 0) {
        at = input(graph, buffer.name).data();
      } else if (buffer.home == Home::output) {
        at = outputs[graph].find(buffer.name)->second.data();
      } else if (buffer.home == Home::constant) {
        at = static_cast<std::byte*>(const_cast<void*>(buffer.literal->data()));  // read only, by verify_plan
      } else if (buffer.home == Home::arena) {
        at = arena + buffer.offset;
      }
      memory.buffers.push_back(at);
    }
    memory.threads = threads;
    return memory;
  }
};

Program::Program(Engine& engine, std::vector<Graph> graphs, const ProgramOptions& options)
    : memory_(std::make_unique<Memory>()) {
  Memory& memory = *memory_;
  memory.engine = &engine;
  CompiledTogether compiled = compile_together(std::move(graphs), options.parameters,
                                               {.own_order = options.own_order, .products = options.products});
  memory.parameters.insert(compiled.parameters.begin(), compiled.parameters.end());
  memory.plans = std::move(compiled.plans);
  memory.layouts = std::move(compiled.layouts);
  memory.make_inputs(compiled.graphs);
  memory.threads.resize(static_cast<std::size_t>(engine.threads()));
  memory.make_outputs();
  memory.make_memory();
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
  require(!memory_->layouts.transposed.contains(name), "state that is stored transposed is read by read()");
  return state->second.view();
}

void Program::write(std::string_view name, ConstView value) {
  const auto found = memory_->shared.find(name);
  require(found != memory_->shared.end(), "the program shares no such input");
  const bool turned = memory_->layouts.transposed.contains(name);
  require((turned ? turned_type(found->second.type()) : found->second.type()) == value.type(),
          "the value is of another type than the input");
  const auto store = [&](const Slot& to, bool transposed) {
    if (transposed) copy_transposed(value, to.data());
    else std::memcpy(to.data(), value.data(), to.bytes());
  };
  store(found->second, turned);
  const auto copy = memory_->shared.find(transposed_name(std::string(name)));
  if (copy != memory_->shared.end()) store(copy->second, !turned);
}

Tensor Program::read(std::string_view name) const {
  const auto found = memory_->shared.find(name);
  require(found != memory_->shared.end(), "the program shares no such input");
  const Slot& slot = found->second;
  const bool turned = memory_->layouts.transposed.contains(name);
  Tensor out(turned ? turned_type(slot.type()) : slot.type());
  if (turned) copy_transposed(slot.view(), out.data());
  else std::memcpy(out.data(), slot.data(), slot.bytes());
  return out;
}

void Program::run(int graph) { memory_->executors[static_cast<std::size_t>(graph)].run(); }

Engine& Program::engine() const { return *memory_->engine; }

Profile Program::profile(int graph, double seconds) {
  return gradus::profile(memory_->executors[static_cast<std::size_t>(graph)], seconds);
}

std::vector<double> Program::time_blocks(int graph, double seconds) {
  return gradus::time_blocks(memory_->executors[static_cast<std::size_t>(graph)], seconds);
}

const Plan& Program::plan(int graph) const { return memory_->plans[static_cast<std::size_t>(graph)]; }

}  // namespace gradus
