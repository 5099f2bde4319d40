// gradus explain: a formula with every value, local derivative and gradient.
#include <algorithm>

#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/explain/explain_network.hpp"
#include "gradus/app/cli/explain/formula_values.hpp"
#include "gradus/app/cli/outputs/exit_code.hpp"
#include "gradus/app/explain/annotate.hpp"
#include "gradus/app/explain/dot.hpp"
#include "gradus/app/explain/json_document.hpp"
#include "gradus/app/explain/page.hpp"
#include "gradus/app/explain/svg.hpp"
#include "gradus/app/explain/text.hpp"
#include "gradus/app/explain/worksheet.hpp"
#include "gradus/learn/data/foreign/foreign_format.hpp"

namespace gradus::cli {
namespace {

constexpr Operand operands[] = {
    {"FORMULA|MODEL",
     "what to compute: '(2*x + y^2) * z^3', 'a = w*x; sigmoid(a)' (docs/reference/formulas.md); or a model that gradus "
     "train saved",
     true, FileUse::reads},
    {"DATA", "for a model: a CSV file, or for images a folder of them, one with t10k files, or a file", false,
     FileUse::reads_data},
};

constexpr Option options[] = {
    {"--at", "NAME=VALUE,...", "values of the variables: x=4,W=[1 2; 3 4]", {}, true, "The formula"},
    {"--wrt", "NAME,...", "derive by these alone; otherwise by all variables"},
    {"--paths", "NAME", "the path algorithm: every path to NAME, beside reverse mode", {}, true},
    {"--second", "", "second derivatives (the Hessian) too"},
    {"--jacobian", "", "the Jacobian of every edge too"},
    {"--row", "NUMBER", "which row of the data, from 1 (unless given: 1)", {}, false, "A model"},
    {"--target", "NAME", "of several targets the one that is explained; the first unless given"},
    {"--layer", "NUMBER", "this layer alone, with all its numbers"},
    {"--element", "LAYER:OUT,IN", "the products of the weight to unit OUT from input IN, all from 1"},
    {"--step", "", "the optimizer's update of that weight, term by term"},
    {"--text", "", "text for a terminal (what you get otherwise)", {}, false, "Output"},
    {"--json", "", "one JSON document, schema gradus.explain/1"},
    {"--svg", "", "a picture: values above, gradients below each edge"},
    {"--dot", "", "the graph for Graphviz"},
    {"--worksheet", "", "an exercise with blanks, and its answers"},
    {"--grade",
     "FILE",
     "mark the answers in FILE (JSON, by the names of --worksheet); exit code 4 when some are wrong",
     {},
     false,
     {},
     FileUse::reads},
    {"--html",
     "FILE",
     "one page for a browser, to walk through step by step; needs no network",
     {},
     false,
     {},
     FileUse::writes},
    {"--output", "FILE", "write to FILE, not to standard output", "-o", false, {}, FileUse::writes},
};

std::vector<std::string> names_in(const std::vector<std::string>& lists) {
  std::vector<std::string> out;
  for (const std::string& list : lists) {
    for (std::size_t begin = 0; begin <= list.size();) {
      const std::size_t end = std::min(list.find(',', begin), list.size());
      std::string name = list.substr(begin, end - begin);
      name.erase(0, name.find_first_not_of(' ') == std::string::npos ? name.size() : name.find_first_not_of(' '));
      name.erase(name.find_last_not_of(' ') + 1);
      if (name.empty())
        throw UserError(Fault::usage, Report{"--wrt", "an empty name", "names separated by commas",
                                             "no comma at the end or beside another, as in --wrt x,y"});
      out.push_back(std::move(name));
      begin = end + 1;
    }
  }
  return out;
}

std::string text_of(const explain::Explanation& explanation, const std::vector<int>& paths,
                    const report::Terminal& terminal) {
  const explain::TextOptions look{.color = terminal.color, .width = std::min(terminal.width, 80)};
  std::string out = to_text(explanation, look);
  for (int x : paths) out += paths_text(explanation, x, look);
  return out;
}

bool asks_for_text(const Arguments& arguments) {
  const std::string_view others[] = {"--text", "--json", "--dot", "--svg", "--output"};
  return std::any_of(std::begin(others), std::end(others), [&](std::string_view name) { return arguments.has(name); });
}

/// What was asked for, as one text.
std::string result(const Arguments& arguments, const explain::Explanation& explanation, const std::vector<int>& paths,
                   const report::Terminal& terminal) {
  const bool forms[] = {arguments.has("--json"), arguments.has("--dot"), arguments.has("--svg"),
                        arguments.has("--text"), arguments.has("--worksheet")};
  if (std::count(std::begin(forms), std::end(forms), true) > 1) {
    throw UserError(Fault::usage, Report{"gradus explain", "several forms of output",
                                         "one of --text --json --dot --svg --worksheet", "the first of them alone"});
  }
  if (forms[0]) return json::write(to_json(explanation, paths), 1) + "\n";
  if (forms[1]) return to_dot(explanation);
  if (forms[2]) return to_svg(explanation);
  if (forms[4]) return worksheet_text(explanation, std::min(terminal.width, 80));
  return text_of(explanation, paths, terminal);
}

/// Marks the answers in `file`; returns the exit code.
int mark(const explain::Explanation& explanation, const std::string& file, report::Console& console) {
  data::Source source(file);
  data::refuse_foreign(source, data::Wanted::answers);
  const auto answers = explain::read_answers(data::read_all(source, {.bytes = 1 << 20}), file);
  const auto marks = grade(explanation, answers);
  console.print(marks_text(explanation, answers, marks, std::min(console.out().width, 80)));
  const bool right = std::all_of(marks.begin(), marks.end(),
                                 [](const explain::Mark& m) { return m.verdict == explain::Mark::Verdict::right; });
  return right ? exit_ok : exit_check;
}

/// Derivatives that are not finite are no result; `say`: what was written has no place for why.
int exit_code(const explain::Explanation& explanation, report::Console& console, bool say) {
  if (explanation.troubles.empty()) return exit_ok;
  if (say) console.say(explain::troubles_text(explanation).substr(1));
  return exit_failure;
}

int deliver(const Arguments& arguments, const explain::Explanation& explanation, const std::vector<int>& paths,
            report::Console& console) {
  io::OutputFile* file = arguments.output("--output");
  if (io::OutputFile* page = arguments.output("--html")) {
    page->write(to_page(explanation));
    console.say("wrote " + printable(page->path()) + ": open it in a browser");
    if (!asks_for_text(arguments)) return exit_code(explanation, console, true);
  }
  const std::string text = result(arguments, explanation, paths, file ? report::Terminal{} : console.out());
  if (file) file->write(text);
  else console.print(text);
  const bool picture = arguments.has("--svg") || arguments.has("--dot") || arguments.has("--worksheet");
  return exit_code(explanation, console, picture);
}

void refuse_network_options(const Arguments& arguments) {
  const auto refuse = [&](std::string_view what) {
    throw UserError(Fault::usage,
                    Report{std::string(what), "\"" + printable(arguments.required(0)) + "\", which is no file",
                           "the model file before it", "gradus explain MODEL DATA --row 1"});
  };
  if (arguments.operand(1)) refuse("gradus explain");
  for (std::string_view name : network_options) {
    if (arguments.has(name)) refuse(name);
  }
}

int run_explain(const Arguments& arguments, report::Console& console) {
  if (names_a_model(arguments)) return run_explain_network(arguments, console);
  refuse_network_options(arguments);
  const auto variables = values_in(arguments.texts("--at"));
  explain::AnnotateOptions asked;
  if (const auto wrt = arguments.text("--wrt")) asked.variables = names_in({*wrt});
  asked.second = arguments.has("--second"), asked.jacobian = arguments.has("--jacobian");
  const auto explanation = annotate(explain::parse_formula(arguments.required(0), variables), asked);
  if (const auto answers = arguments.text("--grade")) return mark(explanation, *answers, console);
  std::vector<int> paths;
  for (const std::string& name : arguments.texts("--paths")) paths.push_back(find_node(explanation, name, "--paths"));
  return deliver(arguments, explanation, paths, console);
}

}  // namespace

extern const Command explain_command{
    "explain",
    "shows a formula, or a model on one row, with every value, local derivative and gradient",
    operands,
    options,
    "gradus explain '(2*x + y^2) * z^3' --at x=4,y=3,z=2\n"
    "gradus explain cars.gradus examples/data/cars.csv --row 2 --html page.html",
    run_explain};

}  // namespace gradus::cli
