#include "gradus/app/explain/safe.hpp"

#include <algorithm>
#include <string_view>

#include "gradus/app/explain/formula/print.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus::explain {
namespace {

constexpr int most_nodes = 300;  // of a formula that is worth writing again

std::size_t at(int id) { return static_cast<std::size_t>(id); }

std::vector<char> needed_for(const Graph& graph, int root) {
  std::vector<char> needed(at(root) + 1);
  needed[at(root)] = 1;
  for (int id = root; id >= 0; --id) {
    if (!needed[at(id)]) continue;
    for (int input : graph.node(id).inputs) needed[at(input)] = 1;
  }
  return needed;
}

/// Which numbers an operation has a finite slope at, by one of its inputs.
struct Domain {
  const Op* op;
  int input;
  bool above;  // numbers above `bound`; else all but `bound`
  double bound;
  double inside;  // a number of the domain
};

const Domain* domain_of(const Node& node) {
  static const Domain domains[] = {{&pointwise_op<pointwise::Sqrt>(), 0, true, 0, 1},
                                   {&pointwise_op<pointwise::Log>(), 0, true, 0, 1},
                                   {&pointwise_op<pointwise::Log1p>(), 0, true, -1, 0},
                                   {&pointwise_op<pointwise::Power>(), 0, false, 0, 1},
                                   {&pointwise_op<pointwise::Divide>(), 1, false, 0, 1}};
  const auto found =
      std::find_if(std::begin(domains), std::end(domains), [&](const Domain& d) { return d.op == node.op; });
  return found == std::end(domains) ? nullptr : found;
}

/// `where` that takes or leaves what `node` computes: the condition, and whether it takes it when the condition holds.
struct Choice {
  int condition = -1;
  bool taken_if = true;
};

std::optional<Choice> choice_after(const Graph& graph, int node, int output) {
  std::vector<char> reached(at(output) + 1);
  reached[at(node)] = 1;
  for (int id = node + 1; id <= output; ++id) {
    const Node& after = graph.node(id);
    const auto from = [&](std::size_t slot) { return reached[at(after.inputs[slot])] != 0; };
    const bool where_op = after.op == &pointwise_op<pointwise::Where>() && !from(0);
    if (where_op && from(1) != from(2)) return Choice{after.inputs[0], from(1)};
    for (std::size_t slot = 0; slot < after.inputs.size(); ++slot) reached[at(id)] = reached[at(id)] || from(slot);
  }
  return std::nullopt;
}

/// The graph with one node computed in another way.
class Rewriter {
 public:
  explicit Rewriter(const Formula& formula)
      : from_(formula.graph), output_(formula.output), copied_(at(output_) + 1, -1) {}

  /// `change` appends the node's replacement, given its copied inputs.
  std::optional<std::string> with(int node, int first, const std::function<Value(const Node&, Values)>& change) {
    const auto needed = needed_for(from_, output_);
    if (first >= 0) copy(needed_for(from_, first), node, change);
    copy(needed, node, change);
    return print_formula(to_, copied_[at(output_)]);
  }

  Value copied(int id) { return to_.value(copied_[at(id)]); }

 private:
  void copy(const std::vector<char>& needed, int changed, const std::function<Value(const Node&, Values)>& change) {
    for (int id = 0; id < static_cast<int>(needed.size()); ++id) {
      if (!needed[at(id)] || copied_[at(id)] >= 0) continue;
      const Node& node = from_.node(id);
      Values inputs;
      for (int input : node.inputs) inputs.push_back(copied(input));
      const Value value = id == changed ? change(node, inputs) : to_.append(*node.op, inputs, node.attrs);
      if (!node.label.empty()) to_.name_node(value, node.label);
      copied_[at(id)] = value.id;
    }
  }

  const Graph& from_;
  Graph to_{from_.slot_table()};
  int output_;
  std::vector<int> copied_;
};

/// By the condition of the `where` that leaves it: where(c, g(where(c, x, 1)), b).
std::optional<std::string> by_choice(const Formula& formula, const Hazard& hazard, int input, double inside) {
  const auto choice = choice_after(formula.graph, hazard.node, formula.output);
  if (!choice) return std::nullopt;
  const auto needed = needed_for(formula.graph, choice->condition);
  if (choice->condition >= hazard.node && needed[at(hazard.node)]) return std::nullopt;
  Rewriter rewriter(formula);
  return rewriter.with(hazard.node, choice->condition, [&](const Node& node, Values inputs) {
    const Value condition = rewriter.copied(choice->condition);
    Value& x = inputs[at(input)];
    const Value other = constant_like(x, inside);
    x = choice->taken_if ? where(condition, x, other) : where(condition, other, x);
    return condition.graph->append(*node.op, inputs, node.attrs);
  });
}

/// By the numbers that the operation has a slope at: where(x > 0, g(where(x > 0, x, 1)), 0).
std::optional<std::string> by_domain(const Formula& formula, const Hazard& hazard, const Domain& domain) {
  Rewriter rewriter(formula);
  return rewriter.with(hazard.node, -1, [&](const Node& node, Values inputs) {
    Value& x = inputs[at(domain.input)];
    const Value bound = constant_like(x, domain.bound);
    const Value inside = domain.above ? greater(x, bound) : not_equal(x, bound);
    x = where(inside, x, constant_like(x, domain.inside));
    const Value result = inside.graph->append(*node.op, inputs, node.attrs);
    if (!hazard.instead) return result;
    return where(inside, result, constant_like(result, *hazard.instead));
  });
}

}  // namespace

std::vector<std::string> without_hazard(const Formula& formula, const Hazard& hazard) {
  std::vector<std::string> out;
  if (formula.output >= most_nodes) return out;
  const auto add = [&](const std::optional<std::string>& text) {
    if (text) out.push_back(*text);
  };
  const Node& node = formula.graph.node(hazard.node);
  const Domain* domain = domain_of(node);
  const int input = domain ? domain->input : hazard.slot;
  try {
    if (!hazard.used) add(by_choice(formula, hazard, input, domain ? domain->inside : 0));
    if (domain) add(by_domain(formula, hazard, *domain));
  } catch (const UserError&) {  // shapes or dtypes that do not go together: no advice
  }
  return out;
}

std::optional<std::string> kept_above(const Formula& formula, int node, double least) {
  if (formula.output >= most_nodes) return std::nullopt;
  Rewriter rewriter(formula);
  return rewriter.with(node, -1, [&](const Node& of, Values inputs) {
    inputs[0] = maximum(inputs[0], constant_like(inputs[0], least));
    return inputs[0].graph->append(*of.op, inputs, of.attrs);
  });
}

}  // namespace gradus::explain
