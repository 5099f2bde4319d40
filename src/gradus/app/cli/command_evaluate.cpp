// gradus evaluate: how good a model is on rows that it was not trained on.
#include <algorithm>

#include "gradus/app/cli/choose_threads.hpp"
#include "gradus/app/cli/commands.hpp"
#include "gradus/app/cli/compare.hpp"
#include "gradus/app/cli/exit_code.hpp"
#include "gradus/app/cli/load_model.hpp"
#include "gradus/app/cli/print_json.hpp"
#include "gradus/app/cli/say_notes.hpp"
#include "gradus/app/report/evaluation.hpp"
#include "gradus/app/report/layout.hpp"
#include "gradus/app/report/numbers.hpp"
#include "gradus/learn/train/evaluate.hpp"

namespace gradus::cli {
namespace {

constexpr Operand operands[] = {
    {"MODEL", "a model that gradus train saved", true, FileUse::reads},
    {"DATA", "a CSV file with the target's column, or for images a folder with t10k files or an IDX file", true,
     FileUse::reads_data},
};

constexpr Option options[] = {
    {"--threads", "NUMBER", "threads that compute; 0 (unless given): all cores"},
    {"--json", "", "one JSON document on standard output"},
};

/// Rows of a class, and how many of them were found.
struct ClassCount {
  std::string name;
  std::int64_t rows = 0, correct = 0;
};

std::vector<ClassCount> count_classes(Engine& engine, const TrainedModel& model, const data::Dataset& dataset) {
  std::vector<ClassCount> counts;
  for (const std::string& name : model.class_names) counts.push_back({name});
  const Tensor predicted = predict(engine, model, dataset);
  const auto targets = dataset.targets.as<std::int64_t>();
  for (std::int64_t row = 0; row < dataset.rows(); ++row) {
    const auto target = static_cast<std::size_t>(targets[static_cast<std::size_t>(row)]);
    if (target >= counts.size()) continue;
    ++counts[target].rows;
    counts[target].correct += nn::class_of(predicted, row) == static_cast<std::int64_t>(target) ? 1 : 0;
  }
  return counts;
}

std::string classes_text(const std::vector<ClassCount>& counts) {
  std::size_t width = 5;
  for (const ClassCount& one : counts) width = std::max(width, report::columns(printable(one.name)));
  constexpr std::size_t widest = 40;
  width = std::min(width, widest);
  std::string out = "\n" + report::padded("class", width) + "      rows     found\n";
  for (const ClassCount& one : counts) {
    out += report::padded(report::cut(printable(one.name), width), width) +
           report::left_padded(report::grouped(one.rows), 10) + "  " +
           report::left_padded(
               one.rows ? report::percent(static_cast<double>(one.correct) / static_cast<double>(one.rows)) : "-", 8) +
           "\n";
  }
  return out;
}

json::Value classes_json(const std::vector<ClassCount>& counts) {
  json::Array out;
  for (const ClassCount& one : counts) {
    out.push_back(json::Object{{"class", one.name}, {"rows", one.rows}, {"correct", one.correct}});
  }
  return out;
}

/// Says how many rows have predictions that are not finite; the exit code.
int check_finite(const Evaluation& evaluation, const std::string& source, const std::string& model,
                 report::Console& console) {
  if (evaluation.not_finite.count == 0) return exit_ok;
  console.say(report::not_finite_text(evaluation.not_finite, evaluation.rows, source, model));
  return exit_failure;
}

int run_evaluate(const Arguments& arguments, report::Console& console) {
  Engine engine({choose_threads(arguments.integer("--threads", 0, most_threads), console)});
  const TrainedModel model = load_model(arguments.required(0), console);
  const Rows rows = load_for_model(model, arguments.required(1), true);
  say_notes(console, rows.notes);

  const double deviation = deviation_of(schema_of(model));
  const Evaluation evaluation = report::scaled(evaluate(engine, model, rows.dataset), deviation);
  const data::Dataset light = targets_of(rows.dataset);
  const Evaluation guess = report::scaled(baseline(light, light), deviation);
  const bool classes = model.task == data::Task::classification;
  const std::vector<ClassCount> counts =
      classes ? count_classes(engine, model, rows.dataset) : std::vector<ClassCount>{};

  if (arguments.has("--json")) {
    json::Object out{{"schema", "gradus.evaluate/1"},
                     {"model", arguments.required(0)},
                     {"data", arguments.required(1)},
                     {"evaluation", report::to_json(evaluation)},
                     {"guess", report::guess_to_json(guess)}};
    if (classes) out["classes"] = classes_json(counts);
    print_json(console, out);
    return check_finite(evaluation, rows.dataset.source, arguments.required(0), console);
  }
  console.print(report::metric_text(evaluation) + ", loss " + report::short_number(evaluation.loss) + ", " +
                report::counted(evaluation.rows, "row") + "\n");
  console.print((classes ? "beside: the most frequent class gives " : "beside: the mean of these rows gives ") +
                report::short_metric_text(guess) + "\n");
  constexpr std::size_t most_classes = 50;
  if (classes && counts.size() <= most_classes) console.print(classes_text(counts));
  return check_finite(evaluation, rows.dataset.source, arguments.required(0), console);
}

}  // namespace

const Command evaluate_command{"evaluate", "tries a model on rows that it was not trained on",   operands,
                               options,    "gradus evaluate cars.gradus examples/data/cars.csv", run_evaluate};

}  // namespace gradus::cli
