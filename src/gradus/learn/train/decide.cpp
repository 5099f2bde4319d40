#include "gradus/learn/train/decide.hpp"

#include <algorithm>
#include <numeric>

#include "gradus/learn/data/dataset_checks.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/nn/spatial.hpp"
#include "gradus/learn/train/agree.hpp"
#include "gradus/learn/train/check_options.hpp"
#include "gradus/learn/train/feeder.hpp"
#include "gradus/learn/train/known_classes.hpp"

namespace gradus {
namespace {

/// The one phase of a training without phases of its own: every parameter by the options.
void add_plain_phase(Decided& out, const TrainOptions& options) {
  std::vector<std::string> names;
  for (const nn::ParameterSpec& spec : out.parameters) names.push_back(spec.name);
  Phase plain;
  plain.updates = updates_of(options), plain.schedule = options.schedule;
  optim::check(plain.updates, names);
  out.phases.push_back(std::move(plain));
}

data::Split choose_split(const data::Dataset& dataset, const TrainOptions& options) {
  if (options.split) {
    data::check(*options.split, dataset.rows());
    return *options.split;
  }
  const bool several = !dataset.several.empty();  // the first of them decides
  const data::Task task = several ? dataset.several[0].task : dataset.task;
  if (options.by_class && task == data::Task::classification) {
    const Tensor& targets = several ? dataset.several[0].values : dataset.targets;
    return data::split_by_class(targets.as<std::int64_t>(), options.validation, options.seed);
  }
  return data::split_rows(dataset.rows(), options.validation, options.seed);
}

/// What the user should know before waiting for the result.
void note_choices(Decided& out, const TrainOptions& options) {
  const auto rows = static_cast<std::int64_t>(out.split.train.size());
  if (options.batch > rows) {
    out.notes.push_back("batch " + std::to_string(options.batch) + " is larger than the " + std::to_string(rows) +
                        " rows: every step takes all rows");
  }
  nn::for_each_layer(out.net, [&](const std::string&, const nn::Layer& layer) {
    const std::string note(layer.traits().note);
    if (!note.empty() && std::find(out.notes.begin(), out.notes.end(), note) == out.notes.end())
      out.notes.push_back(note);
  });
}

/// Classes of which rows were held back and none was left to train on.
void note_unlearnt(Decided& out, const data::Dataset& dataset) {
  for (std::size_t i = 0; i < dataset.several.size(); ++i) note_unlearnt(out, data::target_alone(dataset, i));
  if (!dataset.several.empty()) return;
  if (dataset.task != data::Task::classification) return;
  const auto targets = dataset.targets.as<std::int64_t>();
  std::vector<std::int64_t> learnt(dataset.class_names.size()), held(dataset.class_names.size());
  const auto count = [&](std::span<const std::int64_t> rows, std::vector<std::int64_t>& by_class) {
    for (const std::int64_t row : rows) ++by_class[static_cast<std::size_t>(targets[static_cast<std::size_t>(row)])];
  };
  count(out.split.train, learnt);
  count(out.split.validation, held);
  std::vector<ClassRows> alone;
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (learnt[i] == 0 && held[i] > 0) alone.push_back({dataset.class_names[i], held[i]});
  }
  if (alone.empty()) return;
  out.notes.push_back("classes that only rows held back for validation have, and that are not learnt: " +
                      list_classes(alone));
}

void check_data(const data::Dataset& dataset) {
  check_dataset(dataset);
  data::require_finite(dataset);
  data::require_classes(dataset);
}

/// Throws UserError for a metric that compares nothing of the targets.
void check_metrics(const metric::Metrics& metrics, const data::Dataset& dataset) {
  for (const metric::Metric& one : metrics) {
    const bool any = std::any_of(dataset.several.begin(), dataset.several.end(), [&](const data::Target& target) {
      const bool classes = target.task == data::Task::classification;
      return one && (one.of().compares == metric::Compares::anything ||
                     (one.of().compares == metric::Compares::classes) == classes);
    });
    if (!any) metric::check({one}, dataset.several[0].task == data::Task::classification);  // refuses
  }
}

/// Those that the net does not ask for are noted and left out.
void keep_asked_inputs(Decided& out) {
  const std::vector<nn::NamedInput> asked = nn::asked_inputs(out.net, out.input, out.model_options.dtype, out.inputs);
  for (const nn::NamedInput& one : out.inputs) {
    if (std::find(asked.begin(), asked.end(), one) != asked.end()) continue;
    out.notes.push_back("the net does not use input " + one.name + "; nn::input(\"" + one.name + "\"), \"input " +
                        one.name + "\" in its text, takes it");
  }
  out.inputs = asked;
}

/// How many codes there may be of an input: those of its columns, which later rows may have, else those that it has.
std::int64_t count_codes(const data::Input& input, const std::optional<data::Schema>& schema) {
  std::int64_t count = 0;
  for (const std::int64_t code : input.values.as<std::int64_t>()) count = std::max(count, code + 1);
  if (!schema) return count;
  for (const data::ColumnEncoding& column : schema->columns) {
    if (column.input == input.name && column.used()) count = std::max(count, std::ssize(column.categories) + 1);
  }
  return count;
}

/// Throws UserError for an embedding of fewer codes than its input has.
void check_codes(const nn::Layer& net, const data::Dataset& dataset, const std::optional<data::Schema>& schema) {
  const kinds::Kind* const embedding = nn::embedding(1, 1).recipe.kind;
  for (std::size_t i = 0; i < net.nets.size(); ++i) {
    if (net.nets[i].is_sequence()) check_codes(net.nets[i], dataset, schema);
    if (i == 0 || net.nets[i].recipe.kind != embedding || !net.nets[i - 1].traits().input) continue;
    const data::Input* const input = data::find_input(dataset, net.nets[i - 1].inputs[0]);
    if (input == nullptr || !input->codes()) continue;
    const std::int64_t codes = count_codes(*input, schema), known = net.nets[i].keys().whole("count");
    if (known >= codes) continue;
    throw UserError(Fault::usage, Report{"layer " + std::to_string(i) + " (" + nn::print_net(net.nets[i]) + ")",
                                         std::to_string(codes) + " codes of input " + input->name,
                                         "at most the " + std::to_string(known) + " that it has",
                                         nn::print_net(nn::embedding(codes, net.nets[i].keys().whole("width")))});
  }
}

/// All but the net's own shapes and types, which `out` has.
Decided decide_rest(Decided out, const data::Dataset& dataset, const TrainOptions& options, const Engine& engine) {
  const DType dtype = out.model_options.dtype;
  const bool classes = dataset.task == data::Task::classification;
  const bool several = !dataset.several.empty();
  if (several) check_metrics(options.metrics, dataset);
  else metric::check(options.metrics, classes);
  out.metrics = options.metrics.empty() && !several ? metric::usual_metrics(classes) : options.metrics;
  const NetInputs inputs{out.input, out.inputs};
  if (!several && !options.targets.empty()) {
    throw UserError(Fault::usage,
                    Report{"targets", "options of several targets", "a dataset with several", "TrainOptions::loss"});
  }
  Agreement agreed = several ? agree_several(options, out.net, inputs, dtype, dataset)
                             : agree(options.loss, out.net, inputs, dtype, dataset);
  out.loss = agreed.loss, out.net = agreed.net, out.notes = std::move(agreed.notes);
  keep_asked_inputs(out);
  check_codes(out.net, dataset, options.schema);
  out.parameters = nn::parameters_of(out.net, out.input, dtype, out.inputs);
  add_plain_phase(out, options);
  out.split = choose_split(dataset, options);
  if (options.patience > 0 && out.split.validation.empty()) {
    throw UserError(Fault::usage,
                    Report{"patience", "no rows held back for validation", "validation rows whose loss can be watched",
                           options.validation > 0 ? "more rows" : "validation 0.2"});
  }
  if (options.schema) out.schema = options.schema;
  else if (dataset.features.dtype() == DType::u8 && dataset.inputs.empty() && !several)
    out.schema = data::image_schema(dataset);
  note_choices(out, options);
  note_unlearnt(out, dataset);
  out.rows = step_rows(options, std::ssize(out.split.train), std::ssize(out.split.validation));
  out.threads = options.threads;
  if (options.memory == 0) return out;
  const nn::Model shapes{out.net, out.input, dtype, {}, out.model_options.products, out.inputs};
  out.memory = choose_parts(engine, shapes, out.loss, options, batch_spec(dataset), out.rows,
                            options.threads > 0 ? std::min(options.threads, engine.threads()) : engine.threads());
  out.rows.parts = out.memory->parts, out.threads = out.memory->threads;
  return out;
}

}  // namespace

nn::Model Decided::make_model() const {
  if (!own_phases()) return nn::make_model(net, input, model_options, inputs);
  nn::Model model{net, input, model_options.dtype, {}, model_options.products, inputs};
  for (const nn::ParameterSpec& spec : parameters) {
    model.parameters.push_back({spec.name, Tensor(model.dtype, spec.shape)});
    init::fill(spec.init, model.parameters.back().value.view(), model_options.seed, spec.name);
  }
  return model;
}

Decided decide(const nn::Layer& net, std::vector<Phase> phases, const data::Dataset& dataset,
               const TrainOptions& options) {
  TrainOptions checked = options;
  checked.optimizer = optim::gradient_descent(), checked.schedule = optim::constant();
  check_options(checked);
  if (dataset.rows() == 0 || dataset.row_size() == 0) check_dataset(dataset);  // refuses
  data::check(dataset);
  data::require_finite(dataset);
  if (options.parts.rows > 0 || options.memory > 0 || options.patience > 0) {
    throw UserError(Fault::usage, Report{"phases", options.patience > 0 ? "patience" : "parts of batches",
                                         "whole batches, and no patience: no rows are held back", "TrainOptions{}"});
  }
  Decided out{.net = net,
              .input = nn::input_of(net, sample_shape(dataset, net)),
              .phases = std::move(phases),
              .inputs = inputs_for(net, dataset),
              .model_options = {options.dtype, options.seed, options.products}};
  nn::check_types(out.model_options);
  out.split.train.resize(static_cast<std::size_t>(dataset.rows()));
  std::iota(out.split.train.begin(), out.split.train.end(), 0);
  out.rows = step_rows(options, dataset.rows(), 0);
  out.threads = options.threads;
  out.schema = options.schema;
  BatchSpec batch = batch_spec(dataset);
  batch.rows = out.rows.batch;
  const NetInputs inputs{out.input, out.inputs};
  out.parameters =
      parameters_of(out.phases, options.dtype, [&](nn::Scope& scope) { return batch_in(scope, inputs, batch); });
  for (const nn::ParameterSpec& spec : nn::parameters_of(net, out.input, options.dtype, out.inputs)) {
    const auto known = std::find_if(out.parameters.begin(), out.parameters.end(),
                                    [&](const nn::ParameterSpec& one) { return one.name == spec.name; });
    if (known != out.parameters.end() && known->shape == spec.shape) continue;
    throw UserError(Fault::usage, Report{"net", spec.name + ", a parameter that no phase has",
                                         "parameters of the phases", "a net built by scope.apply as in them"});
  }
  note_choices(out, options);
  return out;
}

Shape sample_shape(const data::Dataset& dataset, const nn::Layer& net) {
  const Shape& all = dataset.features.shape();
  if (all.rank() > 2 && nn::axes_taken(net) == 2) return Shape(all.sizes().subspan(1));
  return {dataset.row_size()};
}

Decided decide(const nn::Layer& net, const data::Dataset& dataset, const TrainOptions& options, const Engine& engine) {
  check_options(options);
  check_data(dataset);
  Decided out{.net = net,
              .input = nn::input_of(net, sample_shape(dataset, net)),
              .inputs = inputs_for(net, dataset),
              .model_options = {options.dtype, options.seed, options.products}};
  nn::check_types(out.model_options);
  return decide_rest(std::move(out), dataset, options, engine);
}

Decided decide(const nn::Model& model, const data::Dataset& dataset, const TrainOptions& options,
               const Engine& engine) {
  check_options(options);
  check_data(dataset);
  if (model.input.count() != dataset.row_size()) {
    throw UserError(Fault::data,
                    Report{printable(dataset.source), std::to_string(dataset.row_size()) + " features a row",
                           std::to_string(model.input.count()) + ", as the model takes",
                           "nn::make_model(net, Shape{" + std::to_string(dataset.row_size()) + "})"});
  }
  require_inputs(model.inputs, dataset);
  return decide_rest({.net = model.net,
                      .input = model.input,
                      .inputs = model.inputs,
                      .model_options = {model.dtype, options.seed, model.products}},
                     dataset, options, engine);
}

Decided decide(const nn::Model& model, const GivenBatches& batches, const TrainOptions& options) {
  check_options(options);
  const auto refuse = [](const std::string& found, const std::string& expected, const std::string& remedy) {
    throw UserError(Fault::usage, Report{"batches handed in", found, expected, remedy});
  };
  if (batches.rows < 1) refuse(std::to_string(batches.rows) + " rows", "at least 1", "rows = 1");
  if (!options.loss) refuse("no loss", "one, which says what the targets are", "loss::mse");
  if (!options.targets.empty()) refuse("several targets", "one target", "TrainOptions::loss");
  if (options.patience > 0 || options.target_loss) {
    refuse("a rule of epochs", "rules of steps: steps, seconds, tolerance, should_stop", "TrainOptions{.steps = 1000}");
  }
  if (options.parts.rows > 0 || options.memory > 0 || options.split) {
    refuse("parts, a memory budget or a split", "whole batches, all to learn from", "TrainOptions{}");
  }
  Agreement agreed =
      agree(*options.loss, model.net, {model.input, model.inputs}, model.dtype, options.loss->traits().takes_classes);
  Decided out{.net = std::move(agreed.net),
              .input = model.input,
              .loss = std::move(agreed.loss),
              .rows = {.batch = batches.rows},
              .threads = options.threads,
              .schema = options.schema,
              .parameters = nn::parameters_of(model),
              .notes = std::move(agreed.notes),
              .inputs = model.inputs,
              .model_options = {model.dtype, options.seed, model.products}};
  add_plain_phase(out, options);
  return out;
}

}  // namespace gradus
