// Rules of a simplifier as algebra: {x * 1, x} says that a product with 1 is its other factor.
#pragma once

#include <array>
#include <span>
#include <unordered_map>
#include <vector>

#include "gradus/core/graph/edit.hpp"

namespace gradus {

/// What a rule looks for, or puts in its place: any value (the same one wherever the same letter stands), a constant
/// all of whose elements are a number (0 and -0 differ), or an op on terms.
struct Term {
  const Op* op = nullptr;
  std::vector<Term> inputs = {};
  double number = 0;
  int letter = -1;

  Term(double value) : number(value) {}  // NOLINT: numbers stand in rules as they are
  Term(const Op& of, std::vector<Term> on) : op(&of), inputs(std::move(on)) {}
  static Term any(int letter);
};

/// What the letters of a rule stand for.
using Letters = std::array<Value, 4>;

/// A node that looks like `from` gives way to `to`, or to what `make` returns, when that is of its type; not when
/// `make` returns an empty Value. `from` is a node and its inputs at the most: that is what a change has looked at
/// again.
struct Rule {
  using Holds = bool (*)(Value node);
  using Make = Value (*)(Value node, const Letters& letters);

  Rule(Term look_for, Term put, Holds when = nullptr) : from(std::move(look_for)), to(std::move(put)), holds(when) {}
  Rule(Term look_for, Make put) : from(std::move(look_for)), to(0), make(put) {}

  Term from, to;
  Holds holds = nullptr;
  Make make = nullptr;
};

/// What the first rule that fits puts in the place of `node`, or an empty Value.
Value apply_rules(GraphEdit& graph, std::span<const Rule* const> rules, Value node);

/// The rules by the op that they look for, in their order.
class RuleTable {
 public:
  explicit RuleTable(const std::vector<Rule>& rules);
  std::span<const Rule* const> of(const Op& op) const;

 private:
  std::unordered_map<const Op*, std::vector<const Rule*>> by_op_;
};

}  // namespace gradus
