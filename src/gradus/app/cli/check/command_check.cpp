// gradus check: gradients of a formula or a model against numeric derivatives.
#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/check/check_subject.hpp"
#include "gradus/app/cli/explain/explain_network.hpp"
#include "gradus/app/cli/outputs/exit_code.hpp"
#include "gradus/app/explain/check_text.hpp"

namespace gradus::cli {
namespace {

constexpr Operand operands[] = {
    {"FORMULA|MODEL",
     "what to check: '(2*x + y^2) * z^3' (docs/reference/formulas.md); or a model that gradus train saved", true,
     FileUse::reads},
    {"DATA", "for a model: a CSV file, or for images a folder of them, one with t10k files, or a file", false,
     FileUse::reads_data},
};

constexpr Option options[] = {
    {"--at", "NAME=VALUE,...", "values of the variables: x=4,W=[1 2; 3 4]", {}, true, "The formula"},
    {"--rows",
     "NUMBER",
     "how many rows of the data, from the first (unless given: 8, or fewer where they take long)",
     {},
     false,
     "A model"},
    {"--second", "", "second derivatives also where they take long"},
    {"--first", "", "first derivatives alone; otherwise second ones along random directions too", {}, false, "Both"},
    {"--elements", "NUMBER",
     "how many elements of each tensor, 0 for all (unless given: 64, or fewer where they take long)"},
    {"--seed", "NUMBER", "chooses directions, and elements of large tensors (unless given: 0)"},
    {"--sweep", "NAME", "the error against epsilon, of the forward and the central difference"},
    {"--svg", "", "the picture of --sweep", {}, false, "Output"},
    {"--json", "", "one document, schema gradus.check/1"},
    {"--output", "FILE", "write to FILE, not to standard output", "-o", false, {}, FileUse::writes},
};

std::string sweep(const CheckSubject& subject, const Arguments& arguments) {
  const std::string name = *arguments.text("--sweep");
  Value x;
  std::string known;
  for (const Value candidate : subject.xs) {
    const std::string& label = candidate.node().label;
    if (label == name) x = candidate;
    known += (known.empty() ? "" : ", ") + printable(label);
  }
  if (!x)
    throw UserError(
        Fault::usage,
        Report{"--sweep", "\"" + printable(name) + "\"", known.empty() ? "a formula with inputs" : "one of " + known,
               known.empty() ? "gradus check without --sweep" : "--sweep " + known.substr(0, known.find(','))});
  const auto found = sweep_epsilon(subject.y, x, 0, subject.bindings);
  if (arguments.has("--json")) return json::write(explain::sweep_json(subject.head, found), 2) + "\n";
  return arguments.has("--svg") ? explain::sweep_svg(found) : explain::sweep_text(found);
}

void check_output_options(const Arguments& arguments) {
  if (!arguments.has("--svg")) return;
  if (!arguments.has("--sweep")) {
    throw UserError(Fault::usage, Report{"--svg", "no --sweep", "--sweep NAME beside it",
                                         "--sweep NAME --svg, with the name of an input"});
  }
  if (arguments.has("--json"))
    throw UserError(Fault::usage, Report{"--svg", "--json beside it", "one of them", "--svg alone"});
}

int run_check(const Arguments& arguments, report::Console& console) {
  check_output_options(arguments);
  const CheckSubject subject =
      names_a_model(arguments) ? model_subject(arguments, console) : formula_subject(arguments);
  std::string text;
  auto verdict = GradientComparison::Verdict::agrees;
  if (arguments.has("--sweep")) {
    text = sweep(subject, arguments);
  } else {
    const auto found = gradient_check(subject.y, subject.xs, subject.bindings, subject.options);
    text = arguments.has("--json") ? json::write(explain::check_json(subject.head, found), 2) + "\n"
                                   : subject.title + explain::check_text(found);
    verdict = found.verdict();
  }
  if (io::OutputFile* file = arguments.output("--output")) file->write(text);
  else console.print(text);
  if (verdict == GradientComparison::Verdict::wrong) return exit_check;
  return verdict == GradientComparison::Verdict::cannot_tell ? exit_unknown : exit_ok;
}

}  // namespace

extern const Command check_command{"check",
                                   "compares the gradients of a formula, or of a model, with central differences",
                                   operands,
                                   options,
                                   "gradus check 'sum(tanh(W@x)^2)' --at 'W=[1 2; 3 4], x=[0.5; -1]'\n"
                                   "gradus check cars.gradus examples/data/cars.csv",
                                   run_check};

}  // namespace gradus::cli
