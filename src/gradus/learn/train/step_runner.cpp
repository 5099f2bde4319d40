#include "gradus/learn/train/step_runner.hpp"

#include <cmath>

#include "gradus/core/ops/interpret.hpp"
#include "gradus/learn/data/batches.hpp"

namespace gradus {
namespace {

bool all_finite(ConstView view) {
  if (!is_floating(view.dtype())) return true;
  return visit_floating(view.dtype(), [&]<class T>(std::type_identity<T>) {
    for (T x : view.as<T>()) {
      if (!std::isfinite(x)) return false;
    }
    return true;
  });
}

/// What people call a node: its label, or the label of the nearest node after it.
std::string name_of(const Graph& graph, int id) {
  for (int i = id; i < graph.size(); ++i) {
    if (!graph.node(i).label.empty()) return printable(graph.node(i).label);
  }
  return std::string(graph.node(id).op->name);
}

}  // namespace

StepRunner::StepRunner(Engine& engine, const nn::Model& model, const TrainOptions& options, const Decided& decided,
                       const data::Dataset& dataset)
    : gatherer_(engine.pool()),
      model_(model),
      dataset_(dataset),
      decided_(decided),
      subject_(subject_of(model, dataset)),
      order_(decided.split.train),
      seed_(options.seed),
      shuffles_(decided.rows.steps() > 1),
      update_norm_(options.tolerance > 0) {
  graphs_ = step_graphs(model, decided.loss, options, batch_spec(dataset), decided.rows);
  for (const Next& next : graphs_.graphs[static_cast<std::size_t>(graphs_.last)].nexts()) {
    if ((*graphs_.slots.table)[next.slot].role != Role::sum) kept_.push_back(next.slot);
  }
  program_ = std::make_unique<Program>(
      engine, std::move(graphs_.graphs),
      ProgramOptions{.own_order = decided.rows.one_leaf(), .products = model.products, .threads = decided.threads});
  write(model.parameters);
}

void StepRunner::begin_epoch(std::int64_t epoch) {
  if (shuffles_) data::shuffle_rows(decided_.split.train, seed_, static_cast<std::uint64_t>(epoch), order_);
}

std::span<const std::int64_t> StepRunner::rows_of(std::int64_t index) const {
  return data::batch_rows(order_, decided_.rows.batch, index);
}

void StepRunner::feed_rows(int graph, std::span<const std::int64_t> rows) {
  gatherer_.features(dataset_, rows, program_->input(graph, graphs_.slots.features));
  data::gather_targets(dataset_, rows, program_->input(graph, graphs_.slots.target));
}

void StepRunner::feed_key(int graph, std::int64_t step, std::int64_t first_row) {
  if (!program_->has(graph, graphs_.slots.key)) return;
  const auto key = program_->input(graph, graphs_.slots.key).as<std::int64_t>();
  key[0] = static_cast<std::int64_t>(seed_);
  key[1] = step;
  if (key.size() > 2) key[2] = first_row;
}

/// Parts one after the other into the sums of level 0; two of one level make one of the next.
void StepRunner::run_parts(std::int64_t index, std::int64_t step) {
  const auto rows = rows_of(index);
  const auto all = static_cast<double>(rows.size());
  const std::int64_t count = data::batch_count(static_cast<std::int64_t>(rows.size()), decided_.rows.parts.rows);
  const bool tree = decided_.rows.parts.tree;
  const int top = sum_levels(count, tree) - 1;
  const auto carry = [&](int level, bool add) {
    program_->run((add ? graphs_.carry_add : graphs_.carry)[static_cast<std::size_t>(level)]);
  };
  unsigned full = 0;  // bit i: level i + 1 holds a sum
  for (std::int64_t part = 0; part < count; ++part) {
    const auto chosen = data::batch_rows(rows, decided_.rows.parts.rows, part);
    const PartGraphs& of = graphs_.part(static_cast<std::int64_t>(chosen.size()));
    const int graph = (tree ? part % 2 == 0 : part == 0) ? of.first : of.more;
    feed_rows(graph, chosen);
    feed_key(graph, step, part * decided_.rows.parts.rows);
    program_->input(graph, graphs_.slots.share).as<double>()[0] = static_cast<double>(chosen.size()) / all;
    program_->run(graph);
    const bool last = part + 1 == count;
    if (!tree || (part % 2 == 0 && !last)) continue;
    for (int level = 0; level < top; ++level) {  // as carries in a binary number; at the end all the way up
      const unsigned bit = 1U << static_cast<unsigned>(level);
      const bool held = (full & bit) != 0;
      carry(level, held);
      full |= bit;
      if (!held && !last) break;
      if (!last) full &= ~bit;
    }
  }
}

StepResult StepRunner::step(std::int64_t index, std::int64_t step, double learning_rate) {
  const bool last = index == decided_.rows.steps() - 1;
  const int graph = last ? graphs_.last : graphs_.whole;
  if (decided_.rows.in_parts()) run_parts(index, step);
  else if (shuffles_ || fed_ != index) feed_rows(graph, rows_of(index));
  fed_ = index;
  feed_key(graph, step, 0);
  program_->input(graph, graphs_.slots.learning_rate).as<double>()[0] = learning_rate;
  program_->run(graph);
  StepResult result{.loss = program_->output(graph, step_outputs::loss).number(),
                    .rows = static_cast<std::int64_t>(rows_of(index).size())};
  if (update_norm_) result.update_norm = program_->output(graph, step_outputs::update_norm).number();
  if (last) result.gradient_norm = program_->output(graph, step_outputs::gradient_norm).number();
  return result;
}

Evaluation StepRunner::validate() {
  fed_ = -1;  // graphs of equal batch size share their inputs
  Scoring scoring(decided_.metrics, subject_, dataset_, dataset_);
  scoring.run(*program_, graphs_.validation, decided_.loss, decided_.split.validation);
  return scoring.finish();
}

bool StepRunner::parameters_finite() const {
  for (const nn::Parameter& parameter : model_.parameters) {
    if (!all_finite(program_->read(parameter.name))) return false;
  }
  return true;
}

Weights StepRunner::read() const {
  Weights weights;
  for (const SlotId slot : kept_) weights.push_back({program_->slots()[slot].name, program_->read(slot)});
  return weights;
}

Weights StepRunner::read_parameters() const {
  Weights weights;
  for (const nn::Parameter& parameter : model_.parameters) {
    weights.push_back({parameter.name, program_->read(parameter.name)});
  }
  return weights;
}

void StepRunner::write(const Weights& weights) {
  for (const nn::Parameter& weight : weights) program_->write(weight.name, weight.value);
}

std::string StepRunner::first_not_finite(std::int64_t index, std::int64_t step) {
  const auto rows = rows_of(index);
  BatchSpec batch = batch_spec(dataset_);
  batch.rows = static_cast<std::int64_t>(rows.size());
  const StepSlots& slots = graphs_.slots;
  Graph graph = training_step(slots, model_, decided_.loss, optim::gradient_descent(), batch);
  std::vector<Binding> bindings;
  for (int id = 0; id < graph.size(); ++id) {
    if (graph.node(id).op != &input_op) continue;
    const SlotId slot = slot_of(graph.node(id));
    Tensor value(graph.node(id).type);
    if (slot == slots.features) data::gather_features(dataset_, rows, value.view());
    else if (slot == slots.target) data::gather_targets(dataset_, rows, value.view());
    else if (slot == slots.key) {
      value.as<std::int64_t>()[0] = static_cast<std::int64_t>(seed_);
      value.as<std::int64_t>()[1] = step;
    } else if (slot != slots.learning_rate) value = program_->read(slot);
    bindings.push_back({graph.value(id), std::move(value)});
  }
  const std::vector<Tensor> values = interpret_all(graph, bindings);
  for (int id = 0; id < graph.size(); ++id) {
    if (!all_finite(values[static_cast<std::size_t>(id)])) return name_of(graph, id);
  }
  return "";
}

}  // namespace gradus
