#include "gradus/learn/train/step_graphs.hpp"

#include <algorithm>
#include <set>

#include "gradus/core/base/error.hpp"

namespace gradus {
namespace {

std::int64_t part_count(std::int64_t rows, std::int64_t part) { return (rows - 1) / part + 1; }

struct Builder {
  const nn::Model& model;
  const loss::Loss& loss;
  const TrainOptions& options;
  BatchSpec batch;
  optim::Updates updates = updates_of(options);
  StepGraphs out = {};

  int add(Graph graph) {
    out.graphs.push_back(std::move(graph));
    return static_cast<int>(out.graphs.size()) - 1;
  }

  StepOptions step_options(bool last) const { return {.gradient_norm = last, .update_norm = options.tolerance > 0}; }

  int whole_step(std::int64_t rows, bool last) {
    batch.rows = rows;
    return add(training_step(out.slots, model, loss, updates, batch, step_options(last)));
  }

  int step_of(const Phase& phase, std::int64_t rows, bool last) {
    batch.rows = rows;
    const int number = static_cast<int>(out.phases.size());
    return add(
        phase_step(out.slots, phase, number, {model.input, model.inputs}, model.dtype, batch, step_options(last)));
  }

  void parts_of(std::int64_t rows, const Parts& parts) {
    const std::int64_t count = part_count(rows, parts.rows), rest = rows - (count - 1) * parts.rows;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t size = i + 1 < count ? parts.rows : rest;
      auto at = std::find_if(out.parts.begin(), out.parts.end(), [&](const PartGraphs& p) { return p.rows == size; });
      if (at == out.parts.end()) at = out.parts.insert(at, {.rows = size});
      const bool first = parts.tree ? i % 2 == 0 : i == 0;
      int& graph = first ? at->first : at->more;
      batch.rows = size;
      if (graph < 0) graph = add(part_step(out.slots, model, loss, updates, batch, !first));
    }
  }

  void steps_in_parts(const StepRows& rows) {
    int levels = 1;
    const auto update = [&](std::int64_t of, bool last) {
      const int needed = sum_levels(part_count(of, rows.parts.rows), rows.parts.tree);
      levels = std::max(levels, needed);
      return add(update_step(out.slots, model, updates, needed - 1, step_options(last)));
    };
    for (const std::int64_t of : std::set<std::int64_t>{rows.steps() > 1 ? rows.batch : rows.last(), rows.last()}) {
      parts_of(of, rows.parts);
    }
    PhaseGraphs& plain = out.phases.emplace_back();
    if (rows.steps() > 1) plain.whole = update(rows.batch, false);
    plain.last = update(rows.last(), true);
    for (int level = 0; level + 1 < levels; ++level) {
      out.carry.push_back(add(carry_step(out.slots, model, updates, level, false)));
      out.carry_add.push_back(add(carry_step(out.slots, model, updates, level, true)));
    }
  }
};

}  // namespace

StepRows step_rows(const TrainOptions& options, std::int64_t train, std::int64_t validation) {
  const std::int64_t batch = options.batch == 0 ? train : std::min(options.batch, train);
  return {.train = train, .batch = batch, .validation = validation, .parts = options.parts};
}

const PartGraphs& StepGraphs::part(std::int64_t rows) const {
  const auto at = std::find_if(parts.begin(), parts.end(), [&](const PartGraphs& p) { return p.rows == rows; });
  require(at != parts.end(), "no graph for a part of so many rows");
  return *at;
}

int sum_levels(std::int64_t parts, bool tree) {
  int levels = 1;
  for (std::int64_t held = 2; tree && held < parts; held *= 2) ++levels;
  return levels;
}

StepGraphs step_graphs(const nn::Model& model, const loss::Loss& loss, const TrainOptions& options, BatchSpec batch,
                       const StepRows& rows, std::span<const Phase> phases) {
  Builder builder{model, loss, options, batch};
  for (const Phase& phase : phases) {
    PhaseGraphs of;
    if (rows.steps() > 1) of.whole = builder.step_of(phase, rows.batch, false);
    of.last = builder.step_of(phase, rows.last(), true);
    builder.out.phases.push_back(of);
  }
  if (!phases.empty()) return std::move(builder.out);
  if (rows.in_parts()) {
    builder.steps_in_parts(rows);
  } else {
    PhaseGraphs& plain = builder.out.phases.emplace_back();
    // The last step of an epoch has a graph of its own anyway when it is short: it also tells the norm of the gradient,
    // which would cost every step a pass over all gradients.
    if (rows.steps() > 1) plain.whole = builder.whole_step(rows.batch, false);
    plain.last = builder.whole_step(rows.last(), true);
  }
  if (rows.validation > 0) {
    const std::int64_t most = rows.in_parts() ? std::min(pass_batch, rows.parts.rows) : pass_batch;
    builder.out.validation =
        add_pass(builder.out.graphs, builder.out.slots, model, loss, batch, rows.validation, true, most);
  }
  return std::move(builder.out);
}

StepGraphs given_graphs(const nn::Model& model, const loss::Loss& loss, const TrainOptions& options,
                        std::int64_t rows) {
  const std::int64_t outputs = nn::output_count(model);
  const BatchSpec batch{.rows = rows, .classes = loss.traits().takes_classes ? outputs : 0, .outputs = outputs};
  Builder builder{model, loss, options, batch};
  builder.out.phases.push_back({.whole = builder.whole_step(rows, false)});
  builder.out.validation = add_pass(builder.out.graphs, builder.out.slots, model, loss, batch, rows, false, rows);
  return std::move(builder.out);
}

}  // namespace gradus
