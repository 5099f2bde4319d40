#include "gradus/engine/runtime/program.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>

#include "gradus/core/base/remedy.hpp"
#include "gradus/engine/compile/pipeline.hpp"
#include "gradus/engine/kernels/block.hpp"
#include "gradus/engine/machine/arena.hpp"
#include "gradus/engine/machine/thread_pool.hpp"
#include "gradus/engine/runtime/executor.hpp"
#include "gradus/engine/runtime/footprint.hpp"

namespace gradus {
namespace {

/// Memory of a slot or of a result, in whole lines of the cache (Frame).
struct Place {
  Type type;
  std::byte* memory = nullptr;
  std::size_t bytes() const { return byte_count(type); }
  View view() { return {type, memory}; }
  ConstView view() const { return {type, memory}; }
};

using Slots = std::map<SlotId, Place>;

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

std::vector<std::string> output_names(const Plan& plan) {
  std::vector<std::string> names;
  for (const Buffer& buffer : plan.buffers) {
    if (buffer.output >= 0) names.push_back(buffer.name);
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

/// `what`: "input", "output" or "state".
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

std::string quoted(std::string_view name) { return "\"" + printable(name) + "\""; }

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
  std::shared_ptr<const SlotTable> table;  // as the graphs were given
  std::vector<Plan> plans;
  Layouts layouts;
  Slots shared;                               // state and its copies as they are stored, and inputs
  std::vector<Slots> own;                     // by graph
  std::vector<std::vector<SlotId>> of_graph;  // the slots that it has, in order
  std::vector<std::map<std::string, Place, std::less<>>> outputs;  // by graph
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

  Place& place(std::size_t graph, SlotId slot) {
    const auto mine = own[graph].find(slot);
    return mine != own[graph].end() ? mine->second : shared.at(slot);
  }

  Place& input(std::size_t graph, SlotId slot) {
    if (!table->has(slot) || (*table)[slot].role != Role::input || !has(graph, slot)) refuse_input(graph, slot);
    return place(graph, slot);
  }

  bool has(std::size_t graph, SlotId slot) const {
    return std::binary_search(of_graph[graph].begin(), of_graph[graph].end(), slot);
  }

  /// Where state is stored.
  const Place& state(SlotId slot) const {
    const auto found = shared.find(slot);
    if (found != shared.end() && table->has(slot) && (*table)[slot].role != Role::input) return found->second;
    refuse_state(slot);
  }

  SlotId state_called(std::string_view name) const {
    if (const SlotId slot = table->find(name)) return slot;
    refuse_name("state", name, "", names(all_slots(), false));
  }

  std::vector<SlotId> all_slots() const {
    std::vector<SlotId> out;
    for (const std::vector<SlotId>& slots : of_graph) out.insert(out.end(), slots.begin(), slots.end());
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  std::vector<std::string> names(const std::vector<SlotId>& among, bool inputs) const {
    std::vector<std::string> out;
    for (const SlotId slot : among) {
      if (table->has(slot) && ((*table)[slot].role == Role::input) == inputs) out.push_back((*table)[slot].name);
    }
    return out;
  }

  std::string name(SlotId slot) const { return table->has(slot) ? (*table)[slot].name : "of another table"; }

  // Apart, so that the lookups before them stay small.
  [[noreturn]] void refuse_graph(int graph) const {
    throw UserError(Fault::usage,
                    Report{"program", "graph " + std::to_string(graph),
                           plans.size() == 1 ? "0, its only graph" : "0 to " + std::to_string(plans.size() - 1), "0"});
  }
  [[noreturn]] void refuse_input(std::size_t graph, SlotId slot) const {
    if (table->has(slot) && (*table)[slot].role != Role::input) {
      refuse_use("input", name(slot), "state, whose layout is the program's affair", "an input",
                 "write(" + quoted(name(slot)) + ", value)");
    }
    refuse_name("input", name(slot), in_graph(graph), names(of_graph[graph], true));
  }
  [[noreturn]] void refuse_state(SlotId slot) const {
    if (table->has(slot) && (*table)[slot].role == Role::input) {
      refuse_use("state", name(slot), "an input, which is given before each run", "state",
                 "input(0, " + quoted(name(slot)) + "), its memory");
    }
    refuse_name("state", name(slot), "", names(all_slots(), false));
  }
  [[noreturn]] void refuse_output(std::size_t graph, std::string_view wanted) const {
    const SlotId slot = table->find(wanted);
    if (slot && shared.contains(slot) && (*table)[slot].role != Role::input) {
      refuse_use("output", wanted, "state", "a result of the graph", "read(" + quoted(wanted) + ")");
    }
    refuse_name("output", wanted, in_graph(graph), output_names(plans[graph]));
  }
  std::string in_graph(std::size_t graph) const {
    return plans.size() == 1 ? "" : " in graph " + std::to_string(graph);
  }

  void make_slots(const std::vector<Graph>& graphs) {
    std::map<SlotId, std::vector<Type>> types;
    for (const Graph& graph : graphs) {
      std::vector<SlotId>& slots = of_graph.emplace_back();
      for (const Node& node : graph.nodes()) {
        if (node.op != &input_op) continue;
        types[slot_of(node)].push_back(node.type);
        slots.push_back(slot_of(node));
      }
      std::sort(slots.begin(), slots.end());
    }
    own.resize(graphs.size());
    for (std::size_t g = 0; g < graphs.size(); ++g) {
      for (const Node& node : graphs[g].nodes()) {
        if (node.op != &input_op) continue;
        const auto& all = types[slot_of(node)];
        const bool same = std::all_of(all.begin(), all.end(), [&](const Type& type) { return type == node.type; });
        (same ? shared : own[g]).try_emplace(slot_of(node), Place{node.type});
      }
    }
  }

  void make_outputs() {
    outputs.resize(plans.size());
    for (std::size_t g = 0; g < plans.size(); ++g) {
      for (const Buffer& buffer : plans[g].buffers) {
        if (buffer.output >= 0) outputs[g].try_emplace(buffer.name, Place{buffer.type});
      }
    }
  }

  void make_memory() {
    const auto add = [&](auto& places) {
      for (auto& [key, place] : places) pieces.add(&place.memory, place.bytes());
    };
    add(shared);
    for (Slots& slots : own) add(slots);
    for (auto& results : outputs) add(results);
    pieces.add(&arena, arena_bytes(plans));
    for (std::byte*& thread : threads) pieces.add(&thread, thread_bytes(plans));
    pieces.make();
  }

  PlanMemory bind(std::size_t graph) {
    const Plan& plan = plans[graph];
    PlanMemory memory;
    for (const Buffer& buffer : plan.buffers) {
      std::byte* at = nullptr;
      if (buffer.slot) {
        at = place(graph, buffer.slot).memory;
      } else if (buffer.home == Home::output) {
        at = outputs[graph].find(buffer.name)->second.memory;
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
  if (!graphs.empty()) memory.table = graphs[0].slot_table();
  CompiledTogether compiled =
      compile_together(std::move(graphs), {.own_order = options.own_order, .products = options.products});
  memory.plans = std::move(compiled.plans);
  memory.layouts = std::move(compiled.layouts);
  memory.make_slots(compiled.graphs);
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

const SlotTable& Program::slots() const { return *memory_->table; }

bool Program::has(int graph, SlotId slot) const { return memory_->has(memory_->at(graph), slot); }

View Program::input(int graph, SlotId slot) { return memory_->input(memory_->at(graph), slot).view(); }

View Program::input(int graph, std::string_view name) {
  const std::size_t at = memory_->at(graph);
  const SlotId slot = memory_->table->find(name);
  if (!slot) refuse_name("input", name, memory_->in_graph(at), memory_->names(memory_->of_graph[at], true));
  return memory_->input(at, slot).view();
}

ConstView Program::output(int graph, std::string_view name) const {
  const std::size_t at = memory_->at(graph);
  const auto& outputs = memory_->outputs[at];
  const auto found = outputs.find(name);
  if (found == outputs.end()) memory_->refuse_output(at, name);
  return found->second.view();
}

void Program::write(SlotId slot, ConstView value) {
  const Place& place = memory_->state(slot);
  const Type& type = (*memory_->table)[slot].type;
  if (!(type == value.type())) {
    throw UserError(Fault::usage, Report{"state " + quoted(memory_->name(slot)), to_string(value.type()),
                                         to_string(type), "a tensor of that type and shape"});
  }
  const auto store = [&](const Place& to, bool transposed) {
    if (transposed) copy_transposed(value, to.memory);
    else std::memcpy(to.memory, value.data(), to.bytes());
  };
  const bool turned = memory_->layouts.transposed.contains(slot);
  store(place, turned);
  const auto copy = memory_->layouts.copies.find(slot);
  if (copy != memory_->layouts.copies.end()) store(memory_->shared.at(copy->second), !turned);
}

void Program::write(std::string_view name, ConstView value) { write(memory_->state_called(name), value); }

Tensor Program::read(SlotId slot) const {
  const Place& place = memory_->state(slot);
  Tensor out((*memory_->table)[slot].type);
  if (memory_->layouts.transposed.contains(slot)) copy_transposed(place.view(), out.data());
  else std::memcpy(out.data(), place.memory, place.bytes());
  return out;
}

Tensor Program::read(std::string_view name) const { return read(memory_->state_called(name)); }

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
