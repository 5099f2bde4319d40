#include "gradus/engine/cpu/runtime/cpu_backend.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>

#include "gradus/core/base/error.hpp"
#include "gradus/engine/cpu/compile/pipeline.hpp"
#include "gradus/engine/cpu/kernels/instruction_set.hpp"
#include "gradus/engine/cpu/plan/forecast.hpp"
#include "gradus/engine/cpu/runtime/executor.hpp"
#include "gradus/engine/cpu/runtime/footprint.hpp"
#include "gradus/engine/machine/arena.hpp"
#include "gradus/engine/machine/thread_pool.hpp"

namespace gradus {
namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// Memory of a slot or of a result, in whole lines of the cache (Frame).
struct Place {
  Type type;
  std::byte* memory = nullptr;
  View view() { return {type, memory}; }
  ConstView view() const { return {type, memory}; }
};
using Places = std::map<SlotId, Place>;

template <class Of> void add(Pieces& pieces, Of& places) {
  for (auto& [slot, place] : places) pieces.add(&place.memory, byte_count(place.type));
}

/// to[j, i] = from[i, j], for a matrix of any dtype; in squares, so that the lines of both stay in the cache.
template <std::size_t size>
void copy_transposed(const std::byte* from, std::byte* to, std::size_t rows, std::size_t columns) {
  constexpr std::size_t side = 32;
  for (std::size_t i0 = 0; i0 < rows; i0 += side) {
    for (std::size_t j0 = 0; j0 < columns; j0 += side) {
      for (std::size_t j = j0; j < std::min(columns, j0 + side); ++j) {
        for (std::size_t i = i0; i < std::min(rows, i0 + side); ++i) {
          std::memcpy(to + (j * rows + i) * size, from + (i * columns + j) * size, size);  // one load and one store
        }
      }
    }
  }
}

void copy_transposed(ConstView from, void* to) {
  const auto rows = static_cast<std::size_t>(from.type().shape[0]);
  const auto columns = static_cast<std::size_t>(from.type().shape[1]);
  const auto* const bytes = static_cast<const std::byte*>(from.data());
  auto* const out = static_cast<std::byte*>(to);
  switch (size_of(from.dtype())) {
    case 1: return copy_transposed<1>(bytes, out, rows, columns);
    case 2: return copy_transposed<2>(bytes, out, rows, columns);
    case 4: return copy_transposed<4>(bytes, out, rows, columns);
    case 8: return copy_transposed<8>(bytes, out, rows, columns);
    default: require(false, "numbers of 1, 2, 4 or 8 bytes");
  }
}

/// What state and contexts know of the code that made them: its address is what they say they are of.
struct Code {
  Signature signature;  // of the graphs as they were given
  CompiledTogether compiled;
  ThreadPool* pool = nullptr;
  int threads = 1;
  mutable std::atomic<int> states{0};  // that were made
};

/// Of state as it is stored, with copies.
Places state_places(const Code& code) {
  Places out;
  for (const Graph& graph : code.compiled.graphs) {
    for (const Node& node : graph.nodes()) {
      const SlotId slot = slot_of(node);
      if (slot && graph.slots()[slot].role != Role::input) out.try_emplace(slot, Place{node.type});
    }
  }
  return out;
}

class CpuState final : public State {
 public:
  explicit CpuState(std::shared_ptr<const Code> code)
      : State(code.get()), code_(std::move(code)), number_(code_->states++), places_(state_places(*code_)) {
    add(pieces_, places_);
    pieces_.make();
  }

  void write(SlotId slot, ConstView value) override {
    const Layouts& layouts = code_->compiled.layouts;
    const auto store = [&](const Place& to, bool transposed) {
      if (transposed) copy_transposed(value, to.memory);
      else std::memcpy(to.memory, value.data(), byte_count(to.type));
    };
    const bool turned = layouts.transposed.contains(slot);
    store(places_.at(slot), turned);
    const auto copy = layouts.copies.find(slot);
    if (copy != layouts.copies.end()) store(places_.at(copy->second), !turned);
  }

  Tensor read(SlotId slot) const override {
    const Place& place = places_.at(slot);
    Tensor out(code_->signature.state.at(slot));
    if (code_->compiled.layouts.transposed.contains(slot)) copy_transposed(place.view(), out.data());
    else std::memcpy(out.data(), place.memory, out.bytes());
    return out;
  }

  std::byte* memory(SlotId slot) const { return places_.at(slot).memory; }
  int number() const { return number_; }

 private:
  std::shared_ptr<const Code> code_;
  int number_;
  Places places_;
  Pieces pieces_;
};

class CpuContext final : public Context {
 public:
  explicit CpuContext(std::shared_ptr<const Code> code)
      : Context(code.get()), code_(std::move(code)), threads_(at(code_->threads)) {
    const Signature& signature = code_->signature;
    for (const auto& [slot, type] : signature.shared) shared_.try_emplace(slot, Place{type});
    for (const Signature::Of& of : signature.graphs) {
      Places& own = own_.emplace_back();
      for (const auto& [slot, type] : of.slots) {
        if (!signature.is_state(slot) && !shared_.contains(slot)) own.try_emplace(slot, Place{type});
      }
      std::vector<Place>& results = results_.emplace_back();
      for (const Signature::Result& result : of.results) results.push_back({result.type});
    }
    make_memory();
  }

  View input(int graph, SlotId slot) override { return place(at(graph), slot).view(); }
  ConstView output(int graph, int number) const override { return results_[at(graph)][at(number)].view(); }

  /// The executor of a graph, bound to the state.
  Executor& executor(int graph, CpuState& state) {
    if (bound_ != state.number()) bind(state);
    return executors_[at(graph)];
  }
  void run(int graph, CpuState& state) {
    if (bound_ == state.number()) return executors_[at(graph)].run();
    bind_and_run(graph, state);
  }

 private:
  Place& place(std::size_t graph, SlotId slot) {
    const auto found = shared_.find(slot);
    return found != shared_.end() ? found->second : own_[graph].at(slot);
  }

  /// As if behind state in one memory: on how far they are apart, modulo pages, it depends whether loads wait for
  /// stores.
  void make_memory() {
    Places state = state_places(*code_);
    Pieces before;
    add(before, state);
    pieces_.skip(before.small_bytes());
    add(pieces_, shared_);
    for (Places& own : own_) add(pieces_, own);
    for (std::vector<Place>& results : results_) {
      for (Place& place : results) pieces_.add(&place.memory, byte_count(place.type));
    }
    pieces_.add(&arena_, arena_bytes(code_->compiled.plans));
    for (std::byte*& thread : threads_) pieces_.add(&thread, thread_bytes(code_->compiled.plans));
    pieces_.make();
  }

  [[gnu::noinline]] void bind_and_run(int graph, CpuState& state) {  // apart, so that run() saves no registers
    executor(graph, state).run();
  }

  void bind(CpuState& state) {
    bound_ = -1;
    executors_.clear();
    const std::vector<Plan>& plans = code_->compiled.plans;
    for (std::size_t g = 0; g < plans.size(); ++g) executors_.emplace_back(plans[g], memory_of(g, state), *code_->pool);
    bound_ = state.number();
  }

  PlanMemory memory_of(std::size_t graph, const CpuState& state) {
    PlanMemory memory;
    for (const Buffer& buffer : code_->compiled.plans[graph].buffers) {
      std::byte* to = nullptr;
      if (buffer.slot) {
        const bool input = code_->compiled.slots()[buffer.slot].role == Role::input;
        to = input ? place(graph, buffer.slot).memory : state.memory(buffer.slot);
      } else if (buffer.home == Home::output) {
        to = results_[graph][at(buffer.output)].memory;
      } else if (buffer.home == Home::constant) {
        to = static_cast<std::byte*>(const_cast<void*>(buffer.literal->data()));  // read only, by verify_plan
      } else if (buffer.home == Home::arena) {
        to = arena_ + buffer.offset;
      }
      memory.buffers.push_back(to);
    }
    memory.threads = threads_;
    return memory;
  }

  std::shared_ptr<const Code> code_;
  Places shared_;
  std::vector<Places> own_;                  // by graph
  std::vector<std::vector<Place>> results_;  // by graph
  std::byte* arena_ = nullptr;
  std::vector<std::byte*> threads_;
  Pieces pieces_;  // what all of these point to
  std::vector<Executor> executors_;
  int bound_ = -1;  // to the state of this number
};

class CpuExecutable final : public Executable {
 public:
  explicit CpuExecutable(std::shared_ptr<const Code> code)
      : Executable(code->signature, code.get()), code_(std::move(code)) {}

  std::unique_ptr<State> make_state() const override { return std::make_unique<CpuState>(code_); }
  std::unique_ptr<Context> make_context() const override { return std::make_unique<CpuContext>(code_); }
  Footprint footprint(int threads) const override { return gradus::footprint(code_->compiled, threads); }

  RunReport report_of(int graph) const override {
    const Plan& of = plan(graph);
    return {.flops = flops(of),
            .bytes_moved = gradus::bytes_moved(of),
            .forecast_ns = forecast(of, {}, ThreadCosts{}, code_->threads).total_ns,
            .text = print(of)};
  }

  const Plan& plan(int graph) const { return code_->compiled.plans[at(graph)]; }

  /// REQUIRES: state and context of this code.
  static Executor& executor(State& state, Context& context, int graph) {
    return static_cast<CpuContext&>(context).executor(graph, static_cast<CpuState&>(state));
  }

 private:
  void run(int graph, State& state, Context& context) const override {
    static_cast<CpuContext&>(context).run(graph, static_cast<CpuState&>(state));
  }

  std::shared_ptr<const Code> code_;
};

const CpuExecutable& cpu_code(const Executable& code, int graph) {  // which has such a graph
  const auto* of = dynamic_cast<const CpuExecutable*>(&code);
  if (of == nullptr) {
    throw UserError(Fault::usage, Report{"program", "code of a device without plans", "code of the device cpu",
                                         "an engine of the device cpu"});
  }
  check_graph(code, graph);
  return *of;
}

class CpuBackend final : public Backend {
 public:
  CpuBackend(ThreadPool& pool, InstructionSet set) : pool_(pool), set_(set) {}
  std::string_view name() const override { return "cpu"; }
  std::string description() const override { return "cpu, " + std::string(gradus::name(set_)); }
  std::shared_ptr<const Executable> compile(std::vector<Graph> graphs, const ProgramOptions& options) const override {
    auto code = std::make_shared<Code>();
    code->signature = signature_of(graphs);
    const UseInstructionSet use(set_);
    code->compiled =
        compile_together(std::move(graphs), {.own_order = options.own_order, .products = options.products});
    code->pool = &pool_;
    code->threads = options.threads > 0 ? std::min(options.threads, pool_.threads()) : pool_.threads();
    return std::make_shared<CpuExecutable>(std::move(code));
  }

 private:
  ThreadPool& pool_;
  InstructionSet set_;
};

}  // namespace

std::unique_ptr<Backend> cpu_backend(ThreadPool& pool, std::string_view isa) {
  return std::make_unique<CpuBackend>(pool, find_instruction_set(isa));
}

const Plan& plan_of(const Executable& code, int graph) { return cpu_code(code, graph).plan(graph); }

Profile profile(const Executable& code, State& state, Context& context, int graph, double seconds) {
  check_run(code, state, context, graph);
  return profile(cpu_code(code, graph).executor(state, context, graph), seconds);
}

std::vector<double> time_blocks(const Executable& code, State& state, Context& context, int graph, double seconds) {
  check_run(code, state, context, graph);
  return time_blocks(cpu_code(code, graph).executor(state, context, graph), seconds);
}

}  // namespace gradus
