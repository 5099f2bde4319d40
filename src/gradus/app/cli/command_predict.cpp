// gradus predict: what a model says of new rows, as CSV in the units of the data.
#include <fmt/format.h>

#include "gradus/app/cli/choose_threads.hpp"
#include "gradus/app/cli/commands.hpp"
#include "gradus/app/cli/load_data.hpp"
#include "gradus/app/cli/output_path.hpp"
#include "gradus/app/cli/print_json.hpp"
#include "gradus/app/cli/say_notes.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/learn/io/atomic_file.hpp"
#include "gradus/learn/nn/metrics.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/saved_model.hpp"

namespace gradus::cli {
namespace {

constexpr Operand operands[] = {
    {"MODEL", "a model that gradus train saved"},
    {"DATA", "a CSV file (- is standard input), or for images a folder with t10k files or an IDX file"},
};

constexpr Option options[] = {
    {"--output", "FILE", "where the predictions go; - (unless given) is standard output", "-o"},
    {"--probabilities", "", "one more column for each class, with its probability"},
    {"--threads", "NUMBER", "threads that compute; 0 (unless given): all cores"},
    {"--json", "", "one JSON document instead of CSV"},
};

/// A field of a CSV file, in double quotes when it needs them.
std::string csv_field(std::string_view text) {
  const bool plain = !text.empty() && text.find_first_of(",;\t|\"\r\n") == std::string_view::npos &&
                     text.front() != ' ' && text.back() != ' ';
  if (plain) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

/// As many digits as the number's type is sure of.
std::string number_text(const Tensor& numbers, std::int64_t index) {
  const double value = numbers.number(index);
  return numbers.dtype() == DType::f32 ? fmt::format("{:.7g}", value) : fmt::format("{}", value);
}

/// Rows x classes; for a single output the probability of class 1 stands for both.
double probability(const Tensor& predicted, std::int64_t row, std::int64_t of) {
  const std::int64_t outputs = predicted.shape()[1];
  if (outputs > 1) return predicted.number(row * outputs + of);
  return of == 1 ? predicted.number(row) : 1 - predicted.number(row);
}

std::string target_name(const data::Schema& schema) {
  return schema.target.name.empty() ? "class" : schema.target.name;
}

std::string to_csv(const TrainedModel& model, const Tensor& predicted, bool probabilities) {
  const std::string target = csv_field(target_name(schema_of(model)));
  const std::int64_t rows = predicted.shape()[0];
  std::string out = target;
  if (model.task == data::Task::regression) {
    out += "\n";
    for (std::int64_t row = 0; row < rows; ++row) out += number_text(predicted, row) + "\n";
    return out;
  }
  std::vector<std::string> fields;
  for (const std::string& name : model.class_names) fields.push_back(csv_field(name));
  out += ",probability";
  for (std::size_t of = 0; probabilities && of < fields.size(); ++of) {
    out += "," + csv_field(target_name(schema_of(model)) + "=" + model.class_names[of]);
  }
  out += "\n";
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t chosen = nn::class_of(predicted, row);
    out += fields[static_cast<std::size_t>(chosen)] + "," + fmt::format("{:.6g}", probability(predicted, row, chosen));
    for (std::size_t of = 0; probabilities && of < fields.size(); ++of) {
      out += "," + fmt::format("{:.6g}", probability(predicted, row, static_cast<std::int64_t>(of)));
    }
    out += "\n";
  }
  return out;
}

json::Value to_json(const TrainedModel& model, const Tensor& predicted, bool probabilities) {
  json::Array rows;
  for (std::int64_t row = 0; row < predicted.shape()[0]; ++row) {
    if (model.task == data::Task::regression) {
      rows.emplace_back(predicted.number(row));
      continue;
    }
    const std::int64_t chosen = nn::class_of(predicted, row);
    json::Object one{{"class", model.class_names[static_cast<std::size_t>(chosen)]},
                     {"probability", probability(predicted, row, chosen)}};
    json::Array all;
    for (std::size_t of = 0; of < model.class_names.size(); ++of) {
      all.emplace_back(probability(predicted, row, static_cast<std::int64_t>(of)));
    }
    if (probabilities) one["probabilities"] = all;
    rows.push_back(one);
  }
  json::Object out{{"schema", "gradus.predict/1"}, {"target", target_name(schema_of(model))}, {"predictions", rows}};
  if (model.task == data::Task::classification)
    out["classes"] = json::Array(model.class_names.begin(), model.class_names.end());
  return out;
}

int run_predict(const Arguments& arguments, report::Console& console) {
  const std::string output = arguments.text("--output", "-");
  if (output != "-") {
    const std::vector<std::string> inputs{arguments.required(0), arguments.required(1)};
    check_output(output, "-o", inputs);
  }
  Engine engine({choose_threads(arguments.integer("--threads", 0, most_threads), console)});
  const io::Loaded loaded = io::load_with_notes(arguments.required(0));
  for (const std::string& note : loaded.notes) console.say("note: " + note);
  const TrainedModel& model = loaded.model;
  const bool probabilities = arguments.has("--probabilities");
  if (probabilities && model.task == data::Task::regression) {
    throw UserError(Fault::usage, Report{"--probabilities", "a model of numbers", "a model of classes", ""});
  }
  const Rows rows = load_for_model(model, arguments.required(1), false);
  say_notes(console, rows.notes);
  const Tensor predicted = in_units(model, predict(engine, model, rows.dataset));

  const std::string text = arguments.has("--json") ? json::write(to_json(model, predicted, probabilities), 2) + "\n"
                                                   : to_csv(model, predicted, probabilities);
  if (output == "-") {
    console.print(text);
    return 0;
  }
  const std::span<const std::byte> part = std::as_bytes(std::span(text));
  io::replace_file(output, {&part, 1});
  return 0;
}

}  // namespace

const Command predict_command{"predict",
                              "says what a model expects of new rows",
                              operands,
                              options,
                              "gradus predict cars.gradus examples/data/cars.csv -o predictions.csv",
                              run_predict};

}  // namespace gradus::cli
