// Graphs made ready to be run again and again on one memory: a training step, the step of the last short batch, the
// evaluation. Nothing is allocated in run().
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/graph/graph.hpp"
#include "gradus/engine/backend/backend.hpp"
#include "gradus/engine/runtime/engine.hpp"

namespace gradus {

/// Code, state and a context (engine/backend) for one caller who thinks in slots and names. The graphs share their
/// slots. A slot of state is one buffer; run() leaves its next value there where the graph has one. An input is one
/// buffer too where all graphs that have it agree on its type; where they differ (batches of other lengths) it is a
/// buffer of each graph. All start as zeros.
///
/// A program belongs to one thread at a time. Programs of several threads may run on one engine at once (engine.hpp);
/// so may several contexts on the code and state of one program, as far as they only read it.
class Program {
 public:
  /// Compiles. The engine must outlive the program. Throws UserError when a graph has neither outputs nor next values,
  /// for graphs that do not share their slots, and for what the engine's device cannot do.
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
  /// Allocates nothing but in the first run, and waits for no other program. Rethrows what a kernel throws (an index
  /// out of range). Throws UserError when it finds that another thread runs this program.
  void run(int graph);

  Engine& engine() const;
  const Executable& code() const;
  State& state();
  Context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> parts_;
};

}  // namespace gradus
