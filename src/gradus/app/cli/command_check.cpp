// gradus check: gradients of a formula against central differences.
#include <array>

#include "gradus/app/cli/commands.hpp"
#include "gradus/app/cli/exit_code.hpp"
#include "gradus/app/cli/formula_values.hpp"
#include "gradus/app/explain/check_text.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/learn/io/atomic_file.hpp"

namespace gradus::cli {
namespace {

constexpr Operand operands[] = {
    {"FORMULA", "what to check: '(2*x + y^2) * z^3' (docs/reference/formulas.md)"},
};

constexpr Option options[] = {
    {"--at", "NAME=VALUE,...", "values of the variables: x=4,W=[1 2; 3 4]", {}, true, "The formula"},
    {"--first", "", "first derivatives alone; otherwise second ones along random directions too"},
    {"--sweep", "NAME", "the error against epsilon, of the forward and the central difference"},
    {"--svg", "", "the picture of --sweep", {}, false, "Output"},
    {"--output", "FILE", "write to FILE, not to standard output", "-o"},
};

/// One number to derive: the output, or the sum of its elements.
Value number_of(explain::Formula& formula) {
  const Value output = formula.graph.value(formula.output);
  return output.shape().rank() == 0 ? output : sum(output);
}

std::string sweep(explain::Formula& formula, const std::string& name, bool picture) {
  const Value x = formula.graph.find_input(name);
  if (!x) {
    throw UserError(Fault::usage, Report{"--sweep", "\"" + printable(name) + "\"", "a variable of the formula", ""});
  }
  const auto found = sweep_epsilon(number_of(formula), x, 0, formula.bindings());
  return picture ? explain::sweep_svg(found) : explain::sweep_text(found);
}

int run_check(const Arguments& arguments, report::Console& console) {
  const auto variables = values_in(arguments.texts("--at"));
  explain::Formula formula = explain::parse_formula(arguments.required(0), variables);
  const auto swept = arguments.text("--sweep");
  if (arguments.has("--svg") && !swept) {
    throw UserError(Fault::usage, Report{"--svg", "no --sweep", "--sweep NAME beside it", ""});
  }
  std::string text;
  bool passed = true;
  if (swept) {
    text = sweep(formula, *swept, arguments.has("--svg"));
  } else {
    Values inputs;
    for (int id : formula.inputs) inputs.push_back(formula.graph.value(id));
    const auto found =
        gradient_check(number_of(formula), inputs, formula.bindings(), {.second = !arguments.has("--first")});
    text = explain::check_text(found), passed = found.passed();
  }
  if (const auto file = arguments.text("--output")) {
    const std::array parts{std::as_bytes(std::span(text))};
    io::replace_file(*file, parts);
  } else {
    console.print(text);
  }
  return passed ? exit_ok : exit_check;
}

}  // namespace

const Command check_command{"check", "compares the gradients of a formula with central differences",     operands,
                            options, "gradus check 'sum(tanh(W@x)^2)' --at 'W=[1 2; 3 4], x=[0.5; -1]'", run_check};

}  // namespace gradus::cli
