#include "gradus/learn/train/step_runner.hpp"

#include "gradus/core/ops/interpret.hpp"
#include "gradus/learn/data/batches.hpp"
#include "gradus/learn/train/all_finite.hpp"
#include "gradus/learn/train/reducer.hpp"

namespace gradus {
namespace {

/// What people call a node: its label, or the label of the nearest node after it.
std::string name_of(const Graph& graph, int id) {
  for (int i = id; i < graph.size(); ++i) {
    if (!graph.node(i).label.empty()) return printable(graph.node(i).label);
  }
  return std::string(graph.node(id).op->name);
}

/// Sums in the slots of a level: a sum over 2^l parts waits in level l.
struct LevelSums {
  Program& program;
  const StepGraphs& graphs;

  void carry(int level, bool add) {
    program.run((add ? graphs.carry_add : graphs.carry)[static_cast<std::size_t>(level)]);
  }
  int keep(int sum, int level) {
    for (; sum < level; ++sum) carry(sum, false);
    return sum;
  }
  int add(int older, int newer) {
    newer = keep(newer, older - 1);
    carry(newer, true);
    return older;
  }
};

}  // namespace

StepRunner::StepRunner(StepProgram& steps, const nn::Model& model, const Decided& decided, const data::Dataset& dataset,
                       const data::TargetEncoding* target)
    : steps_(steps),
      model_(model),
      dataset_(dataset),
      decided_(decided),
      target_(target),
      order_(decided.split.train),
      shuffles_(decided.rows.steps() > 1),
      feeder_(steps.program().engine().pool(), steps.graphs().slots, dataset, dataset) {}

void StepRunner::begin_epoch(std::int64_t epoch) {
  if (shuffles_) data::shuffle_rows(decided_.split.train, steps_.seed(), static_cast<std::uint64_t>(epoch), order_);
}

std::span<const std::int64_t> StepRunner::rows_of(std::int64_t index) const {
  return data::batch_rows(order_, decided_.rows.batch, index);
}

void StepRunner::feed_rows(int graph, std::span<const std::int64_t> rows) {
  feeder_.features(steps_.program(), graph, rows);
  feeder_.targets(steps_.program(), graph, rows);
}

void StepRunner::run_part(std::int64_t part, std::int64_t step, std::span<const std::int64_t> rows, bool add) {
  const std::int64_t most = decided_.rows.parts.rows;
  const auto chosen = data::batch_rows(rows, most, part);
  const PartGraphs& of = steps_.graphs().part(static_cast<std::int64_t>(chosen.size()));
  const int graph = add ? of.more : of.first;
  feed_rows(graph, chosen);
  steps_.feed_key(graph, step, part * most);
  steps_.program().input(graph, steps_.graphs().slots.share).as<double>()[0] =
      static_cast<double>(chosen.size()) / static_cast<double>(rows.size());
  steps_.program().run(graph);
}

/// Parts one after the other into the sums of level 0: all of them in order, or two by two, which the tree then joins.
void StepRunner::run_parts(std::int64_t index, std::int64_t step) {
  const auto rows = rows_of(index);
  const std::int64_t count = data::batch_count(static_cast<std::int64_t>(rows.size()), decided_.rows.parts.rows);
  if (!decided_.rows.parts.tree) {
    for (std::int64_t part = 0; part < count; ++part) run_part(part, step, rows, part > 0);
    return;
  }
  LevelSums sums{steps_.program(), steps_.graphs()};
  Reducer<int, LevelSums> reducer(sums);
  for (std::int64_t part = 0; part < count; part += 2) {
    const bool pair = part + 1 < count;
    reducer.wait();
    run_part(part, step, rows, false);
    if (pair) run_part(part + 1, step, rows, true);
    reducer.put(pair ? Subtree{1, part / 2} : Subtree{0, part}, 0);
  }
  sums.keep(reducer.finish(), sum_levels(count, true) - 1);
}

StepResult StepRunner::step(std::int64_t index, std::int64_t step, std::span<const double> rates) {
  const auto rows = rows_of(index);
  if (decided_.rows.in_parts()) run_parts(index, step);
  StepResult result = steps_.step(index == decided_.rows.steps() - 1, step, rates, [&](int graph) {
    if (!decided_.rows.in_parts() && (shuffles_ || fed_ != index)) feed_rows(graph, rows);
  });
  fed_ = index;
  result.rows = static_cast<std::int64_t>(rows.size());
  return result;
}

Evaluation StepRunner::validate() {
  return steps_.with_averages([&] { return score(); });
}

Evaluation StepRunner::validate(const Weights& parameters) {
  steps_.write(parameters);
  return score();
}

Evaluation StepRunner::score() {
  fed_ = -1;  // graphs of equal batch size share their inputs
  Scoring scoring(decided_.metrics, model_, decided_.loss, dataset_, dataset_, target_);
  scoring.run(steps_.program(), steps_.graphs().validation, decided_.split.validation);
  return scoring.finish();
}

std::string StepRunner::first_not_finite(std::int64_t index, std::int64_t step) {
  const auto rows = rows_of(index);
  BatchSpec batch = batch_spec(dataset_);
  batch.rows = static_cast<std::int64_t>(rows.size());
  const StepSlots& slots = steps_.graphs().slots;
  if (!decided_.own_phases()) {
    return first_not_finite(training_step(slots, model_, decided_.loss, optim::gradient_descent(), batch), rows, step);
  }
  for (std::size_t i = 0; i < decided_.phases.size(); ++i) {
    const std::string found = first_not_finite(
        phase_step(slots, decided_.phases[i], static_cast<int>(i), {model_.input, model_.inputs}, model_.dtype, batch),
        rows, step);
    if (!found.empty()) return found;
  }
  return "";
}

std::string StepRunner::first_not_finite(Graph graph, std::span<const std::int64_t> rows, std::int64_t step) const {
  const StepSlots& slots = steps_.graphs().slots;
  std::vector<Binding> bindings;
  for (int id = 0; id < graph.size(); ++id) {
    if (graph.node(id).op != &input_op) continue;
    const SlotId slot = slot_of(graph.node(id));
    Tensor value(graph.node(id).type);
    if (slot == slots.key) {
      value.as<std::int64_t>()[0] = static_cast<std::int64_t>(steps_.seed());
      value.as<std::int64_t>()[1] = step;
    } else if (!gather_slot(slots, slot, dataset_, dataset_, rows, value.view()) &&
               (*slots.table)[slot].role != Role::input)
      value = steps_.program().read(slot);
    bindings.push_back({graph.value(id), std::move(value)});
  }
  const std::vector<Tensor> values = interpret_all(graph, bindings);
  for (int id = 0; id < graph.size(); ++id) {
    if (!all_finite(values[static_cast<std::size_t>(id)])) return name_of(graph, id);
  }
  return "";
}

}  // namespace gradus
