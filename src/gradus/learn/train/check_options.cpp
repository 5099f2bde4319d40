#include "gradus/learn/train/check_options.hpp"

#include <cmath>

#include "gradus/core/graph/print.hpp"

namespace gradus {
namespace {

void check(const char* option, double value, bool holds, const char* expected, const char* usual) {
  if (!holds) throw UserError(Fault::usage, Report{option, print_number(value), expected, usual});
}

void check_limit(const char* option, double value) {
  check(option, value, std::isfinite(value) && value >= 0, "a finite number >= 0 (0: no such limit)", "0");
}

}  // namespace

void check_options(const TrainOptions& options) {
  check("batch", static_cast<double>(options.batch), options.batch >= 0, "rows a step, or 0 for all rows", "64");
  check("parts", static_cast<double>(options.parts.rows), options.parts.rows >= 0, "rows a part, or 0 for no parts",
        "0");
  check("threads", options.threads, options.threads >= 0, "at most so many threads, or 0 for all", "0");
  check("memory", static_cast<double>(options.memory), options.memory >= 0, "bytes, or 0 for no limit", "0");
  check("epochs", static_cast<double>(options.epochs), options.epochs >= 0, "a whole number >= 0", "10");
  check("validation", options.validation, options.validation >= 0 && options.validation < 1, "a share, 0 <= share < 1",
        "0.1");
  check_limit("steps", static_cast<double>(options.steps));
  check_limit("time", options.seconds);
  check_limit("tolerance", options.tolerance);
  check_limit("patience", static_cast<double>(options.patience));
  if (options.target_loss) {
    check("target loss", *options.target_loss, std::isfinite(*options.target_loss), "a finite number", "0.001");
  }
  if (!options.schedule)
    throw UserError(Fault::usage, Report{"schedule", "none", "one, such as optim::constant()", "optim::constant()"});
  if (!options.optimizer)
    throw UserError(Fault::usage, Report{"optimizer", "none", "one, such as optim::adam()", "optim::adam()"});
}

void check_dataset(const data::Dataset& dataset) {
  const std::string source = dataset.source.empty() ? "dataset" : printable(dataset.source);
  const auto refuse = [&](const std::string& found, const std::string& expected, const std::string& remedy) {
    throw UserError(Fault::data, Report{source, found, expected, remedy});
  };
  if (dataset.rows() == 0) refuse("no rows", "at least one row to train on", "a file or tensor with rows");
  if (dataset.row_size() == 0) refuse("no features", "at least one column", "features of shape [rows, 1] or more");
  if (!dataset.has_targets)
    refuse("no targets", "a target for every row", "the dataset with has_targets and its targets");
  data::check(dataset);
  for (const data::Target& target : dataset.several) {
    if (target.task == data::Task::regression || target.class_names.size() > 1) continue;
    refuse(std::to_string(target.class_names.size()) + " classes of target " + printable(target.name),
           "at least two to tell apart", "rows of another class, or numbers as targets (Task::regression)");
  }
  if (dataset.several.empty() && dataset.task == data::Task::classification && dataset.classes() < 2) {
    refuse(std::to_string(dataset.classes()) + " classes", "at least two to tell apart",
           "rows of another class, or numbers as targets (Task::regression)");
  }
}

}  // namespace gradus
