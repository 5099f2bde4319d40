#include "gradus/engine/runtime/program.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <set>

#include "gradus/core/base/remedy.hpp"
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

/// The input that holds a parameter's copy stored the other way is nobody else's affair.
bool is_copy(const Slots& slots, const std::string& name) {
  return name.ends_with('\'') && slots.contains(std::string_view(name).substr(0, name.size() - 1));
}

void add_names(const Slots& slots, std::vector<std::string>& names) {
  for (const auto& [name, slot] : slots) {
    if (!is_copy(slots, name)) names.push_back(name);
  }
}

std::vector<std::string> output_names(const Plan& plan) {
  std::vector<std::string> names;
  for (const Buffer& buffer : plan.buffers) {
    if (buffer.home == Home::output && !buffer.name.ends_with('\'')) names.push_back(buffer.name);
  }
  return names;
}

/// "a, b, c", and how many more.
std::string list_of(const std::vector<std::string>& names) {
  constexpr std::size_t most = 12;
  if (names.empty()) return "none";
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) out += (i ? ", " : "") + printable(names[i]);
  return names.size() > most ? out + " and " + std::to_string(names.size() - most) + " more" : out;
}

/// `what`: "input" or "output".
[[noreturn]] void refuse_name(const char* what, std::string_view name, const std::string& where,
                              const std::vector<std::string>& names) {
  throw UserError(Fault::usage,
                  Report{std::string(what) + " \"" + printable(name) + "\"", "no such " + std::string(what) + where,
                         "one of: " + list_of(names),
                         names.empty() ? "it left out" : printable(nearest_or(name, names, names.front()))});
}

[[noreturn]] void refuse_use(const char* what, std::string_view name, const char* found, const char* expected,
                             const std::string& remedy) {
  throw UserError(Fault::usage, Report{std::string(what) + " \"" + printable(name) + "\"", found, expected, remedy});
}

/// Another thread would read and write the same memory. That is noticed, not prevented: an exchange would cost a tiny
/// program more than its own work.
class Running {
 public:
  explicit Running(std::atomic<bool>& flag) : flag_(flag) {
    if (flag.load(std::memory_order_relaxed)) {
      throw UserError(Fault::usage, Report{"program", "a run while another thread runs it", "one thread at a time",
                                           "a program (or compiled step) for each thread, on the same engine"});
    }
    flag.store(true, std::memory_order_relaxed);
  }
  ~Running() { flag_.store(false, std::memory_order_relaxed); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  std::atomic<bool>& flag_;
};

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
  std::atomic<bool> running{false};
  std::vector<Executor> executors;

  /// The place of a graph's plan, executor and memory.
  std::size_t at(int graph) const {
    if (static_cast<std::size_t>(graph) < plans.size()) return static_cast<std::size_t>(graph);  // below 0: very large
    refuse_graph(graph);
  }

  Slot& input(std::size_t graph, std::string_view name) {
    const auto mine = own[graph].find(name);
    if (mine != own[graph].end()) return mine->second;
    const auto found = shared.find(name);
    if (found != shared.end()) return found->second;
    refuse_input(graph, name);
  }

  // Apart, so that the lookups before them stay small.
  [[noreturn]] void refuse_graph(int graph) const {
    throw UserError(Fault::usage,
                    Report{"program", "graph " + std::to_string(graph),
                           plans.size() == 1 ? "0, its only graph" : "0 to " + std::to_string(plans.size() - 1), "0"});
  }
  [[noreturn]] void refuse_input(std::size_t graph, std::string_view name) const {
    std::vector<std::string> names;
    add_names(own[graph], names), add_names(shared, names);
    refuse_name("input", name, in_graph(graph), names);
  }
  std::string in_graph(std::size_t graph) const {
    return plans.size() == 1 ? "" : " in graph " + std::to_string(graph);
  }

  /// An input that write() and read() take.
  const Slot& state(std::string_view name) const {
    const auto found = shared.find(name);
    if (found != shared.end()) return found->second;
    for (std::size_t graph = 0; graph < own.size(); ++graph) {
      if (!own[graph].contains(name)) continue;
      refuse_use("input", name, "an input whose type differs from graph to graph", "one that graphs share",
                 "input(" + std::to_string(graph) + ", \"" + printable(name) + "\"), the memory of one graph's");
    }
    std::vector<std::string> names;
    add_names(shared, names);
    refuse_name("input", name, "", names);
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
  const int most = options.threads > 0 ? std::min(options.threads, engine.threads()) : engine.threads();
  memory.threads.resize(static_cast<std::size_t>(most));
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
  const std::size_t at = memory_->at(graph);
  if (memory_->parameters.contains(name)) {
    refuse_use("input", name, "a parameter or state, whose layout is the program's affair", "another input",
               "write(\"" + printable(name) + "\", value)");
  }
  return memory_->input(at, name).view();
}

ConstView Program::output(int graph, std::string_view name) const {
  const std::size_t at = memory_->at(graph);
  const Slots& outputs = memory_->outputs[at];
  const auto found = outputs.find(name);
  if (found != outputs.end()) return found->second.view();
  const auto state = memory_->shared.find(name);
  if (state == memory_->shared.end()) {
    refuse_name("output", name, memory_->in_graph(at), output_names(memory_->plans[at]));
  }
  if (memory_->layouts.transposed.contains(name)) {
    refuse_use("output", name, "state that is stored transposed", "an output that lies in memory row by row",
               "read(\"" + printable(name) + "\")");
  }
  return state->second.view();
}

void Program::write(std::string_view name, ConstView value) {
  const Slot& slot = memory_->state(name);
  const bool turned = memory_->layouts.transposed.contains(name);
  const Type type = turned ? turned_type(slot.type()) : slot.type();
  if (!(type == value.type())) {
    throw UserError(Fault::usage, Report{"input \"" + printable(name) + "\"", to_string(value.type()), to_string(type),
                                         "a tensor of that type and shape"});
  }
  const auto store = [&](const Slot& to, bool transposed) {
    if (transposed) copy_transposed(value, to.data());
    else std::memcpy(to.data(), value.data(), to.bytes());
  };
  store(slot, turned);
  const auto copy = memory_->shared.find(transposed_name(std::string(name)));
  if (copy != memory_->shared.end()) store(copy->second, !turned);
}

Tensor Program::read(std::string_view name) const {
  const Slot& slot = memory_->state(name);
  const bool turned = memory_->layouts.transposed.contains(name);
  Tensor out(turned ? turned_type(slot.type()) : slot.type());
  if (turned) copy_transposed(slot.view(), out.data());
  else std::memcpy(out.data(), slot.data(), slot.bytes());
  return out;
}

void Program::run(int graph) {
  Executor& executor = memory_->executors[memory_->at(graph)];
  const Running running(memory_->running);
  executor.run();
}

Engine& Program::engine() const { return *memory_->engine; }

Profile Program::profile(int graph, double seconds) {
  Executor& executor = memory_->executors[memory_->at(graph)];
  const Running running(memory_->running);
  return gradus::profile(executor, seconds);
}

std::vector<double> Program::time_blocks(int graph, double seconds) {
  Executor& executor = memory_->executors[memory_->at(graph)];
  const Running running(memory_->running);
  return gradus::time_blocks(executor, seconds);
}

const Plan& Program::plan(int graph) const { return memory_->plans[memory_->at(graph)]; }

}  // namespace gradus
