// Formulas are explained with advice: where something is not finite, a formula that is, tried before it is given.
#include "gradus/app/explain/advice.hpp"

#include <cmath>

#include "gradus/app/explain/annotate.hpp"
#include "gradus/app/explain/safe.hpp"
#include "gradus/app/explain/trouble.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus::explain {
namespace {

constexpr int most_rewritings = 5;

/// `formula` written so that value and derivatives are finite, tried; "" when no way is found.
std::string finite_form(const Formula& formula, const Hazard& hazard, const AnnotateOptions& options,
                        std::optional<double> value, int rewritings);

/// A trouble as a hazard of the formula's graph: what has a value there keeps it.
Hazard hazard_of(const Formula& formula, const Explanation& e, const Trouble& trouble) {
  const Tensor& value = e.nodes[static_cast<std::size_t>(trouble.node)].value;
  const double own = trouble.element >= 0 && trouble.element < value.count() ? value.number(trouble.element) : 0;
  Hazard out{ids_in_order(formula.graph, formula.output)[static_cast<std::size_t>(trouble.node)], trouble.slot,
             trouble.used, std::nullopt};
  if (std::isfinite(own)) out.instead = own;
  return out;
}

/// Where rewriting may begin: the troubles, then values that are not finite, of which a slope may have been made.
std::vector<Hazard> hazards_of(const Formula& formula, const Explanation& e) {
  constexpr std::size_t most = 8;
  std::vector<Hazard> out;
  for (const Trouble& trouble : e.troubles) out.push_back(hazard_of(formula, e, trouble));
  const auto ids = ids_in_order(formula.graph, formula.output);
  for (std::size_t node = 0; node < ids.size() && out.size() < most; ++node) {
    if (first_not_finite(e.nodes[node].value) >= 0) out.push_back({ids[node], 0, false, std::nullopt});
  }
  return out;
}

std::string tried(const std::string& text, const Formula& formula, const AnnotateOptions& options,
                  std::optional<double> value, int rewritings) {
  try {
    Formula next = parse_formula(text, formula.variables);
    const auto bindings = next.bindings();
    const Explanation e = annotate(next.graph, next.output, bindings, options);
    const double found = e.nodes[static_cast<std::size_t>(e.output)].value.number();
    if (value && std::abs(found - *value) > 1e-3 * (1 + std::abs(*value))) return "";
    if (e.troubles.empty()) return text;
    if (rewritings == 0) return "";
    return finite_form(next, hazard_of(next, e, e.troubles.front()), options, value, rewritings - 1);
  } catch (const UserError&) {
    return "";
  }
}

std::string finite_form(const Formula& formula, const Hazard& hazard, const AnnotateOptions& options,
                        std::optional<double> value, int rewritings) {
  for (const std::string& text : without_hazard(formula, hazard)) {
    const std::string found = tried(text, formula, options, value, rewritings);
    if (!found.empty()) return found;
  }
  return "";
}

AnnotateOptions plain(AnnotateOptions options) {
  options.jacobian = false;
  return options;
}

/// A formula for a trouble of the derivatives: the value stays what it is.
void advise(Formula& formula, Explanation& e, const AnnotateOptions& options) {
  const Tensor& value = e.nodes[static_cast<std::size_t>(e.output)].value;
  std::optional<double> one;
  if (value.count() == 1) one = value.number();
  std::string text;  // one that is finite throughout, so it is the advice for every trouble
  for (const Hazard& hazard : hazards_of(formula, e)) {
    text = finite_form(formula, hazard, plain(options), one, most_rewritings);
    if (!text.empty()) break;
  }
  for (Trouble& trouble : e.troubles) {
    const Node& node = e.nodes[static_cast<std::size_t>(trouble.node)];
    if (node.op == &pointwise_op<pointwise::Power>() && trouble.slot == 1) {
      trouble.remedy = "the exponent as a number, or --wrt with the other variables";
    }
    if (!text.empty()) trouble.remedy = text;
  }
}

/// The refusal of a value that is not finite with its limit, and a formula that has it.
[[noreturn]] void refuse_with_advice(Formula& formula, const NotFinite& bad, const AnnotateOptions& options) {
  const auto ids = ids_in_order(formula.graph, formula.output);
  const auto bindings = formula.bindings();
  Values moving;
  for (const Binding& binding : bindings) moving.push_back(binding.input);
  const int node = ids[static_cast<std::size_t>(bad.node)];
  const auto beside = [&](int id) {
    const Value of = formula.graph.value(id);
    const std::int64_t element = first_not_finite(interpret(std::span(&of, 1), bindings)[0]);
    return Beside{of, element, moving, bindings};
  };
  Report report = bad.report;
  const bool operation = !formula.graph.node(node).inputs.empty();
  if (operation && !moving.empty()) {
    const std::string limit = limit_of(beside(node));
    report.found += limit.starts_with("none: ") ? " (no limit: " + limit.substr(6) + ")" : " (limit: " + limit + ")";
  }
  std::string text;
  const auto whole = common_limit(beside(formula.output));
  if (operation && whole) {
    const auto own = common_limit(beside(node));
    text = finite_form(formula, {node, 0, own.has_value(), own}, plain(options), whole, most_rewritings);
  }
  if (text.empty() && formula.graph.node(node).op == &pointwise_op<pointwise::Log>()) {
    if (const auto kept = kept_above(formula, node, 1e-12)) text = tried(*kept, formula, plain(options), {}, 1);
  }
  if (!text.empty()) report.remedy = text;
  throw UserError(Fault::data, report);
}

}  // namespace

Explanation annotate(Formula formula, const AnnotateOptions& options) {
  const auto bindings = formula.bindings();
  try {
    Explanation out = annotate(formula.graph, formula.output, bindings, options);
    out.title = formula.text;
    if (!out.troubles.empty()) advise(formula, out, options);
    return out;
  } catch (const NotFinite& bad) {
    refuse_with_advice(formula, bad, options);
  }
}

}  // namespace gradus::explain
