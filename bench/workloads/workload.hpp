// What is timed: one table of networks with batch, loss and optimizer, their initial numbers and their data.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/nn/model.hpp"
#include "gradus/learn/optim/optimizer.hpp"
#include "gradus/learn/train/step.hpp"

namespace gradus::bench {

enum class Optimizer { none, gradient_descent, momentum, adam };  // none: prediction
enum class Loss { none, mse, logistic, cross_entropy };

struct Workload {
  std::string name;
  Shape input;      // of one sample
  std::string net;  // with its output layer, as in a net description
  std::int64_t rows = 1;
  Loss loss = Loss::none;
  Optimizer optimizer = Optimizer::none;

  bool trains() const { return optimizer != Optimizer::none; }
};

/// The table. Names that end in "-floor" are the networks of the hand-written floor (peers/floor_mlp.cpp), which wants
/// sizes in multiples of 16 and classes.
std::span<const Workload> workloads();

/// A workload of the table, or "mlp WIDTHS ROWS" ("mlp 64-64-64 32": ReLU, squared error, Adam). Throws UserError
/// naming the nearest.
Workload find_workload(std::string_view name);

/// Networks start again after this many steps, so that nobody is timed on a fitted batch, whose moments decay into
/// denormals.
inline constexpr int restart_after = 256;

/// A workload with numbers: f(workload) alone, the same in every process.
struct Case {
  Workload workload;
  nn::Model model;
  Tensor features;  // f32 [rows, ...input], uniform on [0, 1)
  Tensor target;    // i64 [rows] classes, or f32 [rows, outputs] of 0 and 1; empty for a prediction
};
Case make_case(const Workload& workload);

/// The step or the prediction (logits) as a graph.
Graph graph_of(const Case& of, const StepSlots& slots = {});
/// Names and types of optimizer state, zeros at first.
std::vector<nn::Parameter> state_of(const Case& of);

/// For programs that are not gradus: lines of text that end with "end" (a layer a line, an array a line), then the
/// arrays' bytes in order.
void write_case(std::ostream& out, const Case& of);

}  // namespace gradus::bench
