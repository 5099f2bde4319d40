#include "gradus/learn/train/pass.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "gradus/learn/data/batches.hpp"
#include "gradus/learn/train/feeder.hpp"

namespace gradus {
namespace {

int graph_for(const Pass& pass, std::int64_t rows) { return rows == pass.batch ? pass.whole : pass.last; }

}  // namespace

Pass add_pass(std::vector<Graph>& graphs, const StepSlots& slots, const nn::Model& model, const loss::Loss& loss,
              BatchSpec batch, std::int64_t rows, bool with_loss, std::int64_t most) {
  Pass pass{.with_loss = with_loss, .slots = slots, .batch = most};
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
  if (!dataset.several.empty()) {
    BatchSpec out;
    for (const data::Target& target : dataset.several) {
      const bool classes = target.task == data::Task::classification;
      out.several.push_back({classes ? std::ssize(target.class_names) : 0,
                             classes ? std::ssize(target.class_names) : target.values.shape().last(), target.name});
    }
    return out;
  }
  if (dataset.task == data::Task::classification) return {.classes = dataset.classes()};
  return {.outputs = dataset.targets.shape().last()};
}

metric::Metrics metrics_of_target(const metric::Metrics& asked, bool classes) {
  metric::Metrics out;
  const metric::Compares compared = classes ? metric::Compares::classes : metric::Compares::numbers;
  for (const metric::Metric& one : asked) {
    if (one && (one.of().compares == compared || one.of().compares == metric::Compares::anything)) out.push_back(one);
  }
  return out.empty() ? metric::usual_metrics(classes) : out;
}

metric::Results named_results(const std::string& target, metric::Results results) {
  for (metric::Result& one : results) one.name = target + "/" + one.name, one.label = target + " " + one.label;
  return results;
}

Scoring::Scoring(const metric::Metrics& metrics, const nn::Model& model, const loss::Loss& loss,
                 const data::Dataset& dataset, const data::Dataset& targets, const data::TargetEncoding* encoding,
                 metric::Intervals intervals)
    : loss_of_(loss), dataset_(dataset), targets_(targets) {
  if (encoding != nullptr && encoding->task == data::Task::regression && !encoding->linear()) bent_ = encoding;
  out_.task = targets.task;
  if (targets.several.empty()) {
    const std::int64_t outputs = nn::output_count(model);
    const bool classes = targets.task == data::Task::classification;
    const metric::Subject subject{.outputs = outputs,
                                  .classes = classes ? targets.class_names : std::vector<std::string>(),
                                  .intervals = intervals};
    parts_.push_back({metric::Measurement(metrics, subject), nullptr, 0, outputs});
    return;
  }
  std::int64_t first = 0;
  for (std::size_t i = 0; i < targets.several.size(); ++i) {
    const data::Target& target = targets.several[i];
    const std::int64_t columns = loss.terms[i].columns;
    const bool classes = target.task == data::Task::classification;
    const metric::Subject subject{.outputs = columns, .classes = target.class_names, .intervals = intervals};
    parts_.push_back({metric::Measurement(metrics_of_target(metrics, classes), subject), &target, first, columns});
    first += columns;
  }
}

namespace {

/// `count` columns of a matrix.
Tensor columns_of(ConstView matrix, std::int64_t first, std::int64_t count) {
  const std::int64_t rows = matrix.shape()[0], all = matrix.shape()[1];
  Tensor out(matrix.dtype(), {rows, count});
  const std::size_t size = size_of(matrix.dtype());
  for (std::int64_t row = 0; row < rows; ++row) {
    std::memcpy(static_cast<std::byte*>(out.data()) + static_cast<std::size_t>(row * count) * size,
                static_cast<const std::byte*>(matrix.data()) + static_cast<std::size_t>(row * all + first) * size,
                static_cast<std::size_t>(count) * size);
  }
  return out;
}

Tensor decoded(const data::TargetEncoding& encoding, ConstView numbers) {
  Tensor out(DType::f64, numbers.shape());
  const auto to = out.as<double>();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = encoding.decode(numbers.number(static_cast<std::int64_t>(i)));
  return out;
}

}  // namespace

void Scoring::measure(ConstView prediction, std::span<const std::int64_t> rows) {
  // Apart from what the program gets: a plan may reuse the memory of its inputs, and errors are those of the targets
  // as they are in f64.
  const auto count = static_cast<std::int64_t>(rows.size());
  for (Part& part : parts_) {
    const Tensor& from = part.target != nullptr ? part.target->values : targets_.targets;
    Tensor target(from.dtype(), from.shape().with(0, count));
    if (part.target == nullptr) {
      data::gather_targets(targets_, rows, target.view());
      if (bent_ == nullptr) part.measurement.add({prediction, target});
      else part.measurement.add({decoded(*bent_, prediction), decoded(*bent_, target)});
    } else {
      data::gather_target(*part.target, rows, target.view());
      part.measurement.add({columns_of(prediction, part.first, part.columns), target});
    }
  }
}

void Scoring::run(Program& program, const Pass& pass, std::span<const std::int64_t> rows) {
  const auto count = static_cast<std::int64_t>(rows.size());
  Feeder feeder(program.engine().pool(), pass.slots, dataset_, targets_);
  const bool sums = loss_of_.traits().sums;
  for (std::int64_t b = 0; b < data::batch_count(count, pass.batch); ++b) {
    const auto chosen = data::batch_rows(rows, pass.batch, b);
    const int graph = graph_for(pass, static_cast<std::int64_t>(chosen.size()));
    feeder.features(program, graph, chosen);
    if (pass.with_loss) feeder.targets(program, graph, chosen);
    program.run(graph);
    if (pass.with_loss) {
      const double batch_loss = program.output(graph, step_outputs::loss).number();
      loss_ += sums ? batch_loss : batch_loss * static_cast<double>(chosen.size());
    }
    const ConstView prediction = program.output(graph, step_outputs::prediction);
    measure(prediction, chosen);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      out_.not_finite.add(prediction, static_cast<std::int64_t>(i), chosen[i] + 1);
    }
  }
  out_.rows += count;
  if (pass.with_loss) out_.loss = sums ? loss_ : loss_ / static_cast<double>(count);
  else out_.unseen += count;
}

Evaluation Scoring::finish() {
  for (Part& part : parts_) {
    metric::Results results = part.measurement.finish();
    if (part.target != nullptr) results = named_results(part.target->name, std::move(results));
    out_.metrics.insert(out_.metrics.end(), results.begin(), results.end());
  }
  return out_;
}

Tensor predict_pass(Program& program, const Pass& pass, const Type& type, const data::Dataset& dataset) {
  Tensor out(type);
  std::vector<std::int64_t> all(static_cast<std::size_t>(dataset.rows()));
  std::iota(all.begin(), all.end(), 0);
  auto* to = static_cast<std::byte*>(out.data());
  Feeder feeder(program.engine().pool(), pass.slots, dataset, dataset);
  for (std::int64_t b = 0; b < data::batch_count(dataset.rows(), pass.batch); ++b) {
    const auto chosen = data::batch_rows(all, pass.batch, b);
    const int graph = graph_for(pass, static_cast<std::int64_t>(chosen.size()));
    feeder.features(program, graph, chosen);
    program.run(graph);
    const ConstView part = program.output(graph, step_outputs::prediction);
    const std::size_t bytes = byte_count(part.type());
    std::memcpy(to, part.data(), bytes);
    to += bytes;
  }
  return out;
}

}  // namespace gradus
