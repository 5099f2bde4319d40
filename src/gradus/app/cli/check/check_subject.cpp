#include "gradus/app/cli/check/check_subject.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <numeric>

#include "gradus/app/cli/explain/formula_values.hpp"
#include "gradus/app/cli/inputs/load_data.hpp"
#include "gradus/app/cli/inputs/load_model.hpp"
#include "gradus/app/cli/outputs/say_notes.hpp"
#include "gradus/app/explain/names.hpp"
#include "gradus/app/explain/network_loss.hpp"
#include "gradus/app/explain/text_lines.hpp"
#include "gradus/core/ops/reduce.hpp"

namespace gradus::cli {
namespace {

constexpr std::int64_t default_rows = 8;

std::uint64_t seed_in(const Arguments& arguments) {
  return static_cast<std::uint64_t>(
      arguments.integer("--seed", 0, std::numeric_limits<std::int64_t>::max()).value_or(0));
}

std::string file_name(const std::string& path) { return printable(std::filesystem::path(path).filename().string()); }

void refuse_model_options(const Arguments& arguments) {
  const auto refuse = [&](std::string_view what) {
    throw UserError(Fault::usage,
                    Report{std::string(what), "\"" + printable(arguments.required(0)) + "\", which is no file",
                           "the model file before it", "gradus check MODEL DATA"});
  };
  if (arguments.operand(1)) refuse("gradus check");
  for (std::string_view name : check_model_options) {
    if (arguments.has(name)) refuse(name);
  }
}

void refuse_formula_options(const Arguments& arguments) {
  if (arguments.has("--at")) {
    throw UserError(Fault::usage,
                    Report{"--at", "a model, " + printable(arguments.required(0)), "a formula", "leave it out"});
  }
  if (arguments.has("--first") && arguments.has("--second")) {
    throw UserError(Fault::usage, Report{"--first", "--second beside it", "one of them", "--second alone"});
  }
  if (arguments.operand(1)) return;
  throw UserError(Fault::usage, Report{"gradus check", "a model without data", "MODEL DATA",
                                       "gradus check " + printable(arguments.required(0)) + " DATA"});
}

/// Second derivatives unless --first, or where only --second asks for what takes long.
GradientCheckOptions check_options(const Arguments& arguments, Value y, const Values& xs) {
  GradientCheckOptions out;
  out.seed = seed_in(arguments), out.work = check_work;
  if (arguments.has("--first") || arguments.has("--second")) out.second = arguments.has("--second");
  else out.second.reset();
  if (const auto elements = arguments.integer("--elements", 0, std::numeric_limits<std::int64_t>::max())) {
    out.elements = *elements, out.work = 0;
    if (!out.second) out.second = least_work(y, xs) <= check_work / 4;
  }
  return out;
}

explain::NetworkLoss network_on(const TrainedModel& model, const data::Dataset& dataset, std::int64_t rows) {
  std::vector<std::int64_t> chosen(static_cast<std::size_t>(std::min(rows, dataset.rows())));
  std::iota(chosen.begin(), chosen.end(), 0);
  return explain::network_loss(model, dataset, chosen);
}

/// The loss on the rows asked for, or on as many, up to 8, as a check takes about a second for.
explain::NetworkLoss network_for(const TrainedModel& model, const data::Dataset& dataset, const Arguments& arguments) {
  if (const auto rows = arguments.integer("--rows", 1, 1'000'000)) return network_on(model, dataset, *rows);
  for (std::int64_t rows = default_rows; rows > 1; rows /= 2) {
    explain::NetworkLoss out = network_on(model, dataset, rows);
    if (least_work(out.loss, out.parameters) <= check_work) return network_on(model, dataset, rows);
  }
  return network_on(model, dataset, 1);
}

}  // namespace

CheckSubject formula_subject(const Arguments& arguments) {
  refuse_model_options(arguments);
  const auto variables = values_in(arguments.texts("--at"));
  const auto formula = std::make_shared<explain::Formula>(explain::parse_formula(arguments.required(0), variables));
  CheckSubject out;
  const Value output = formula->graph.value(formula->output);
  out.y = output.shape().rank() == 0 ? output : sum(output);
  for (int id : formula->inputs) out.xs.push_back(formula->graph.value(id));
  out.bindings = formula->bindings();
  out.options = check_options(arguments, out.y, out.xs);
  out.head["schema"] = "gradus.check/1", out.head["formula"] = formula->text;
  out.owner = formula;
  return out;
}

CheckSubject model_subject(const Arguments& arguments, report::Console& console) {
  const std::string& path = arguments.required(0);
  const TrainedModel model = explain::in_f64(load_finite_model(path, console));
  refuse_formula_options(arguments);
  const std::string data = *arguments.operand(1);
  const Rows rows = load_for_model(model, data, data::WantTarget::any);
  say_notes(console, rows.notes);
  const auto network = std::make_shared<explain::NetworkLoss>(network_for(model, rows.dataset, arguments));
  CheckSubject out;
  out.y = network->loss, out.xs = network->parameters, out.bindings = network->bindings;
  out.options = check_options(arguments, out.y, out.xs);
  const double loss = interpret(std::span(&out.y, 1), out.bindings)[0].number();
  const std::int64_t checked = network->prediction.shape()[0];
  const std::string count = std::to_string(checked);
  out.title = explain::wrapped("",
                               file_name(path) + (checked == 1 ? ", row 1 of " : ", rows 1 to " + count + " of ") +
                                   file_name(rows.dataset.source) + ": loss " + printable(model.loss.name()) + " " +
                                   explain::short_number(loss, 6) + ", in double precision, dropout off",
                               2, 80);
  out.head["schema"] = "gradus.check/1", out.head["model"] = path, out.head["data"] = data;
  out.head["rows"] = checked, out.head["loss"] = loss, out.head["loss_name"] = model.loss.name();
  out.owner = network;
  return out;
}

}  // namespace gradus::cli
