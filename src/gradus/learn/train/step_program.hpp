// The graphs of a training in one Program: what its steps run, and every slot they keep. Who has the rows feeds them.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "gradus/engine/runtime/program.hpp"
#include "gradus/learn/train/decide.hpp"
#include "gradus/learn/train/step_graphs.hpp"
#include "gradus/learn/train/weights.hpp"

namespace gradus {

struct StepResult {
  double loss = 0;  // of the first phase
  std::int64_t rows = 0;
  double update_norm = 0;    // when asked for
  double gradient_norm = 0;  // of a step that is the last of an epoch
};

class StepProgram {
 public:
  /// Compiles, and begins from the parameters of `model`. `own_order`: as ProgramOptions. All but `options` must
  /// outlive the program.
  StepProgram(Engine& engine, const nn::Model& model, StepGraphs graphs, const TrainOptions& options,
              const Decided& decided, bool own_order);

  Program& program() { return *program_; }
  const StepGraphs& graphs() const { return graphs_; }

  /// Step `step` (from 0) of the run: every phase, by its graph of a whole batch or of the last one of an epoch, in
  /// which `feed(graph)` has put the rows. `rates`: of each phase, of its parameters without a group, then of its
  /// groups. All but StepResult::rows. Allocates nothing.
  template <class Feed> StepResult step(bool last, std::int64_t step, std::span<const double> rates, const Feed& feed) {
    StepResult result;
    for (std::size_t phase = 0; phase < graphs_.phases.size(); ++phase) {
      const int graph = last ? graphs_.phases[phase].last : graphs_.phases[phase].whole;
      feed(graph);
      run_phase(phase, graph, step, rates, last, result);
    }
    for (const double loss : losses_) {
      if (!std::isfinite(loss)) result.loss = loss;
    }
    return result;
  }
  /// The seed, the step and, of a part, its first row: where the graph draws random numbers.
  void feed_key(int graph, std::int64_t step, std::int64_t first_row);
  std::uint64_t seed() const { return seed_; }
  /// Of the last step, by phase.
  std::span<const double> losses() const { return losses_; }

  bool parameters_finite() const;
  Weights read() const;
  /// Those that the training is about: averages where it keeps them.
  Weights read_parameters() const;
  void write(const Weights& weights);
  /// Throws UserError(Fault::usage) unless `weights` are all that read() gives, with its types.
  void check(const Weights& weights) const;
  /// `run()` with the averages of the weights in their places, where there are any.
  template <class Run> auto with_averages(const Run& run) {
    if (!averages_) return run();
    const Weights now = parameters_now();
    write(read_parameters());
    auto out = run();
    write(now);
    return out;
  }

 private:
  void run_phase(std::size_t phase, int graph, std::int64_t step, std::span<const double> rates, bool last,
                 StepResult& result);
  Weights parameters_now() const;

  const nn::Model& model_;
  std::uint64_t seed_;
  bool update_norm_, averages_;
  StepGraphs graphs_;           // what the program runs; the graphs themselves are the program's
  std::vector<SlotId> kept_;    // what a step leaves to the next: parameters, moments, and what else runs through
  std::vector<SlotId> rates_;   // of each phase and group
  std::vector<double> losses_;  // of the last step, by phase
  std::unique_ptr<Program> program_;
};

}  // namespace gradus
