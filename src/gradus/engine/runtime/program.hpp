// Graphs made ready to be run again and again on one memory: a training step, the step of the last short batch, the
// evaluation. Nothing is allocated in run().
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/graph/graph.hpp"
#include "gradus/engine/plan/plan.hpp"
#include "gradus/engine/runtime/engine.hpp"
#include "gradus/engine/runtime/profile.hpp"

namespace gradus {

struct ProgramOptions {
  /// Whether graphs may add in an order of their own: tiny ones as straight code, products cut along the sum. Not where
  /// parts of a batch, each of whole leaves, must give the bits of a larger graph.
  bool own_order = true;
  DType products = DType::f32;  // bf16: products of f32 matrices round them to bf16, and sum in f32
  int threads = 0;              // at most so many compute, each with memory of its own; 0: all of the engine's
};

/// The graphs share their slots. A slot of state is one buffer; run() leaves its next value there where the graph has
/// one. An input is one buffer too where all graphs that have it agree on its type; where they differ (batches of other
/// lengths) it is a buffer of each graph. All start as zeros.
///
/// A program belongs to one thread at a time. Programs of several threads may run on one engine at once (engine.hpp).
class Program {
 public:
  /// Compiles. The engine must outlive the program. Throws UserError when a graph has neither outputs nor next values,
  /// and for graphs that do not share their slots.
  Program(Engine& engine, std::vector<Graph> graphs, const ProgramOptions& options = {});
  ~Program();
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;

  // Throw UserError that says what there is: for graphs, slots and names that the program does not have.

  const SlotTable& slots() const;
  /// Whether the graph has an input or state of this slot.
  bool has(int graph, SlotId slot) const;
  /// Row-major memory of an input: write it before run(graph). Throws UserError for state, which is set by write().
  View input(int graph, SlotId slot);
  View input(int graph, std::string_view name);
  /// Row-major memory of a result after run(graph).
  ConstView output(int graph, std::string_view name) const;
  /// Sets or gets state in row-major form, whatever layout the plan keeps it in. Throws UserError for an input, and for
  /// a value of another type.
  void write(SlotId slot, ConstView value);
  void write(std::string_view name, ConstView value);
  Tensor read(SlotId slot) const;
  Tensor read(std::string_view name) const;
  /// Allocates nothing, and waits for no other program. Rethrows what a kernel throws (an index out of range). Throws
  /// UserError when it finds that another thread runs this program.
  void run(int graph);
  const Plan& plan(int graph) const;
  Engine& engine() const;
  /// Runs the graph with clocks around its steps, for about `seconds`.
  Profile profile(int graph, double seconds);
  /// Times a few blocks of the graph's plan for about `seconds`: for forecast().
  std::vector<double> time_blocks(int graph, double seconds);

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace gradus
