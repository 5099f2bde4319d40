#include "gradus/learn/train/step_runner.hpp"

#include <cmath>

#include "gradus/core/ops/interpret.hpp"
#include "gradus/learn/data/batches.hpp"
#include "gradus/learn/train/reducer.hpp"

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

StepRunner::StepRunner(Engine& engine, const nn::Model& model, const TrainOptions& options, const Decided& decided,
                       const data::Dataset& dataset)
    : model_(model),
      dataset_(dataset),
      decided_(decided),
      order_(decided.split.train),
      seed_(options.seed),
      shuffles_(decided.rows.steps() > 1),
      update_norm_(options.tolerance > 0),
      averages_(options.average > 0) {
  graphs_ = step_graphs(model, decided.loss, options, batch_spec(dataset), decided.rows,
                        decided.own_phases() ? std::span<const Phase>(decided.phases) : std::span<const Phase>());
  feeder_.emplace(engine.pool(), graphs_.slots, dataset, dataset);
  losses_.resize(decided.phases.size());
  for (const Phase& phase : decided.phases) {
    for (std::size_t group = 0; group <= phase.updates.groups.size(); ++group) {
      rates_.push_back(graphs_.slots.rate(phase.name, group));
    }
  }
  for (int number = 0; number < graphs_.slots.table->size(); ++number) {
    const Role role = (*graphs_.slots.table)[SlotId{number}].role;
    if (role != Role::sum && role != Role::input) kept_.push_back({number});
  }
  program_ = std::make_unique<Program>(
      engine, std::move(graphs_.graphs),
      ProgramOptions{.own_order = decided.rows.one_leaf(), .products = model.products, .threads = decided.threads});
  write(model.parameters);
  for (const nn::Parameter& parameter : model.parameters) {  // before the first step
    if (program_->slots().find(average_name(parameter.name))) {
      program_->write(average_name(parameter.name), parameter.value);
    }
  }
}

void StepRunner::begin_epoch(std::int64_t epoch) {
  if (shuffles_) data::shuffle_rows(decided_.split.train, seed_, static_cast<std::uint64_t>(epoch), order_);
}

std::span<const std::int64_t> StepRunner::rows_of(std::int64_t index) const {
  return data::batch_rows(order_, decided_.rows.batch, index);
}

void StepRunner::feed_rows(int graph, std::span<const std::int64_t> rows) {
  feeder_->features(*program_, graph, rows);
  feeder_->targets(*program_, graph, rows);
}

void StepRunner::feed_key(int graph, std::int64_t step, std::int64_t first_row) {
  if (!program_->has(graph, graphs_.slots.key)) return;
  const auto key = program_->input(graph, graphs_.slots.key).as<std::int64_t>();
  key[0] = static_cast<std::int64_t>(seed_);
  key[1] = step;
  if (key.size() > 2) key[2] = first_row;
}

void StepRunner::run_part(std::int64_t part, std::int64_t step, std::span<const std::int64_t> rows, bool add) {
  const std::int64_t most = decided_.rows.parts.rows;
  const auto chosen = data::batch_rows(rows, most, part);
  const PartGraphs& of = graphs_.part(static_cast<std::int64_t>(chosen.size()));
  const int graph = add ? of.more : of.first;
  feed_rows(graph, chosen);
  feed_key(graph, step, part * most);
  program_->input(graph, graphs_.slots.share).as<double>()[0] =
      static_cast<double>(chosen.size()) / static_cast<double>(rows.size());
  program_->run(graph);
}

/// Parts one after the other into the sums of level 0: all of them in order, or two by two, which the tree then joins.
void StepRunner::run_parts(std::int64_t index, std::int64_t step) {
  const auto rows = rows_of(index);
  const std::int64_t count = data::batch_count(static_cast<std::int64_t>(rows.size()), decided_.rows.parts.rows);
  if (!decided_.rows.parts.tree) {
    for (std::int64_t part = 0; part < count; ++part) run_part(part, step, rows, part > 0);
    return;
  }
  LevelSums sums{*program_, graphs_};
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
  const bool last = index == decided_.rows.steps() - 1;
  const auto rows = rows_of(index);
  StepResult result{.rows = static_cast<std::int64_t>(rows.size())};
  if (decided_.rows.in_parts()) run_parts(index, step);
  for (std::size_t phase = 0; phase < graphs_.phases.size(); ++phase) {
    const int graph = last ? graphs_.phases[phase].last : graphs_.phases[phase].whole;
    if (!decided_.rows.in_parts() && (shuffles_ || fed_ != index)) feed_rows(graph, rows);
    feed_key(graph, step, 0);
    for (std::size_t i = 0; i < rates_.size(); ++i) {
      if (program_->has(graph, rates_[i])) program_->input(graph, rates_[i]).as<double>()[0] = rates[i];
    }
    program_->run(graph);
    losses_[phase] = program_->output(graph, step_outputs::loss).number();
    const auto add = [&](double& norm, const char* output) {  // over the parameters of all phases
      const double part = program_->output(graph, output).number();
      norm = phase == 0 ? part : std::hypot(norm, part);
    };
    if (update_norm_) add(result.update_norm, step_outputs::update_norm);
    if (last) add(result.gradient_norm, step_outputs::gradient_norm);
  }
  fed_ = index;
  result.loss = losses_.front();
  for (const double loss : losses_) {
    if (!std::isfinite(loss)) result.loss = loss;
  }
  return result;
}

Evaluation StepRunner::validate() {
  if (!averages_) return score();
  Weights now;
  for (const nn::Parameter& parameter : model_.parameters) {
    now.push_back({parameter.name, program_->read(parameter.name)});
  }
  Evaluation out = validate(read_parameters());
  write(now);
  return out;
}

Evaluation StepRunner::validate(const Weights& parameters) {
  write(parameters);
  return score();
}

Evaluation StepRunner::score() {
  fed_ = -1;  // graphs of equal batch size share their inputs
  Scoring scoring(decided_.metrics, model_, decided_.loss, dataset_, dataset_);
  scoring.run(*program_, graphs_.validation, decided_.split.validation);
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
    const SlotId average = program_->slots().find(average_name(parameter.name));
    weights.push_back({parameter.name, average ? program_->read(average) : program_->read(parameter.name)});
  }
  return weights;
}

void StepRunner::write(const Weights& weights) {
  for (const nn::Parameter& weight : weights) program_->write(weight.name, weight.value);
}

void StepRunner::check(const Weights& weights) const {
  const auto refuse = [](const std::string& found, const std::string& expected) {
    throw UserError(Fault::usage,
                    Report{"state of a training", found, expected, "the slots that Trainer::state() gave"});
  };
  for (const SlotId id : kept_) {
    const Slot& slot = program_->slots()[id];
    const auto given =
        std::find_if(weights.begin(), weights.end(), [&](const nn::Parameter& one) { return one.name == slot.name; });
    if (given == weights.end()) refuse("no " + printable(slot.name), to_string(slot.type));
    if (given->value.type() == slot.type) continue;
    refuse(printable(slot.name) + " of type " + to_string(given->value.type()), to_string(slot.type));
  }
  if (weights.size() != kept_.size()) {
    refuse(std::to_string(weights.size()) + " slots", std::to_string(kept_.size()));
  }
}

std::string StepRunner::first_not_finite(std::int64_t index, std::int64_t step) {
  const auto rows = rows_of(index);
  BatchSpec batch = batch_spec(dataset_);
  batch.rows = static_cast<std::int64_t>(rows.size());
  const StepSlots& slots = graphs_.slots;
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
  const StepSlots& slots = graphs_.slots;
  std::vector<Binding> bindings;
  for (int id = 0; id < graph.size(); ++id) {
    if (graph.node(id).op != &input_op) continue;
    const SlotId slot = slot_of(graph.node(id));
    Tensor value(graph.node(id).type);
    if (slot == slots.key) {
      value.as<std::int64_t>()[0] = static_cast<std::int64_t>(seed_);
      value.as<std::int64_t>()[1] = step;
    } else if (!gather_slot(slots, slot, dataset_, dataset_, rows, value.view()) &&
               (*slots.table)[slot].role != Role::input)
      value = program_->read(slot);
    bindings.push_back({graph.value(id), std::move(value)});
  }
  const std::vector<Tensor> values = interpret_all(graph, bindings);
  for (int id = 0; id < graph.size(); ++id) {
    if (!all_finite(values[static_cast<std::size_t>(id)])) return name_of(graph, id);
  }
  return "";
}

}  // namespace gradus
