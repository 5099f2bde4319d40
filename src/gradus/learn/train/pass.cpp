#include "gradus/learn/train/pass.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "gradus/learn/data/batches.hpp"

namespace gradus {
namespace {

int graph_for(const Pass& pass, std::int64_t rows) { return rows == pass.batch ? pass.whole : pass.last; }

/// Loss and metrics, added up.
struct Totals {
  Evaluation out;
  nn::Accuracy accuracy;
  nn::Errors errors;
  double loss = 0;

  /// `rows`: their numbers in the dataset, from 0.
  void add(const loss::Loss& of, double batch_loss, ConstView prediction, ConstView target,
           std::span<const std::int64_t> rows) {
    loss += of.traits().sums ? batch_loss : batch_loss * static_cast<double>(rows.size());
    if (out.task == data::Task::classification) accuracy.add(prediction, target);
    else errors.add(prediction, target);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out.not_finite.add(prediction, static_cast<std::int64_t>(i), rows[i] + 1);
    }
  }

  Evaluation finish(const loss::Loss& of, std::int64_t rows) {
    out.rows = rows;
    out.loss = of.traits().sums ? loss : loss / static_cast<double>(rows);
    out.correct = accuracy.correct;
    out.accuracy = accuracy.value();
    out.interval = nn::wilson(accuracy.correct, accuracy.rows);
    out.mse = errors.mse();
    out.mae = errors.mae();
    out.r2 = errors.r2();
    return out;
  }
};

}  // namespace

Pass add_pass(std::vector<Graph>& graphs, const nn::Model& model, const loss::Loss& loss, BatchSpec batch,
              std::int64_t rows, bool with_loss, std::int64_t most) {
  Pass pass{.with_loss = with_loss, .batch = most};
  const auto add = [&](std::int64_t count) {
    batch.rows = count;
    graphs.push_back(evaluation_step(model, loss, batch, with_loss));
    return static_cast<int>(graphs.size()) - 1;
  };
  if (rows >= most) pass.whole = add(most);
  if (rows % most) pass.last = add(rows % most);
  return pass;
}

BatchSpec batch_spec(const data::Dataset& dataset) {
  if (dataset.task == data::Task::classification) return {.classes = dataset.classes()};
  return {.outputs = dataset.has_targets ? dataset.targets.shape().last() : 1};
}

Evaluation evaluate_pass(Program& program, const Pass& pass, const loss::Loss& loss, const data::Dataset& dataset,
                         const data::Dataset& targets, std::span<const std::int64_t> rows) {
  Totals totals;
  totals.out.task = targets.task;
  const auto count = static_cast<std::int64_t>(rows.size());
  data::Gatherer gatherer(program.engine().pool());
  for (std::int64_t b = 0; b < data::batch_count(count, pass.batch); ++b) {
    const auto chosen = data::batch_rows(rows, pass.batch, b);
    const int graph = graph_for(pass, static_cast<std::int64_t>(chosen.size()));
    gatherer.features(dataset, chosen, program.input(graph, step_names::features));
    data::gather_targets(targets, chosen, program.input(graph, step_names::target));
    // Apart from what the program gets: a plan may reuse the memory of its inputs, and errors are those of the targets
    // as they are in f64.
    Tensor target(targets.targets.dtype(), targets.targets.shape().with(0, static_cast<std::int64_t>(chosen.size())));
    data::gather_targets(targets, chosen, target.view());
    program.run(graph);
    totals.add(loss, program.output(graph, step_names::loss).number(), program.output(graph, step_names::prediction),
               target, chosen);
  }
  return totals.finish(loss, count);
}

Tensor predict_pass(Program& program, const Pass& pass, const Type& type, const data::Dataset& dataset) {
  Tensor out(type);
  std::vector<std::int64_t> all(static_cast<std::size_t>(dataset.rows()));
  std::iota(all.begin(), all.end(), 0);
  auto* to = static_cast<std::byte*>(out.data());
  data::Gatherer gatherer(program.engine().pool());
  for (std::int64_t b = 0; b < data::batch_count(dataset.rows(), pass.batch); ++b) {
    const auto chosen = data::batch_rows(all, pass.batch, b);
    const int graph = graph_for(pass, static_cast<std::int64_t>(chosen.size()));
    gatherer.features(dataset, chosen, program.input(graph, step_names::features));
    program.run(graph);
    const ConstView part = program.output(graph, step_names::prediction);
    const std::size_t bytes = byte_count(part.type());
    std::memcpy(to, part.data(), bytes);
    to += bytes;
  }
  return out;
}

}  // namespace gradus
