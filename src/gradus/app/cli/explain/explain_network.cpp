#include "gradus/app/cli/explain/explain_network.hpp"

#include <algorithm>
#include <filesystem>

#include "gradus/app/cli/inputs/load_data.hpp"
#include "gradus/app/cli/inputs/load_model.hpp"
#include "gradus/app/cli/outputs/exit_code.hpp"
#include "gradus/app/cli/outputs/say_notes.hpp"
#include "gradus/app/explain/dot.hpp"
#include "gradus/app/explain/network.hpp"
#include "gradus/app/explain/network_loss.hpp"
#include "gradus/app/explain/page.hpp"
#include "gradus/app/explain/svg.hpp"
#include "gradus/core/base/remedy.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/step.hpp"

namespace gradus::cli {
namespace {

/// The cells that the features were made of, as they stand in the table.
std::vector<explain::Feature> features_of(const TrainedModel& model, const explain::NetworkExplanation& network,
                                          const std::optional<data::Table>& table, std::int64_t row) {
  std::vector<explain::Feature> out;
  const data::Schema& schema = schema_of(model);
  const StepSlots slots;
  const std::string& features = (*slots.table)[slots.features].name;
  const auto& nodes = network.explanation.nodes;
  const auto given =
      std::find_if(nodes.begin(), nodes.end(), [&](const explain::Node& node) { return node.name == features; });
  if (!table || given == nodes.end()) return out;
  const Tensor& encoded = given->value;
  std::vector<std::string> cells;
  for (const data::ColumnEncoding& column : schema.columns) {
    if (!column.input.empty()) continue;
    const data::Column* found = table->find(column.name);
    for (std::int64_t k = 0; k < column.feature_count(); ++k) {
      cells.push_back(found ? printable(data::cell_text(*found, row - 1)) : "");
    }
  }
  const auto names = schema.feature_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    out.push_back({printable(names[i]), cells[i], encoded.number(static_cast<std::int64_t>(i))});
  }
  return out;
}

/// The first row with a target.
std::int64_t first_row(const Rows& rows) {
  std::int64_t row = 0;
  for (const std::int64_t dropped : rows.dropped) row += dropped == row ? 1 : 0;
  return row + 1;
}

/// Of row `row` (from 1) of the file, its number among those with a target.
std::int64_t number_among_kept(const Rows& rows, std::int64_t row) {
  const auto before = std::lower_bound(rows.dropped.begin(), rows.dropped.end(), row - 1);
  if (before != rows.dropped.end() && *before == row - 1) {
    throw UserError(Fault::data, Report{"--row " + std::to_string(row), "a row that says nothing of the target",
                                        "a row with a target", "--row " + std::to_string(first_row(rows))});
  }
  return row - (before - rows.dropped.begin());
}

std::string result(const Arguments& arguments, const explain::NetworkExplanation& network,
                   const std::optional<explain::Element>& element, const report::Terminal& terminal) {
  const explain::Explanation& e = network.explanation;
  if (arguments.has("--json")) return json::write(to_json(network, element, arguments.has("--step")), 1) + "\n";
  if (arguments.has("--dot")) return to_dot(e);
  if (arguments.has("--svg")) return to_svg(e);
  explain::NetworkTextOptions options{
      {.color = terminal.color, .width = std::min(terminal.width, 80)}, {}, element, arguments.has("--step")};
  options.layer = arguments.integer("--layer", 1, 1'000'000);
  return to_text(network, options);
}

/// Of several targets: the one that is explained.
std::optional<std::size_t> chosen_target(const TrainedModel& model, const Arguments& arguments) {
  const auto said = arguments.text("--target");
  std::vector<std::string> names;
  for (const PredictedTarget& one : model.targets) names.push_back(one.name);
  if (!said) return names.empty() ? std::nullopt : std::optional<std::size_t>(0);
  const auto at = std::find(names.begin(), names.end(), *said);
  if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
  std::string all;
  for (const std::string& one : names) all += (all.empty() ? "" : ", ") + printable(one);
  throw UserError(Fault::usage,
                  Report{"--target", printable(*said), all.empty() ? "a model of several targets" : "one of " + all,
                         all.empty() ? "gradus explain without it" : "--target " + nearest_or(*said, names, names[0])});
}

void refuse_formula_options(const Arguments& arguments) {
  for (const char* name : {"--at", "--wrt", "--paths", "--second", "--jacobian", "--worksheet", "--grade"}) {
    if (!arguments.has(name)) continue;
    throw UserError(Fault::usage,
                    Report{name, "a model, " + printable(arguments.required(0)), "a formula", "leave it out"});
  }
  if (arguments.operand(1)) return;
  throw UserError(Fault::usage, Report{"gradus explain", "a model without data", "MODEL DATA --row N",
                                       "gradus explain " + printable(arguments.required(0)) + " DATA --row 1"});
}

}  // namespace

bool names_a_model(const Arguments& arguments) {
  const std::string& name = arguments.required(0);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(name, ignored) || name.ends_with(".gradus")) return true;
  return arguments.operand(1) && !arguments.has("--at");  // what cannot be loaded is said as for every verb
}

int run_explain_network(const Arguments& arguments, report::Console& console) {
  const TrainedModel whole = load_model(arguments.required(0), console);
  refuse_formula_options(arguments);
  const std::string path = *arguments.operand(1);
  const std::optional<std::size_t> target = chosen_target(whole, arguments);
  Rows rows = load_for_model(explain::in_f64(whole), path, data::WantTarget::any, KeepTable::yes);
  if (target) rows.dataset = with_target(whole, *target, std::move(rows.dataset));
  const TrainedModel model = target ? target_model(whole, *target) : whole;
  say_notes(console, rows.notes);
  const std::int64_t count = std::max<std::int64_t>(rows.dataset.rows() + std::ssize(rows.dropped), 1);
  const std::int64_t row = arguments.integer("--row", 1, count).value_or(first_row(rows));
  const std::int64_t kept = number_among_kept(rows, row);
  explain::NetworkExplanation network = explain::explain_network(model, rows.dataset, kept);
  network.features = features_of(model, network, rows.table, kept);
  network.explanation.title = std::filesystem::path(arguments.required(0)).filename().string() + ", row " +
                              std::to_string(row) + " of " +
                              std::filesystem::path(rows.dataset.source).filename().string();
  network.explanation.title = printable(network.explanation.title);
  std::optional<explain::Element> element;
  if (const auto text = arguments.text("--element")) element = parse_element(*text, network);
  io::OutputFile* file = arguments.output("--output");
  if (io::OutputFile* page = arguments.output("--html")) {
    page->write(to_page(network.explanation));
    console.say("wrote " + printable(page->path()) + ": open it in a browser");
    const std::string_view others[] = {"--text", "--json", "--dot", "--svg", "--output"};
    if (std::none_of(std::begin(others), std::end(others), [&](std::string_view name) { return arguments.has(name); }))
      return 0;
  }
  const std::string text = result(arguments, network, element, file ? report::Terminal{} : console.out());
  if (file) file->write(text);
  else console.print(text);
  return network.explanation.troubles.empty() ? exit_ok : exit_failure;
}

}  // namespace gradus::cli
