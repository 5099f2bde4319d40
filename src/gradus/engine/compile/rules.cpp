#include "gradus/engine/compile/rules.hpp"

#include <algorithm>
#include <cmath>

#include "gradus/core/base/checked_cast.hpp"

namespace gradus {
namespace {

bool fits(GraphEdit& graph, const Term& term, Value value, Letters& letters) {
  if (term.letter >= 0) {
    Value& known = letters[static_cast<std::size_t>(term.letter)];
    if (known) return known == value;
    known = value;
    return true;
  }
  if (!term.op) {
    const auto number = graph.number(value.id);
    return number && *number == term.number && std::signbit(*number) == std::signbit(term.number);
  }
  if (&value.op() != term.op) return false;
  for (std::size_t i = 0; i < term.inputs.size(); ++i) {
    if (!fits(graph, term.inputs[i], value.input(checked_cast<int>(i)), letters)) return false;
  }
  return true;
}

Type type_of(const Term& term, const Letters& letters) {
  if (term.letter >= 0) return letters[static_cast<std::size_t>(term.letter)].type();
  std::vector<Type> types;
  for (const Term& input : term.inputs) types.push_back(type_of(input, letters));
  return term.op->infer(types, {});
}

Value build(const Term& term, const Letters& letters) {
  if (term.letter >= 0) return letters[static_cast<std::size_t>(term.letter)];
  Values inputs;
  for (const Term& input : term.inputs) inputs.push_back(build(input, letters));
  return gradus::apply(*term.op, inputs);
}

int depth(const Term& term) {
  int inputs = 0;
  for (const Term& input : term.inputs) inputs = std::max(inputs, depth(input));
  return term.op ? inputs + 1 : 0;
}

}  // namespace

Term Term::any(int letter) {
  Term term(0);
  term.letter = letter;
  return term;
}

Value apply_rules(GraphEdit& graph, std::span<const Rule* const> rules, Value node) {
  for (const Rule* rule : rules) {
    Letters letters{};
    if (!fits(graph, rule->from, node, letters) || (rule->holds && !rule->holds(node))) continue;
    if (rule->make) {
      if (const Value made = rule->make(node, letters)) return made;
    } else if (type_of(rule->to, letters) == node.type()) {
      return build(rule->to, letters);
    }
  }
  return {};
}

RuleTable::RuleTable(const std::vector<Rule>& rules) {
  for (const Rule& rule : rules) {
    require(rule.from.op && depth(rule.from) <= 2, "a rule looks at a node and its inputs");
    by_op_[rule.from.op].push_back(&rule);
  }
}

std::span<const Rule* const> RuleTable::of(const Op& op) const {
  const auto found = by_op_.find(&op);
  if (found == by_op_.end()) return {};
  return found->second;
}

}  // namespace gradus
