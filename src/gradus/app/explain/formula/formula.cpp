#include "gradus/app/explain/formula/formula.hpp"

#include "gradus/app/explain/formula/parser.hpp"
#include "gradus/core/base/nearest.hpp"

namespace gradus::explain {
namespace {

/// A value that the formula does not use is a name that was mistyped.
void refuse_unused(const Parser& parser, std::span<const Variable> variables, std::string_view name) {
  std::vector<std::string> used;
  for (const auto& [text, value] : parser.inputs()) used.push_back(text);
  for (const Variable& variable : variables) {
    if (parser.inputs().count(variable.name)) continue;
    const std::string close = nearest(variable.name, std::span<const std::string>(used));
    throw UserError(Fault::usage, Report{std::string(name), "no \"" + variable.name + "\", which has a value",
                                         "values of names that it has", close.empty() ? "leave it out" : close});
  }
}

}  // namespace

std::vector<Binding> Formula::bindings() {
  std::vector<Binding> out;
  for (std::size_t i = 0; i < inputs.size(); ++i) out.push_back({graph.value(inputs[i]), variables[i].value});
  return out;
}

std::vector<Variable> parse_variables(std::string_view text, std::string_view name) {
  const Source source{name, text};
  Graph graph;
  return Parser(source, {}, graph).definitions();
}

Formula parse_formula(std::string_view text, std::span<const Variable> variables, std::string_view name) {
  Formula out;
  out.text = text;
  const Source source{name, text};
  Parser parser(source, variables, out.graph);
  out.output = parser.statements().id;
  refuse_unused(parser, variables, name);
  for (const Variable& variable : variables) {
    out.variables.push_back(variable);
    out.inputs.push_back(parser.inputs().at(variable.name).id);
  }
  return out;
}

}  // namespace gradus::explain
