// gradus evaluate: how good a model is on rows that it was not trained on.
#include <algorithm>

#include "gradus/app/cli/arguments/choose_device.hpp"
#include "gradus/app/cli/arguments/choose_metrics.hpp"
#include "gradus/app/cli/arguments/choose_threads.hpp"
#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/arguments/reading_flags.hpp"
#include "gradus/app/cli/evaluate/compare.hpp"
#include "gradus/app/cli/inputs/load_images.hpp"
#include "gradus/app/cli/inputs/load_model.hpp"
#include "gradus/app/cli/outputs/exit_code.hpp"
#include "gradus/app/cli/outputs/print_json.hpp"
#include "gradus/app/cli/outputs/say_notes.hpp"
#include "gradus/app/report/evaluation.hpp"
#include "gradus/app/report/layout.hpp"
#include "gradus/app/report/numbers.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/known_classes.hpp"

namespace gradus::cli {
namespace {

constexpr Operand operands[] = {
    {"MODEL", "a model that gradus train saved", true, FileUse::reads},
    {"DATA",
     "a CSV file with the target's column, or for images: a folder with sub-folders of labels, files in such folders, "
     "a "
     "folder with t10k files, or an IDX file",
     true, FileUse::reads_data, true},
};

const std::vector<Option> options = with_reading_options({
    {"--threads", "NUMBER", "threads that compute; 0 (unless given): all cores"},
    {"--device", "NAME", "what computes: cpu (unless given), or reference, which is slow and plain"},
    {"--isa", "NAME", "instructions that the CPU may use: native (unless given: all it has), avx2, ..."},
    {"--metrics", "METRICS", "\"accuracy, roc_area\", \"r2, rmse\", all, ...: gradus metrics"},
    {"--json", "", "one JSON document on standard output"},
});

/// Rows of a class, and how many of them were found.
struct ClassCount {
  std::string name;
  std::int64_t rows = 0, correct = 0;
};

/// Of a classification: rows by class, and the classes that the model does not know.
struct ClassCounts {
  std::vector<ClassCount> known;
  std::vector<ClassRows> unseen;
};

ClassCounts count_classes(Engine& engine, const TrainedModel& model, const data::Dataset& dataset) {
  ClassCounts out;
  if (model.task == data::Task::regression) return out;
  const data::Dataset targets = targets_for(model, dataset);
  out.unseen = unseen_classes(dataset, targets);
  for (const std::string& name : model.class_names) out.known.push_back({name});
  const Tensor predicted = predict(engine, model, dataset);
  const auto classes = targets.targets.as<std::int64_t>();
  for (std::int64_t row = 0; row < dataset.rows(); ++row) {
    const std::int64_t target = classes[static_cast<std::size_t>(row)];
    if (target == unseen_class) continue;
    ClassCount& count = out.known[static_cast<std::size_t>(target)];
    ++count.rows;
    count.correct += nn::class_of(predicted, row) == target ? 1 : 0;
  }
  return out;
}

/// The targets of classes: of one target without a name.
struct TargetClasses {
  std::string target;
  ClassCounts counts;
};

std::vector<TargetClasses> count_classes_of_targets(Engine& engine, const TrainedModel& model,
                                                    const data::Dataset& dataset) {
  std::vector<TargetClasses> out;
  if (model.targets.empty() && model.task == data::Task::classification) {
    out.push_back({"", count_classes(engine, model, dataset)});
  }
  for (std::size_t i = 0; i < model.targets.size(); ++i) {
    if (model.targets[i].task == data::Task::regression) continue;
    out.push_back(
        {model.targets[i].name, count_classes(engine, target_model(model, i), with_target(model, i, dataset))});
  }
  return out;
}

/// "7 of them of 2 classes that training never saw: wolf (5 rows), fox (2 rows); they count as wrong, ..."
std::string unseen_text(const Evaluation& evaluation, const std::vector<ClassRows>& unseen) {
  if (unseen.empty()) return "";
  const std::string classes = unseen.size() == 1 ? "a class" : report::grouped(std::ssize(unseen)) + " classes";
  return report::grouped(evaluation.unseen) + " of them of " + classes +
         " that training never saw: " + list_classes(unseen) +
         "; they count as wrong, and the loss is that of the others\n";
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

json::Value unseen_json(const std::vector<ClassRows>& classes) {
  json::Array out;
  for (const ClassRows& one : classes) out.push_back(json::Object{{"class", one.name}, {"rows", one.rows}});
  return out;
}

/// How many rows are equal to some that the model learnt from; "" when none is known to be.
std::string overlap_text(const data::Overlap& overlap) {
  if (overlap.found == 0) return "";
  const auto share = static_cast<double>(overlap.found) / static_cast<double>(overlap.looked_up);
  const std::string rows = report::counted(overlap.rows, "row");
  const std::string count = overlap.looked_up == overlap.rows
                                ? report::grouped(overlap.found) + " of " + rows
                                : "about " + report::percent(share, 0) + " of " + rows + " (" +
                                      report::grouped(overlap.found) + " of " + report::grouped(overlap.looked_up) +
                                      " that were looked up)";
  const bool one = overlap.found == 1 && overlap.looked_up == overlap.rows;
  return "warning: " + count + (one ? " is equal to a row" : " are equal to rows") +
         " that the model learnt from, and say little about new ones";
}

json::Value overlap_json(const data::Overlap& overlap) {
  return json::Object{{"rows", overlap.rows}, {"looked_up", overlap.looked_up}, {"found", overlap.found}};
}

/// Says how many rows have predictions that are not finite; the exit code.
int check_finite(const Evaluation& evaluation, const std::string& source, const std::string& model,
                 report::Console& console) {
  if (evaluation.not_finite.count == 0) return exit_ok;
  console.say(report::not_finite_text(evaluation.not_finite, evaluation.rows, source, model));
  return exit_failure;
}

/// All metrics; tables of many classes only where they were asked for.
std::string metrics_text(Evaluation evaluation, bool said) {
  constexpr std::size_t widest = 20;
  std::erase_if(evaluation.metrics,
                [&](const metric::Result& one) { return !said && one.table && one.table->columns.size() > widest; });
  return report::metric_table(evaluation);
}

int run_evaluate(const Arguments& arguments, report::Console& console) {
  Engine engine({.threads = choose_threads(arguments.integer("--threads", 0, most_threads), console),
                 .device = read_device(arguments.text("--device", "cpu"), "--device"),
                 .isa = read_isa(arguments.text("--isa", "native"), "--isa")});
  const TrainedModel model = load_model(arguments.required(0), console);
  const bool several = !model.targets.empty(), classes = model.task == data::Task::classification;
  const auto said = arguments.text("--metrics");
  if (said) choose_metrics(said, schema_of(model));  // refused before anything is read
  const std::vector<std::string> paths = data_operands(arguments, 1, schema_of(model));
  const Rows rows = !schema_of(model).is_table() && are_pictures(paths)
                        ? load_pictures(model, paths, data::WantTarget::any, engine.threads())
                        : load_for_model(model, paths[0], data::WantTarget::any, KeepTable::no, read_rules(arguments));
  say_notes(console, rows.notes);

  const metric::Metrics metrics = choose_reported_metrics(said, schema_of(model), rows.dataset.rows());
  const Evaluation evaluation = evaluate_in_units(engine, model, rows.dataset, metrics, metric::Intervals::all);
  const data::Dataset light = targets_of(rows.dataset);
  const Evaluation guess = guess_in_units(schema_of(model), light, light, metrics);
  const std::vector<TargetClasses> counts = count_classes_of_targets(engine, model, rows.dataset);
  const data::Overlap overlap = data::find_overlap(model.learnt_rows, rows.dataset);
  if (const std::string text = overlap_text(overlap); !text.empty()) console.say(text);

  if (arguments.has("--json")) {
    json::Object out{{"schema", "gradus.evaluate/1"},
                     {"model", arguments.required(0)},
                     {"data", arguments.required(1)},
                     {"evaluation", report::to_json(evaluation)},
                     {"guess", report::guess_to_json(guess)}};
    out["learnt_from"] = overlap_json(overlap);
    json::Object by_target;
    for (const TargetClasses& one : counts) {
      json::Object of{{"classes", classes_json(one.counts.known)}, {"unseen_classes", unseen_json(one.counts.unseen)}};
      if (several) by_target[one.target] = of;
      else out["classes"] = of["classes"], out["unseen_classes"] = of["unseen_classes"];
    }
    if (several) out["targets"] = by_target;
    print_json(console, out);
    return check_finite(evaluation, rows.dataset.source, arguments.required(0), console);
  }
  console.print(report::short_metric_text(evaluation) + ", loss " + report::short_number(evaluation.loss) + ", " +
                report::counted(evaluation.rows, "row") + "\n");
  for (const TargetClasses& one : counts) console.print(unseen_text(evaluation, one.counts.unseen));
  console.print((several   ? "beside: a guess gives "
                 : classes ? "beside: the most frequent class gives "
                           : "beside: the mean of these rows gives ") +
                report::short_metric_text(guess) + "\n");
  console.print("\n" + metrics_text(evaluation, said.has_value()));
  constexpr std::size_t most_classes = 50;
  for (const TargetClasses& one : counts) {
    if (one.counts.known.size() > most_classes) continue;
    if (several) console.print("\n" + printable(one.target) + "\n");
    console.print(classes_text(one.counts.known));
  }
  return check_finite(evaluation, rows.dataset.source, arguments.required(0), console);
}

}  // namespace

extern const Command evaluate_command{"evaluate", "tries a model on rows that it was not trained on",   operands,
                                      options,    "gradus evaluate cars.gradus examples/data/cars.csv", run_evaluate};

}  // namespace gradus::cli
