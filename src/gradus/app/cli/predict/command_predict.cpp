// gradus predict: what a model says of new rows, as CSV in the units of the data.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradus/app/cli/arguments/choose_device.hpp"
#include "gradus/app/cli/arguments/choose_threads.hpp"
#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/inputs/load_data.hpp"
#include "gradus/app/cli/inputs/load_model.hpp"
#include "gradus/app/cli/outputs/exit_code.hpp"
#include "gradus/app/cli/outputs/print_json.hpp"
#include "gradus/app/cli/outputs/say_notes.hpp"
#include "gradus/app/report/evaluation.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/cells.hpp"
#include "gradus/learn/data/csv/missing_marks.hpp"
#include "gradus/learn/nn/scores.hpp"
#include "gradus/learn/train/agree.hpp"
#include "gradus/learn/train/evaluate.hpp"

namespace gradus::cli {
namespace {

constexpr Operand operands[] = {
    {"MODEL", "a model that gradus train saved", true, FileUse::reads},
    {"DATA", "a CSV file (- is standard input), or for images a folder with t10k files or an IDX file", true,
     FileUse::reads_data},
};

constexpr Option options[] = {
    {"--output",
     "FILE",
     "where the predictions go; - (unless given) is standard output",
     "-o",
     false,
     {},
     FileUse::writes},
    {"--probabilities", "", "one more column for each class, with its probability"},
    {"--threads", "NUMBER", "threads that compute; 0 (unless given): all cores"},
    {"--device", "NAME", "what computes: cpu (unless given), or reference, which is slow and plain"},
    {"--json", "", "one JSON document instead of CSV"},
};

/// A field of a CSV file, in double quotes when it needs them; a text NA too, which is read as missing without.
std::string csv_field(std::string_view text) {
  const bool plain = !data::is_missing(text) && text.find_first_of(",;\t|\"\r\n") == std::string_view::npos &&
                     text.front() != ' ' && text.back() != ' ';
  if (plain) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

/// The shortest text that reads back as the same number; "nan" without a sign.
std::string number_text(double value) { return std::isnan(value) ? "nan" : fmt::format("{}", value); }

/// The probability of the class that was chosen for a row; not a number where none could be.
double chosen_probability(const Tensor& predicted, std::int64_t row, std::int64_t chosen) {
  return chosen < 0 ? NAN : predicted.number(row * predicted.shape()[1] + chosen);
}

std::string target_name(const data::Schema& schema) {
  return schema.target.name.empty() ? "class" : schema.target.name;
}

/// The columns of a target: their names, then the fields of each row.
using Fields = std::vector<std::vector<std::string>>;

/// `alone`: the model has no other target.
Fields fields_of(const TrainedModel& model, const Tensor& predicted, bool probabilities, bool alone) {
  const std::string target = target_name(schema_of(model));
  const std::int64_t rows = predicted.shape()[0], columns = predicted.shape()[1];
  Fields out{{csv_field(target)}};
  if (model.task == data::Task::regression) {
    for (std::int64_t row = 0; row < rows; ++row) out.push_back({number_text(predicted.number(row))});
    return out;
  }
  std::vector<std::string> fields;
  for (const std::string& name : model.class_names) fields.push_back(csv_field(name));
  out[0].push_back(csv_field(alone ? "probability" : target + " probability"));
  for (std::size_t of = 0; probabilities && of < fields.size(); ++of) {
    out[0].push_back(csv_field(target + "=" + model.class_names[of]));
  }
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t chosen = nn::class_of(predicted, row);
    out.push_back({chosen < 0 ? "" : fields[static_cast<std::size_t>(chosen)],
                   number_text(chosen_probability(predicted, row, chosen))});
    for (std::int64_t of = 0; probabilities && of < columns; ++of) {
      out.back().push_back(number_text(predicted.number(row * columns + of)));
    }
  }
  return out;
}

/// A target of a model, and what was predicted of it.
struct Predicted {
  TrainedModel model;
  Tensor numbers;
};

std::string to_csv(const std::vector<Predicted>& targets, bool probabilities) {
  std::vector<Fields> blocks;
  for (const Predicted& one : targets) {
    blocks.push_back(fields_of(one.model, one.numbers, probabilities, targets.size() == 1));
  }
  std::string out;
  for (std::size_t row = 0; row < blocks[0].size(); ++row) {
    bool first = true;
    for (const Fields& block : blocks) {
      for (const std::string& field : block[row]) out += (first ? "" : ",") + field, first = false;
    }
    out += "\n";
  }
  return out;
}

json::Object to_json(const TrainedModel& model, const Tensor& predicted, bool probabilities) {
  json::Array rows;
  const std::int64_t columns = predicted.shape()[1];
  for (std::int64_t row = 0; row < predicted.shape()[0]; ++row) {
    if (model.task == data::Task::regression) {
      rows.emplace_back(predicted.number(row));
      continue;
    }
    const std::int64_t chosen = nn::class_of(predicted, row);
    json::Object one{
        {"class", chosen < 0 ? json::Value() : json::Value(model.class_names[static_cast<std::size_t>(chosen)])},
        {"probability", chosen_probability(predicted, row, chosen)}};
    json::Array all;
    for (std::int64_t of = 0; of < columns; ++of) all.emplace_back(predicted.number(row * columns + of));
    if (probabilities) one["probabilities"] = all;
    rows.push_back(one);
  }
  json::Object out{{"target", target_name(schema_of(model))}, {"predictions", rows}};
  if (model.task == data::Task::classification)
    out["classes"] = json::Array(model.class_names.begin(), model.class_names.end());
  return out;
}

json::Value to_json(const std::vector<Predicted>& targets, bool probabilities) {
  json::Object out{{"schema", "gradus.predict/1"}};
  json::Array all;
  for (const Predicted& one : targets) {
    const json::Object of = to_json(one.model, one.numbers, probabilities);
    if (targets.size() > 1) all.emplace_back(of);
    for (const auto& [key, value] : of) {
      if (targets.size() == 1) out[key] = value;
    }
  }
  if (!all.empty()) out["targets"] = std::move(all);
  return out;
}

/// Says which rows have predictions that are not finite; the exit code.
int check_finite(const Tensor& predicted, const std::string& source, const std::string& model,
                 report::Console& console) {
  nn::NotFinite found;
  const std::int64_t rows = predicted.shape()[0];
  for (std::int64_t row = 0; row < rows; ++row) found.add(predicted, row, row + 1);
  if (found.count == 0) return exit_ok;
  console.say(report::not_finite_text(found, rows, source, model));
  return exit_failure;
}

int run_predict(const Arguments& arguments, report::Console& console) {
  Engine engine({.threads = choose_threads(arguments.integer("--threads", 0, most_threads), console),
                 .device = read_device(arguments.text("--device", "cpu"), "--device")});
  const TrainedModel model = load_model(arguments.required(0), console);
  const bool probabilities = arguments.has("--probabilities");
  std::vector<Predicted> targets;
  for (std::size_t i = 0; i < model.targets.size(); ++i) targets.push_back({target_model(model, i), Tensor()});
  if (targets.empty()) targets.push_back({model, Tensor()});
  const auto of_classes = [](const Predicted& one) { return one.model.task == data::Task::classification; };
  if (probabilities && std::none_of(targets.begin(), targets.end(), of_classes)) {
    throw UserError(Fault::usage, Report{"--probabilities", "a model of numbers", "a model of classes",
                                         "gradus predict without --probabilities"});
  }
  if (model.targets.empty() && model.task == data::Task::classification &&
      !gives_probabilities(model.network, model.loss)) {
    console.say("warning: what the model gives are no probabilities, since it was trained with " + model.loss.name() +
                " and no softmax or sigmoid at its end; try: training it again");
  }
  const Rows rows = load_for_model(model, arguments.required(1), data::WantTarget::no);
  say_notes(console, rows.notes);
  const Tensor predicted = predict(engine, model, rows.dataset);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    targets[i].numbers =
        in_units(targets[i].model, model.targets.empty() ? predicted : target_columns(model, i, predicted));
  }

  const std::string text =
      arguments.has("--json") ? json::write(to_json(targets, probabilities), 2) + "\n" : to_csv(targets, probabilities);
  if (io::OutputFile* file = arguments.output("--output")) file->write(text);
  else console.print(text);
  return check_finite(predicted, rows.dataset.source, arguments.required(0), console);
}

}  // namespace

extern const Command predict_command{"predict",
                                     "says what a model expects of new rows",
                                     operands,
                                     options,
                                     "gradus predict cars.gradus examples/data/cars.csv -o predictions.csv",
                                     run_predict};

}  // namespace gradus::cli
