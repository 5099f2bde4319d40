#include "gradus/learn/train/saved_model.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "gradus/learn/io/model_file.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/old_sentence.hpp"

namespace gradus::io {
namespace {

constexpr std::size_t longest_curve = 1000;  // epochs; longer ones are thinned out evenly

[[noreturn]] void refuse(const std::string& path, const std::string& found, const std::string& expected,
                         const char* remedy = "gradus train, to make the model again") {
  throw UserError(Fault::model_file, Report{printable(path), found, expected, remedy});
}

json::Value describe_validation(const Evaluation& e) {
  json::Object out{{"loss", e.loss}, {"rows", e.rows}};
  metric::Results numbers;
  for (const metric::Result& one : e.metrics) {
    if (!one.table && one.number) numbers.push_back(one);
  }
  metric::put(out, numbers);
  return out;
}

/// `known`: names, labels and units of its metrics.
Evaluation read_validation(const json::Value& value, data::Task task, const metric::Results& known) {
  Evaluation e;
  e.task = task;
  e.loss = value.at("loss").number();
  e.rows = value.at("rows").integer();
  constexpr std::string_view no_metrics[] = {"loss", "rows"};
  e.metrics = metric::take(value, no_metrics, known);
  for (const metric::MetricKind* kind : metric::all_metrics()) {
    if (kind->complete != nullptr) kind->complete(e.metrics, e.rows);
  }
  for (const metric::Result& one : known) {  // what had no number
    if (metric::find(e.metrics, one.name) == nullptr) e.metrics.push_back(one);
  }
  return e;
}

/// Of the metrics that the epochs have.
metric::Results columns_of(const History& history) {
  for (const EpochReport& report : history) {
    if (report.validation) return report.validation->metrics;
  }
  return {};
}

/// `kept`: the epoch whose weights the model has, which is never left out.
json::Value describe_curve(const History& history, std::int64_t kept) {
  json::Array out;
  const std::size_t stride = (history.size() + longest_curve - 1) / longest_curve;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const EpochReport& r = history[i];
    if (i % stride != 0 && i + 1 != history.size() && r.epoch != kept) continue;
    json::Object point{{"epoch", r.epoch},
                       {"steps", r.steps},
                       {"loss", r.loss},
                       {"learning_rate", r.learning_rate},
                       {"gradient_norm", r.gradient_norm},
                       {"seconds", r.seconds},
                       {"best", r.best}};
    if (r.validation) point["validation"] = describe_validation(*r.validation);
    out.push_back(std::move(point));
  }
  return out;
}

History read_curve(const json::Value& value, data::Task task, const metric::Results& columns) {
  History history;
  for (const json::Value& point : value.array()) {
    EpochReport r;
    r.epoch = point.at("epoch").integer();
    r.steps = point.at("steps").integer();
    r.loss = point.at("loss").number();
    r.learning_rate = point.at("learning_rate").number();
    r.gradient_norm = point.at("gradient_norm").number();
    r.seconds = point.at("seconds").number();
    r.best = point.at("best").truth();
    if (const json::Value* validation = point.find("validation"))
      r.validation = read_validation(*validation, task, columns);
    history.push_back(r);
  }
  return history;
}

json::Value describe_record(const TrainingRecord& r) {
  json::Object out{{"optimizer", r.optimizer}, {"schedule", r.schedule}};
  if (!r.groups.empty()) out["groups"] = r.groups;
  if (r.clipping.value > 0) out["clip_value"] = r.clipping.value;
  if (r.clipping.norm > 0) out["clip_norm"] = r.clipping.norm;
  if (r.average > 0) out["average"] = r.average;
  if (!r.computed_by.empty()) out["computed_by"] = r.computed_by;
  const json::Object more{{"seed", r.seed},
                          {"batch", r.batch},
                          {"validation", r.validation},
                          {"steps", r.steps},
                          {"epoch", r.epoch},
                          {"seconds", r.seconds},
                          {"stopped_by", name(r.stopped_by)},
                          {"source", r.source},
                          {"rows", r.rows},
                          {"metrics", metric::describe_columns(columns_of(r.history))},
                          {"curve", describe_curve(r.history, r.epoch)}};
  for (const auto& [key, value] : more) out[key] = value;
  return out;
}

StoppedBy rule_called(const std::string& text, const std::string& path) {
  for (int rule = 0; rule <= static_cast<int>(StoppedBy::diverged); ++rule) {
    if (name(static_cast<StoppedBy>(rule)) == text) return static_cast<StoppedBy>(rule);
  }
  refuse(path, "stopped_by " + printable(text), "a rule that this version knows");
}

TrainingRecord read_record(const json::Value& value, data::Task task, const std::string& path) {
  TrainingRecord r;
  r.optimizer = recipe_of_sentence(value.at("optimizer").text());
  r.schedule = recipe_of_sentence(value.at("schedule").text());
  if (const json::Value* groups = value.find("groups")) r.groups = groups->text();
  if (const json::Value* clip = value.find("clip_value")) r.clipping.value = clip->number();
  if (const json::Value* clip = value.find("clip_norm")) r.clipping.norm = clip->number();
  if (const json::Value* average = value.find("average")) r.average = average->number();
  if (const json::Value* by = value.find("computed_by")) r.computed_by = by->text();
  r.seed = value.at("seed").natural();
  r.batch = value.at("batch").integer();
  r.validation = value.at("validation").number();
  r.steps = value.at("steps").integer();
  if (const json::Value* epoch = value.find("epoch")) r.epoch = epoch->integer();
  r.seconds = value.at("seconds").number();
  r.stopped_by = rule_called(value.at("stopped_by").text(), path);
  r.source = value.at("source").text();
  r.rows = value.at("rows").integer();
  metric::Results columns;
  if (const json::Value* metrics = value.find("metrics")) columns = metric::read_columns(*metrics);
  r.history = read_curve(value.at("curve"), task, columns);
  return r;
}

nn::Layer read_net(const json::Value& document, const LoadOptions& options, const std::string& path) {
  const std::string& text = document.at("net").text();
  const std::optional<nn::Layer>& given = options.net;
  if (given) {
    if (nn::print_net(*given) != text) {
      refuse(path, "a model of the net \"" + printable(text) + "\"",
             "\"" + printable(nn::print_net(*given)) + "\", as given");
    }
    return *given;
  }
  if (!document.at("complete").truth()) {
    refuse(path, "the net \"" + printable(text) + "\" with layers of a program's own", "a net that its text describes",
           "load it in that program, and give load() the net");
  }
  const json::Value* nodes = document.find("nodes");  // files of 0.1 have the text alone
  if (nodes == nullptr) return nn::parse_net(text, options.layers);
  nn::Layer net = nn::net_from_json(*nodes, options.layers);
  if (nn::parse_net(text, options.layers) != net) {
    refuse(path, "the net \"" + printable(text) + "\" and the nodes of another", "one net");
  }
  return net;
}

Shape read_shape(const json::Value& value) {
  std::vector<std::int64_t> sizes;
  for (const json::Value& size : value.array()) sizes.push_back(size.integer());
  return Shape(sizes);
}

/// The net and its parameters, whose shapes follow from the text and must be those in the file.
nn::Model read_network(ModelFile& file, const LoadOptions& options, const std::string& path) {
  const json::Value& document = file.document;
  const std::string& precision = document.at("precision").text();
  const auto found = parse_dtype(precision);
  if (!found || !is_floating(*found)) refuse(path, "precision " + printable(precision), "f32, f64 or bf16");
  const auto [dtype, products] = nn::split_precision(*found);
  nn::Model model{read_net(document, options, path), read_shape(document.at("input")), dtype, {}, products, {}};
  if (const json::Value* inputs = document.find("inputs")) {
    for (const json::Value& one : inputs->array()) {
      model.inputs.push_back({one.at("name").text(), read_shape(one.at("shape")), one.at("codes").truth()});
    }
  }
  std::vector<Wanted> wanted;
  for (const nn::ParameterSpec& spec : nn::parameters_of(model)) {
    wanted.push_back({spec.name, {model.dtype, spec.shape}});
  }
  const std::size_t learnt = wanted.size();
  for (const nn::ParameterSpec& spec : nn::statistics_of(model)) {
    wanted.push_back({spec.name, {model.dtype, spec.shape}});
  }
  require_tensors(file, wanted, path);
  std::unordered_map<std::string_view, Tensor*> tensors;
  for (NamedTensor& named : file.tensors) tensors.emplace(named.name, &named.tensor);
  for (const Wanted& want : wanted) {
    const bool running = model.parameters.size() >= learnt;
    model.parameters.push_back({want.name, std::move(*tensors.at(want.name)), running});
  }
  return model;
}

/// Inputs of the net and of the schema.
void check_inputs(const TrainedModel& model, const data::Schema& schema, const std::string& path) {
  const auto refuse_count = [&](const std::string& of, std::int64_t found, std::int64_t expected) {
    if (found == expected) return;
    refuse(path, "a schema with " + std::to_string(found) + " " + of,
           std::to_string(expected) + ", the inputs of the net");
  };
  refuse_count("features", schema.feature_count(), model.network.input.count());
  for (const nn::NamedInput& input : model.network.inputs) {
    refuse_count("numbers of input " + printable(input.name), schema.feature_count(input.name), input.shape.count());
    if (schema.is_codes(input.name) != input.codes)
      refuse(path, "a schema of other numbers for input " + printable(input.name), "those of the net");
  }
}

/// Of several targets.
void check_targets(const TrainedModel& model, const std::string& path) {
  std::int64_t columns = 0;
  for (std::size_t i = 0; i < model.targets.size(); ++i) {
    const PredictedTarget& target = model.targets[i];
    const std::int64_t own = model.loss.terms[i].columns;
    columns += own;
    const bool classes = target.task == data::Task::classification;
    if (own < 1 || (classes && own != std::ssize(target.class_names)))
      refuse(path, std::to_string(own) + " outputs for target " + printable(target.name),
             "one for each class or number");
  }
  if (const std::int64_t outputs = nn::output_count(model.network); outputs != columns)
    refuse(path, std::to_string(outputs) + " outputs", std::to_string(columns) + " of its targets");
  if (!model.schema) return;
  check_inputs(model, *model.schema, path);
  const auto& known = model.schema->several;
  bool same = known.size() == model.targets.size();
  for (std::size_t i = 0; same && i < known.size(); ++i) {
    const PredictedTarget& target = model.targets[i];
    same = known[i].name == target.name && known[i].task == target.task &&
           (target.task == data::Task::regression || known[i].classes == target.class_names);
  }
  if (!same) refuse(path, "a schema whose targets are not the model's", "the same targets");
}

void check_ends(const TrainedModel& model, const std::string& path) {
  if (!model.targets.empty()) return check_targets(model, path);
  const std::int64_t outputs = nn::output_count(model.network);
  const auto classes = static_cast<std::int64_t>(model.class_names.size());
  const bool classifier = model.task == data::Task::classification;
  if (classifier && outputs != classes && !(classes == 2 && outputs == 1)) {
    refuse(path, std::to_string(classes) + " class names for " + std::to_string(outputs) + " outputs", "one for each");
  }
  if (!model.schema) return;
  const data::Schema& schema = *model.schema;
  check_inputs(model, schema, path);
  if (!schema.several.empty() || schema.target.task != model.task ||
      (classifier && schema.target.classes != model.class_names)) {
    refuse(path, "a schema whose target is not the model's", "the same task and classes");
  }
}

loss::Loss read_loss(const std::string& text, const LoadOptions& options, const std::string& path) {
  try {
    return loss::parse_loss(text, options.losses);
  } catch (const UserError&) {
    refuse(path, "the loss \"" + printable(text) + "\", which does not come with gradus",
           "kinds of losses that are known", "LoadOptions::losses with that kind, in the program that has it");
  }
}

data::Task read_task(const json::Value& value, const std::string& path) {
  const std::string& task = value.text();
  if (task != "classification" && task != "regression")
    refuse(path, "task " + printable(task), "classification or regression");
  return task == "classification" ? data::Task::classification : data::Task::regression;
}

std::string_view name_of(data::Task task) {
  return task == data::Task::classification ? "classification" : "regression";
}

void read_targets(const json::Value& targets, const LoadOptions& options, const std::string& path,
                  TrainedModel& model) {
  for (const json::Value& one : targets.array()) {
    model.targets.push_back({one.at("name").text(), read_task(one.at("task"), path), one.at("classes").texts()});
    loss::Loss& term = model.loss.terms.emplace_back(read_loss(one.at("loss").text(), options, path));
    term.target = model.targets.back().name;
    term.weight = one.at("weight").number(), term.columns = one.at("columns").integer();
    constexpr std::int64_t most = std::int64_t{1} << 40;
    if (const std::int64_t columns = term.columns; columns < 1 || columns > most)
      refuse(path, std::to_string(columns) + " columns of a target", "one at least");
  }
  if (model.targets.empty()) refuse(path, "an empty list of targets", "one at least");
}

HeldOutErrors read_errors(const json::Value& value, const std::string& path) {
  HeldOutErrors out{value.at("rows").integer()};
  for (const json::Value& error : value.at("errors").array()) out.errors.push_back(error.number());
  const bool fits = out.rows >= 0 && std::ssize(out.errors) == std::min(out.rows, HeldOutErrors::most) &&
                    std::is_sorted(out.errors.begin(), out.errors.end()) &&
                    std::all_of(out.errors.begin(), out.errors.end(), [](double x) { return x >= 0; });
  if (!fits) refuse(path, "errors of rows held out that are none", "numbers from 0 on, ascending, for as many rows");
  return out;
}

TrainedModel read_model(ModelFile& file, const LoadOptions& options, const std::string& path) {
  const json::Value& document = file.document;
  TrainedModel model;
  model.network = read_network(file, options, path);
  if (const json::Value* targets = document.find("targets")) {
    read_targets(*targets, options, path, model);
  } else {
    model.task = read_task(document.at("task"), path);
    model.loss = read_loss(document.at("loss").text(), options, path);
    model.class_names = document.at("classes").texts();
  }
  if (const json::Value* schema = document.find("schema")) model.schema = data::schema_from_json(*schema);
  model.record = read_record(document.at("training"), model.task, path);
  if (const json::Value* rows = document.find("learnt_rows")) model.learnt_rows = data::read_row_sketch(rows->text());
  if (const json::Value* errors = document.find("held_out_errors")) model.held_out = read_errors(*errors, path);
  check_ends(model, path);
  return model;
}

}  // namespace

json::Value describe_model(const TrainedModel& model) {
  json::Object out{{"net", nn::print_net(model.network.net)},
                   {"nodes", nn::net_to_json(model.network.net)},
                   {"complete", nn::is_describable(model.network.net)},
                   {"input", std::vector<std::int64_t>(model.network.input.begin(), model.network.input.end())},
                   {"precision", name(nn::precision_of(model.network))},
                   {"loss", model.loss.name()}};
  json::Array inputs, targets;
  for (const nn::NamedInput& input : model.network.inputs) {
    inputs.push_back(json::Object{{"name", input.name},
                                  {"shape", std::vector<std::int64_t>(input.shape.begin(), input.shape.end())},
                                  {"codes", input.codes}});
  }
  if (!inputs.empty()) out["inputs"] = std::move(inputs);
  for (std::size_t i = 0; i < model.targets.size(); ++i) {
    const PredictedTarget& target = model.targets[i];
    const loss::Loss& term = model.loss.terms[i];
    targets.push_back(json::Object{{"name", target.name},
                                   {"task", name_of(target.task)},
                                   {"classes", target.class_names},
                                   {"loss", term.name()},
                                   {"weight", term.weight},
                                   {"columns", term.columns}});
  }
  if (!targets.empty()) {
    out["targets"] = std::move(targets);
  } else {
    out["task"] = name_of(model.task);
    out["classes"] = model.class_names;
  }
  if (model.schema) out["schema"] = data::to_json(*model.schema);
  out["training"] = describe_record(model.record);
  return out;
}

void save(const TrainedModel& model, OutputFile& output) {
  std::vector<const loss::Loss*> losses;
  for (const loss::Loss& term : model.loss.terms) losses.push_back(&term);
  if (losses.empty()) losses.push_back(&model.loss);
  for (const loss::Loss* loss : losses) {
    if (loss->recipe) continue;
    throw UserError(Fault::usage, Report{"loss " + printable(loss->name()), "a function, which no file can hold",
                                         "a kind of loss", "a LossKind with that function"});
  }
  ModelFile file;
  for (const nn::Parameter& parameter : model.network.parameters)
    file.tensors.push_back({parameter.name, parameter.value});
  json::Object document = describe_model(model).object();
  document["learnt_rows"] = data::to_text(model.learnt_rows);
  if (!model.held_out.empty()) {
    document["held_out_errors"] =
        json::Object{{"rows", model.held_out.rows},
                     {"errors", json::Array(model.held_out.errors.begin(), model.held_out.errors.end())}};
  }
  file.document = std::move(document);
  save_model_file(output, file);
}

void save(const TrainedModel& model, const std::string& path) {
  OutputFile output(path);
  save(model, output);
}

Loaded load_with_notes(const std::string& path, const LoadOptions& options) {
  ModelFile file = load_model_file(path);
  try {
    return {read_model(file, options, path), file.notes, file.not_finite};
  } catch (const UserError& error) {
    if (error.fault() == Fault::model_file) throw;
    throw UserError(Fault::model_file,
                    printable(path) + ": " + error.what());  // a net or loss that this version does not know
  }
}

TrainedModel load(const std::string& path, const LoadOptions& options) { return load_with_notes(path, options).model; }

}  // namespace gradus::io
