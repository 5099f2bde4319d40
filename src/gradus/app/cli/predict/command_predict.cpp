// gradus predict: what a model says of new rows, as CSV in the units of the data. A filter: a line a row, in order,
// whatever the row looks like, in constant memory.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gradus/app/cli/arguments/choose_device.hpp"
#include "gradus/app/cli/arguments/choose_threads.hpp"
#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/arguments/read_number.hpp"
#include "gradus/app/cli/arguments/reading_flags.hpp"
#include "gradus/app/cli/inputs/load_data.hpp"
#include "gradus/app/cli/inputs/load_images.hpp"
#include "gradus/app/cli/inputs/load_model.hpp"
#include "gradus/app/cli/outputs/exit_code.hpp"
#include "gradus/app/cli/outputs/say_notes.hpp"
#include "gradus/app/cli/predict/prediction_text.hpp"
#include "gradus/app/report/evaluation.hpp"
#include "gradus/app/report/numbers.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/images/image_folder.hpp"
#include "gradus/learn/data/images/read_images.hpp"
#include "gradus/learn/nn/scores.hpp"
#include "gradus/learn/train/agree.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/predictor.hpp"

namespace gradus::cli {
namespace {

constexpr Operand operands[] = {
    {"MODEL", "a model that gradus train saved", true, FileUse::reads},
    {"DATA",
     "a CSV file (- is standard input), or for images: PNG and JPEG files or a folder of them, a folder with t10k "
     "files, or "
     "an IDX file",
     true, FileUse::reads_data, true},
};

const std::vector<Option> options = with_reading_options({
    {"--output",
     "FILE",
     "where the predictions go; - (unless given) is standard output",
     "-o",
     false,
     {},
     FileUse::writes},
    {"--probabilities", "", "one more column for each class, with its probability"},
    {"--interval", "LEVEL",
     "of numbers: from and to, between which that share of new rows is, as 0.9; from the rows held back in training"},
    {"--threads", "NUMBER", "threads that compute; 0 (unless given): all cores"},
    {"--device", "NAME", "what computes: cpu (unless given), or reference, which is slow and plain"},
    {"--isa", "NAME", "instructions that the CPU may use: native (unless given: all it has), avx2, ..."},
    {"--json", "", "one JSON document instead of CSV"},
});

/// The predictions, on their way to a file or to standard output.
class Sink {
 public:
  Sink(io::OutputFile* file, report::Console& console) : file_(file), console_(console) {
    if (file_ != nullptr) file_->start();
  }
  void add(std::string_view text) {
    if (file_ == nullptr) return console_.print(text);
    pending_ += text;
    constexpr std::size_t piece = 1 << 16;
    if (pending_.size() >= piece) flush();
  }
  void finish() {
    if (file_ == nullptr) return;
    flush();
    file_->finish();
  }

 private:
  void flush() {
    file_->add(pending_);
    pending_.clear();
  }
  io::OutputFile* file_;
  report::Console& console_;
  std::string pending_;
};

/// What a model says of rows, part by part, and what was noticed.
class Predictions {
 public:
  Predictions(Engine& engine, const TrainedModel& model, PredictionFormat format, Sink& sink)
      : model_(model), predictor_(engine, model), text_(model, format), sink_(sink) {}

  /// What the next rows are called, in order.
  void name_rows(std::span<const std::string> names) { text_.name_rows(names); }

  /// Rows that can be read, with those between them that cannot.
  void add(const data::Dataset& rows, std::span<const data::Unreadable> unreadable) {
    begin();
    const Tensor encoded = predictor_(rows);
    const std::vector<Tensor> predicted = text_.in_units_of_each(encoded);
    const Tensor all = predicted.size() == 1 ? predicted[0] : in_units(model_, encoded);
    std::int64_t next = 0;
    const auto write_to = [&](std::int64_t end) {
      for (std::int64_t row = next; row < end; ++row) not_finite_.add(all, row, ++rows_);
      sink_.add(text_.rows(predicted, encoded, next, end));
      next = end;
    };
    for (const data::Unreadable& one : unreadable) {
      write_to(one.before);
      for (std::int64_t i = 0; i < one.count; ++i) sink_.add(text_.row_without());
      rows_ += one.count;
    }
    write_to(rows.rows());
  }

  /// The exit code: rows whose prediction is not finite are told of.
  int finish(const std::string& source, const std::string& model, const data::Notes& notes, report::Console& console) {
    begin();
    sink_.add(text_.tail());
    sink_.finish();
    console.flush();
    say_notes(console, notes);
    if (not_finite_.count == 0) return exit_ok;
    console.say(report::not_finite_text(not_finite_, rows_, source, model));
    return exit_failure;
  }

 private:
  void begin() {
    if (!std::exchange(begun_, true)) sink_.add(text_.head());
  }
  const TrainedModel& model_;
  Predictor predictor_;
  PredictionText text_;
  Sink& sink_;
  nn::NotFinite not_finite_;
  std::int64_t rows_ = 0;
  bool begun_ = false;
};

/// Rows that are predicted at once: whole batches, of a bounded count of numbers.
std::int64_t rows_at_once(const TrainedModel& model) {
  constexpr std::int64_t most_rows = 8192, numbers = std::int64_t{1} << 19;
  const data::Schema& schema = schema_of(model);
  const std::int64_t width = std::max<std::int64_t>({1, schema.feature_count(), std::ssize(schema.columns)});
  return std::clamp(numbers / width / pass_batch * pass_batch, pass_batch, most_rows);
}

int predict_table(const TrainedModel& model, const Arguments& arguments, Predictions& predictions,
                  report::Console& console) {
  const std::string& path = arguments.required(1);
  data::TableStream stream = stream_for_model(model, path, read_rules(arguments));
  data::PartEncoder encoder(schema_of(model), model.network.dtype, data::WantTarget::no);
  data::TablePart part;
  std::string source;
  while (stream.next(rows_at_once(model), part)) {
    predictions.add(encoder.encode(part.table), part.unreadable);
    source = part.table.source;
  }
  data::Notes notes = stream.notes();
  for (data::Note& note : encoder.notes()) notes.push_back(std::move(note));
  return predictions.finish(source, arguments.required(0), notes, console);
}

/// A line a file, in order; without a prediction where it cannot be read.
int predict_pictures(const TrainedModel& model, std::span<const std::string> paths, const Arguments& arguments,
                     int threads, Predictions& predictions, report::Console& console) {
  const data::ImageList list = data::list_images(paths, false);
  const WantedImages wanted = wanted_images(schema_of(model));
  const auto at_once = static_cast<std::size_t>(rows_at_once(model));
  data::Notes notes = list.notes;
  std::size_t broken = 0;
  std::string first_broken;
  for (std::size_t first = 0; first < list.paths.size(); first += at_once) {
    const auto part = std::span(list.paths).subspan(first, std::min(at_once, list.paths.size() - first));
    data::ReadImages read = data::read_images(part, wanted.size, wanted.channels, threads);
    std::vector<data::Unreadable> unreadable;
    for (std::size_t i = 0; i < read.broken.size(); ++i) {
      if (broken++ == 0) first_broken = read.broken[i].why;
      unreadable.push_back({read.broken[i].path - static_cast<std::int64_t>(i), 1});
    }
    data::Dataset rows;
    rows.source = list.source;
    rows.divisor = schema_of(model).divisor;
    rows.task = data::Task::classification;
    rows.class_names = schema_of(model).target.classes;
    rows.features = std::move(read.pixels);
    data::require_images(schema_of(model), rows);
    predictions.name_rows(part);
    predictions.add(rows, unreadable);
  }
  if (broken > 0) {
    notes.push_back({true, printable(list.source) + ": " + std::to_string(broken) + " of " +
                               report::counted(std::ssize(list.paths), "image") +
                               " cannot be read, with no prediction in " + (broken == 1 ? "its line" : "their lines") +
                               "; the first: " + first_broken});
  }
  return predictions.finish(list.source, arguments.required(0), notes, console);
}

/// How far what is asked for by --interval reaches from a prediction, in the encoded target.
std::optional<double> error_of_interval(const TrainedModel& model, const Arguments& arguments) {
  const auto text = arguments.text("--interval");
  if (!text) return std::nullopt;
  const double level = read_number(*text, "--interval", {0, 1, true, true, "a number between 0 and 1"});
  const std::string again = "gradus train again, with rows held back (--valid 0.2)";
  if (!model.targets.empty()) {
    throw UserError(Fault::usage,
                    Report{"--interval", "a model of " + std::to_string(model.targets.size()) + " targets",
                           "a model of one number", "gradus predict without --interval"});
  }
  if (model.task != data::Task::regression) {
    throw UserError(Fault::usage, Report{"--interval", "a model of classes", "a model of numbers",
                                         "gradus predict with --probabilities"});
  }
  if (model.held_out.empty()) {
    throw UserError(Fault::usage, Report{"--interval", "a model without the errors of rows that it did not learn from",
                                         "a model that was trained with rows held back, by this version", again});
  }
  if (const auto error = error_at(model.held_out, level)) return error;
  const double rows = static_cast<double>(model.held_out.rows), possible = std::floor(100 * rows / (rows + 1)) / 100;
  throw UserError(Fault::usage, Report{"--interval " + printable(*text),
                                       "a model with " + report::counted(model.held_out.rows, "row") + " held back",
                                       "at least " + report::grouped(rows_for(level)),
                                       possible > 0 ? "--interval " + report::short_number(possible) : again});
}

void check_format(const TrainedModel& model, const PredictionFormat& format, report::Console& console) {
  const auto of_classes = [](const PredictedTarget& one) { return one.task == data::Task::classification; };
  const bool classes = model.targets.empty() ? model.task == data::Task::classification
                                             : std::any_of(model.targets.begin(), model.targets.end(), of_classes);
  if (format.probabilities && !classes) {
    throw UserError(Fault::usage, Report{"--probabilities", "a model of numbers", "a model of classes",
                                         "gradus predict without --probabilities"});
  }
  if (model.targets.empty() && model.task == data::Task::classification &&
      !gives_probabilities(model.network, model.loss)) {
    console.say("warning: what the model gives are no probabilities, since it was trained with " + model.loss.name() +
                " and no softmax or sigmoid at its end; try: training it again");
  }
}

int run_predict(const Arguments& arguments, report::Console& console) {
  Engine engine({.threads = choose_threads(arguments.integer("--threads", 0, most_threads), console),
                 .device = read_device(arguments.text("--device", "cpu"), "--device"),
                 .isa = read_isa(arguments.text("--isa", "native"), "--isa")});
  const TrainedModel model = load_model(arguments.required(0), console);
  const std::vector<std::string> paths = data_operands(arguments, 1, schema_of(model));
  const bool pictures = !schema_of(model).is_table() && are_pictures(paths);
  const PredictionFormat format{.json = arguments.has("--json"),
                                .probabilities = arguments.has("--probabilities"),
                                .error = error_of_interval(model, arguments),
                                .files = pictures};
  check_format(model, format, console);
  Sink sink(arguments.output("--output"), console);
  Predictions predictions(engine, model, format, sink);
  if (schema_of(model).is_table()) return predict_table(model, arguments, predictions, console);
  if (pictures) return predict_pictures(model, paths, arguments, engine.threads(), predictions, console);
  const Rows rows = load_for_model(model, paths[0], data::WantTarget::no);
  predictions.add(rows.dataset, {});
  return predictions.finish(rows.dataset.source, arguments.required(0), rows.notes, console);
}

}  // namespace

extern const Command predict_command{"predict",
                                     "says what a model expects of new rows",
                                     operands,
                                     options,
                                     "gradus predict cars.gradus examples/data/cars.csv -o predictions.csv",
                                     run_predict};

}  // namespace gradus::cli
