#include "gradus/learn/train/pass.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "gradus/learn/data/batches.hpp"

namespace gradus {
namespace {

int graph_for(const Pass& pass, std::int64_t rows) { return rows == pass.batch ? pass.whole : pass.last; }

}  // namespace

Pass add_pass(std::vector<Graph>& graphs, const StepSlots& slots, const nn::Model& model, const loss::Loss& loss,
              BatchSpec batch, std::int64_t rows, bool with_loss, std::int64_t most) {
  Pass pass{.with_loss = with_loss, .features = slots.features, .target = slots.target, .batch = most};
  const auto add = [&](std::int64_t count) {
    batch.rows = count;
    graphs.push_back(evaluation_step(slots, model, loss, batch, with_loss));
    return static_cast<int>(graphs.size()) - 1;
  };
  if (rows >= most) pass.whole = add(most);
  if (rows % most) pass.last = add(rows % most);
  return pass;
}

BatchSpec batch_spec(const data::Dataset& dataset) {
  if (!dataset.has_targets) return {.has_targets = false};
  if (dataset.task == data::Task::classification) return {.classes = dataset.classes()};
  return {.outputs = dataset.targets.shape().last()};
}

metric::Subject subject_of(const nn::Model& model, const data::Dataset& targets) {
  return {.outputs = nn::output_count(model),
          .classes = targets.task == data::Task::classification ? targets.class_names : std::vector<std::string>()};
}

Scoring::Scoring(const metric::Metrics& metrics, const metric::Subject& subject, const data::Dataset& dataset,
                 const data::Dataset& targets)
    : measurement_(metrics, subject), dataset_(dataset), targets_(targets) {
  out_.task = targets.task;
}

void Scoring::run(Program& program, const Pass& pass, const loss::Loss& loss, std::span<const std::int64_t> rows) {
  const auto count = static_cast<std::int64_t>(rows.size());
  data::Gatherer gatherer(program.engine().pool());
  for (std::int64_t b = 0; b < data::batch_count(count, pass.batch); ++b) {
    const auto chosen = data::batch_rows(rows, pass.batch, b);
    const int graph = graph_for(pass, static_cast<std::int64_t>(chosen.size()));
    gatherer.features(dataset_, chosen, program.input(graph, pass.features));
    if (pass.with_loss) data::gather_targets(targets_, chosen, program.input(graph, pass.target));
    // Apart from what the program gets: a plan may reuse the memory of its inputs, and errors are those of the targets
    // as they are in f64.
    Tensor target(targets_.targets.dtype(), targets_.targets.shape().with(0, static_cast<std::int64_t>(chosen.size())));
    data::gather_targets(targets_, chosen, target.view());
    program.run(graph);
    if (pass.with_loss) {
      const double batch_loss = program.output(graph, step_outputs::loss).number();
      loss_ += loss.traits().sums ? batch_loss : batch_loss * static_cast<double>(chosen.size());
    }
    const ConstView prediction = program.output(graph, step_outputs::prediction);
    measurement_.add({prediction, target});
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      out_.not_finite.add(prediction, static_cast<std::int64_t>(i), chosen[i] + 1);
    }
  }
  out_.rows += count;
  if (pass.with_loss) out_.loss = loss.traits().sums ? loss_ : loss_ / static_cast<double>(count);
  else out_.unseen += count;
}

Evaluation Scoring::finish() {
  out_.metrics = measurement_.finish();
  return out_;
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
    gatherer.features(dataset, chosen, program.input(graph, pass.features));
    program.run(graph);
    const ConstView part = program.output(graph, step_outputs::prediction);
    const std::size_t bytes = byte_count(part.type());
    std::memcpy(to, part.data(), bytes);
    to += bytes;
  }
  return out;
}

}  // namespace gradus
