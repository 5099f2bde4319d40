#include "gradus/app/cli/train/training.hpp"

#include <algorithm>
#include <filesystem>

#include "gradus/app/cli/arguments/choose_precision.hpp"
#include "gradus/app/cli/arguments/defaults.hpp"
#include "gradus/app/cli/commands.hpp"
#include "gradus/app/report/evaluation.hpp"
#include "gradus/app/report/layout.hpp"
#include "gradus/app/report/numbers.hpp"
#include "gradus/app/report/resident.hpp"

namespace gradus::cli {

std::string line(const std::string& label, const std::string& text, int width) {
  constexpr std::size_t indent = 11;
  return report::wrapped(label, text, indent, width);
}

namespace {

using report::counted;

/// "a, b and 3 more"
std::string listed(const std::vector<std::string>& names, std::size_t most = 6) {
  std::string out;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) out += (i ? ", " : "") + printable(names[i]);
  if (names.size() > most) out += " and " + report::grouped(static_cast<std::int64_t>(names.size() - most)) + " more";
  return out;
}

std::string inputs_text(const data::Schema& schema) {
  if (!schema.is_table()) {
    return "images of " + image_text(schema.image) + ", each / " + report::short_number(schema.divisor);
  }
  std::vector<std::string> numbers, dates, categories, filled;
  for (const data::ColumnEncoding& column : schema.columns) {
    if (!column.used()) continue;
    if (column.gaps.in_training) filled.push_back(column.name);
    if (!column.input.empty()) continue;
    if (column.kind().cells == data::Cells::dates) dates.push_back(column.name);
    else if (column.numeric()) numbers.push_back(column.name);
    else categories.push_back(column.name + " (" + std::to_string(column.categories.size()) + ")");
  }
  std::string out;
  const auto add = [&](const char* what, const std::vector<std::string>& names) {
    if (!names.empty()) out += (out.empty() ? "" : "; ") + std::string(what) + ": " + listed(names);
  };
  add("numbers", numbers), add("dates", dates), add("categories", categories);
  for (const std::string& input : schema.inputs()) {
    std::vector<std::string> columns;
    for (const data::ColumnEncoding& column : schema.columns) {
      if (!column.used() || column.input != input) continue;
      const std::size_t codes = column.categories.size() + 1;
      columns.push_back(column.name + (column.kind().codes ? " (" + std::to_string(codes) + " codes)" : ""));
    }
    add(("input " + input).c_str(), columns);
  }
  add("with missing values", filled);
  return out;
}

/// "  (--target, --task)" with the flags whose setting was not said.
std::string flags(std::initializer_list<std::pair<const char*, bool>> all) {
  std::string out;
  for (const auto& [flag, said] : all) {
    if (!said) out += (out.empty() ? "" : ", ") + std::string(flag);
  }
  return out.empty() ? "" : "  (" + out + ")";
}

/// "1 (5,421), 2 (96)": the classes, each with its rows.
std::vector<std::string> counted_classes(const std::vector<std::string>& classes, const Tensor& targets) {
  std::vector<std::int64_t> counts(classes.size());
  for (const std::int64_t target : targets.as<std::int64_t>()) ++counts[static_cast<std::size_t>(target)];
  std::vector<std::string> out;
  for (std::size_t i = 0; i < classes.size(); ++i) out.push_back(classes[i] + " (" + report::grouped(counts[i]) + ")");
  return out;
}

std::string target_text(const data::TargetEncoding& target, const Tensor& rows) {
  const std::string name = target.name.empty() ? "" : printable(target.name) + ": ";
  if (target.task == data::Task::regression) return name + "regression";
  return name + "classification into " + std::to_string(target.classes.size()) +
         " classes: " + listed(counted_classes(target.classes, rows), 10);
}

std::string targets_text(const data::Schema& schema, const data::Dataset& rows) {
  if (schema.several.empty()) return target_text(schema.target, rows.targets);
  std::string out;
  for (std::size_t i = 0; i < schema.several.size(); ++i) {
    out += (i ? "; " : "") + target_text(schema.several[i], rows.several[i].values);
  }
  return out;
}

std::string learning_text(const Training& training) {
  const Settings& all = training.complete;
  kinds::AnyRecipe optimizer = all.optimizer.recipe();
  const double rate = optimizer.keys.number("rate");
  const std::size_t at = kinds::find_key(optimizer.kind->keys, "rate");
  optimizer.keys.set(at, kinds::Keys(optimizer.kind->keys).value(at));  // said apart
  std::string out = kinds::print(optimizer) + ", rate " + report::short_number(rate) + ", " +
                    kinds::print(all.schedule.recipe()) + " schedule, batch " +
                    (*all.batch == 0 ? "all" : report::grouped(*all.batch));
  if (all.groups) out += ", groups " + printable(*all.groups);
  if (all.clip_value) out += ", elements clipped at " + report::short_number(*all.clip_value);
  if (all.clip_norm) out += ", norm clipped at " + report::short_number(*all.clip_norm);
  if (all.average) out += ", averaged over steps by " + report::short_number(*all.average);
  if (*all.epochs < unlimited_epochs) out += ", " + counted(*all.epochs, "epoch");
  if (all.steps) out += ", " + counted(*all.steps, "step") + " at most";
  if (all.time) out += ", " + report::duration(*all.time) + " at most";
  if (*all.patience > 0) out += ", patience " + counted(*all.patience, "epoch");
  return out;
}

}  // namespace

std::string data_text(const Settings& said, const std::string& path, const TrainingData& data, int width) {
  const data::Schema& schema = data.schema;
  std::string out = line("data", printable(path) + ": " + counted(data.rows.rows(), "row"), width);
  out += line(
      "target",
      targets_text(schema, data.rows) +
          (schema.is_table() ? flags({{"--target", said.target.has_value()}, {"--task", said.task.has_value()}}) : ""),
      width);
  out += line("inputs",
              inputs_text(schema) + (schema.is_table() ? flags({{"--ignore", said.ignore.has_value()},
                                                                {"--categorical", said.categorical.has_value()}})
                                                       : ""),
              width);
  std::vector<std::string> not_used = schema.ignored;
  for (const data::ColumnEncoding& column : schema.columns) {
    if (!column.used()) not_used.push_back(column.name);
  }
  if (!not_used.empty()) out += line("not used", listed(not_used), width);
  return out;
}

std::string choices_text(const Training& training, const TrainingData& data, int width) {
  const Settings &said = training.said, &all = training.complete;
  std::string out = data_text(said, training.data, data, width);
  out +=
      line("network",
           training.net + ": " + counted(training.parameters, "parameter") + flags({{"--net", said.net.has_value()}}),
           width);
  const bool ends = said.epochs || said.steps || said.time || said.until_loss || said.tolerance;
  out += line("learning",
              learning_text(training) + flags({{"--optimizer", said.optimizer.said()},
                                               {"--rate", said.optimizer.said("rate")},
                                               {"--schedule", said.schedule.said()},
                                               {"--batch", said.batch.has_value()},
                                               {"--epochs", ends},
                                               {"--patience", said.patience || *all.patience == 0}}),
              width);
  const auto held = static_cast<std::int64_t>(data.split.validation.size());
  out += line("held back",
              counted(held, "row") + " for validation, " +
                  counted(static_cast<std::int64_t>(data.split.train.size()), "row") + " to learn from" +
                  flags({{"--valid", said.validation.has_value()}}),
              width);
  out += line("run",
              "seed " + std::to_string(*all.seed) + ", " + counted(training.threads, "thread") + ", " +
                  precision_text(*all.precision, training.precision_reason) +
                  flags({{"--seed", said.seed.has_value()}, {"--threads", said.threads.has_value()}}),
              width);
  if (training.gradient_error) {
    out += line("gradient",
                "of the first batch " + report::percent(*training.gradient_error, 2) + " from the one in f32", width);
  }
  if (!training.memory.empty()) out += line("memory", training.memory, width);
  out += line("model", printable(training.model) + (training.model_chosen ? "  (-o)" : ""), width);
  return out;
}

std::string comparison_text(const Comparison& comparison, int width) {
  std::string out =
      line(comparison.rows,
           report::metric_text(comparison.model) + ", loss " + report::short_number(comparison.model.loss) + ", " +
               counted(comparison.model.rows, "row") +
               (comparison.rows == "training" ? ", the same that it learnt from" : ""),
           width);
  const bool classes = comparison.model.task == data::Task::classification;
  const bool several =
      !comparison.model.metrics.empty() && comparison.model.metrics[0].name.find('/') != std::string::npos;
  std::string beside = (several   ? "beside: a guess gives "
                        : classes ? "beside: the most frequent class gives "
                                  : "beside: the mean gives ") +
                       report::short_metric_text(comparison.guess);
  if (comparison.linear) beside += "; a linear model " + report::short_metric_text(*comparison.linear);
  return out + line("", beside, width);
}

std::string next_commands(const Training& training, const data::Schema& schema) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(training.model, ignored)) return "";  // a pipe or a device: nothing to read
  const std::string model = report::shell_word(training.model);
  const std::string data = training.data == "-" ? "-" : report::shell_word(training.data);
  std::string out = "next\n";
  const auto add = [&](std::string_view verb, const std::string& rest) {
    for (const Command* command : all_commands()) {
      if (command->name == verb) out += "  gradus " + std::string(verb) + " " + model + rest + "\n";
    }
  };
  add("evaluate", " " + data);
  add("predict", " " + data + (schema.is_table() ? " -o predictions.csv" : " -o classes.csv"));
  add("explain", " " + data + " --row 1");
  add("inspect", "");
  return out;
}

std::string size_text(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? "" : " (" + report::bytes(static_cast<double>(size)) + ")";
}

std::string outcome_text(const Training& training, const TrainingData& data, const Outcome& outcome, int width) {
  const TrainingRecord& record = outcome.run.model.record;
  std::string out = line("saved", printable(training.model) + size_text(training.model), width);
  std::string after = counted(static_cast<std::int64_t>(outcome.run.history.size()), "epoch") + ", " +
                      counted(record.steps, "step") + ", " + report::duration(record.seconds) +
                      "; stopped: " + std::string(describe(outcome.run.stopped_by));
  const std::int64_t best = outcome.run.best_epoch;
  if (best > 0 && best < static_cast<std::int64_t>(outcome.run.history.size())) {
    after += "; the weights are those of epoch " + std::to_string(best) + ", the best";
  }
  if (record.steps == 0) after += "; the model is untrained";
  out += line("trained", after, width);
  if (!training.memory.empty()) {
    out +=
        line("memory",
             report::bytes(report::peak_resident_bytes()) + " resident at most, with the data and the program", width);
  }
  for (const Comparison& comparison : outcome.comparisons) out += comparison_text(comparison, width);
  if (training.said.metrics && !outcome.comparisons.empty()) {
    out += "\n" + report::metric_table(outcome.comparisons.front().model) + "\n";
  }
  return out + next_commands(training, data.schema);
}

json::Value settings_json(const Settings& settings) {
  json::Object out;
  for (const Setting& setting : all_settings()) {
    const std::string text = setting.show(settings);
    if (!text.empty() || (setting.key == "model.net" && settings.net)) out[setting.key] = text;
  }
  for (const SaidColumn& column : settings.columns)
    out["columns." + column.name] = column.rule ? kinds::print(*column.rule) : "keep";
  for (const std::string_view key : settings.optimizer.keys()) {
    out["optimizer." + std::string(key)] = settings.optimizer.text_of(key);
  }
  return out;
}

json::Value outcome_json(const Training& training, const TrainingData& data, const Outcome& outcome) {
  const report::Units units = report::units_of(data.schema);
  json::Array history, notes;
  for (const EpochReport& epoch : outcome.run.history) history.push_back(report::to_json(epoch, units));
  for (const std::string& note : outcome.run.notes) notes.emplace_back(note);
  for (const data::Note& note : data.notes) notes.emplace_back(note.text);
  json::Object evaluations;
  for (const Comparison& comparison : outcome.comparisons) {
    json::Object one{{"model", report::to_json(comparison.model)}, {"guess", report::guess_to_json(comparison.guess)}};
    if (comparison.linear) one["linear"] = report::to_json(*comparison.linear);
    evaluations[comparison.rows] = one;
  }
  const TrainingRecord& record = outcome.run.model.record;
  return json::Object{
      {"schema", "gradus.train/1"},
      {"model", training.model},
      {"data", training.data},
      {"settings", settings_json(training.complete)},
      {"net", training.net},
      {"parameters", training.parameters},
      {"rows", data.split.train.size()},
      {"validation_rows", data.split.validation.size()},
      {"gradient_error", training.gradient_error ? json::Value(*training.gradient_error) : json::Value()},
      {"steps", record.steps},
      {"seconds", record.seconds},
      {"stopped_by", name(outcome.run.stopped_by)},
      {"signal", outcome.signal},
      {"best_epoch", outcome.run.best_epoch},
      {"evaluations", evaluations},
      {"history", history},
      {"notes", notes}};
}

}  // namespace gradus::cli
