// The seam below which something computes: a CPU, the interpreter, a device with memory of its own. What is above it
// knows code that never changes, memory that runs share, and memory of each caller; no plan, no kernel, no thread.
//
// No pointer to numbers crosses but through State::write and read, and the staging memory of a Context, which is the
// host's: a backend with memory of its own copies it in a run.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"
#include "gradus/engine/backend/signature.hpp"

namespace gradus {

struct ProgramOptions {
  /// Whether graphs may add in an order of their own: tiny ones as straight code, products cut along the sum. Not where
  /// parts of a batch, each of whole leaves, must give the bits of a larger graph.
  bool own_order = true;
  DType products = DType::f32;  // bf16: products of f32 matrices round them to bf16, and sum in f32
  int threads = 0;              // at most so many compute, each with memory of its own; 0: all of the engine's
};

/// Bytes that code asks of the system when it gets memory.
struct Footprint {
  std::size_t state = 0;    // slots of every role but input, with copies in other layouts
  std::size_t inputs = 0;   // batches and other inputs
  std::size_t outputs = 0;  // results
  std::size_t arena = 0;    // values between, of the graph that needs most
  std::size_t threads = 0;  // what each thread needs beside, of all threads
  std::size_t total() const { return state + inputs + outputs + arena + threads; }
};

/// Of one graph, for people.
struct RunReport {
  double flops = 0;        // of a run
  double bytes_moved = 0;  // read and written by its steps
  double forecast_ns = 0;  // rough, from flops and bytes; 0: nobody knows
  std::string text;        // how it is run
};

/// What slots of state hold; zeros at first. Any number of contexts may run graphs that only read it at once; while a
/// graph updates it, or write() does, nobody else uses it.
class State {
 public:
  virtual ~State() = default;
  /// Row-major, whatever layout the backend keeps. REQUIRES: a slot of state of the code that made this, and its type.
  virtual void write(SlotId slot, ConstView value) = 0;
  virtual Tensor read(SlotId slot) const = 0;
  /// What tells the code that made this.
  const void* maker() const { return maker_; }

 protected:
  explicit State(const void* maker) : maker_(maker) {}
  State(const State&) = default;
  State& operator=(const State&) = default;

 private:
  const void* maker_;
};

/// What one caller needs to run: staged inputs, results, and memory for what lies between. One thread at a time.
class Context {
 public:
  virtual ~Context() = default;
  /// Row-major memory of an input, zeros at first: written before a run. One for all graphs where they agree on its
  /// type. REQUIRES: an input of that graph.
  virtual View input(int graph, SlotId slot) = 0;
  /// Row-major memory of result `number` of the graph after a run.
  virtual ConstView output(int graph, int number) const = 0;
  /// What tells the code that made this.
  const void* maker() const { return maker_; }

 protected:
  explicit Context(const void* maker) : maker_(maker) {}
  Context(const Context&) = default;
  Context& operator=(const Context&) = default;

 private:
  const void* maker_;
};

/// Graphs as code: const, for any number of callers.
class Executable {
 public:
  virtual ~Executable() = default;
  const Signature& signature() const { return signature_; }

  virtual std::unique_ptr<State> make_state() const = 0;
  virtual std::unique_ptr<Context> make_context() const = 0;
  virtual Footprint footprint(int threads) const = 0;
  /// What a graph does in a run, for people. Throws UserError when there is no such graph.
  RunReport report(int graph) const;

 protected:
  /// `maker`: what its state and contexts have.
  Executable(Signature signature, const void* maker) : signature_(std::move(signature)), maker_(maker) {}
  Executable(const Executable&) = default;
  Executable& operator=(const Executable&) = default;

 private:
  friend class Program;  // whose state and context are always of its code
  friend void check_run(const Executable& code, const State& state, const Context& context, int graph);
  friend void run(const Executable& code, State& state, Context& context, int graph);
  friend void run(const Executable& code, const State& state, Context& context, int graph);
  /// `state` is not written where the graph does not update.
  virtual void run(int graph, State& state, Context& context) const = 0;
  virtual RunReport report_of(int graph) const = 0;

  Signature signature_;
  const void* maker_;
};

[[noreturn]] void refuse_graph(const Executable& code, int graph);
[[noreturn]] void refuse_memory(const char* what);  // "state" or "context", which other code made

/// Throw UserError when there is no such graph, or state or context are of other code. Inline, as run() is: a tiny
/// net's step takes less than five calls of a function.
inline void check_graph(const Executable& code, int graph) {
  if (static_cast<std::size_t>(graph) >= code.signature().graphs.size()) refuse_graph(code, graph);  // below 0: large
}
inline void check_run(const Executable& code, const State& state, const Context& context, int graph) {
  check_graph(code, graph);
  if (state.maker() != code.maker_) refuse_memory("state");
  if (context.maker() != code.maker_) refuse_memory("context");
}

/// Runs a graph, as check_run(). Allocates nothing after the first run of a context on a state.
/// Rethrows what a kernel throws (an index out of range).
inline void run(const Executable& code, State& state, Context& context, int graph) {
  check_run(code, state, context, graph);
  code.run(graph, state, context);
}
/// The same of a graph that only reads: several contexts at once. Throws UserError for one that updates state.
void run(const Executable& code, const State& state, Context& context, int graph);

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;
  /// What results are a function of beside the graph: "cpu, avx512"; for records of how a model was made.
  virtual std::string description() const { return std::string(name()); }
  /// Throws UserError as signature_of(), and for what the backend cannot do: before anything runs.
  virtual std::shared_ptr<const Executable> compile(std::vector<Graph> graphs, const ProgramOptions& options) const = 0;

 protected:
  Backend() = default;
  Backend(const Backend&) = default;
  Backend& operator=(const Backend&) = default;
};

}  // namespace gradus
