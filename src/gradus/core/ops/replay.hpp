// A number that a graph computes, at one place and, again and again, near it: only what depends on the inputs that move
// is evaluated anew.
#pragma once

#include <span>
#include <vector>

#include "gradus/core/graph/walk.hpp"
#include "gradus/core/ops/interpret.hpp"

namespace gradus {

/// About how many floating-point operations Op::evaluate of a node takes, moves of data counted too.
double work_of(const Graph& graph, int id);

/// The same of all nodes that `wanted` needs.
double work_of(std::span<const Value> wanted);

class Replay {
 public:
  /// Nodes that change when some inputs move, in order, and the work of evaluating them.
  struct Affected {
    std::vector<int> nodes;
    double work = 0;
  };

  /// Evaluates all that `y`, one number, needs. Throws UserError as interpret does.
  Replay(Value y, std::span<const Binding> bindings);

  /// y at the bindings.
  double here() const { return here_; }
  Affected part(std::span<const Value> moving) const;
  /// The numbers of a bound input: move them, call moved(), and put them back.
  Tensor& input(Value x);
  /// y with the inputs that `part` depends on as they are now.
  double moved(const Affected& part);

  /// A node at the bindings (an input: as it is now), and one that is computed as moved(part) of a part with it left
  /// it.
  const Tensor& before(int id) const {
    return leaf_[static_cast<std::size_t>(id)] ? *leaf_[static_cast<std::size_t>(id)]
                                               : before_[static_cast<std::size_t>(id)];
  }
  const Tensor& after(int id) const { return after_[static_cast<std::size_t>(id)]; }
  const Graph& graph() const { return *y_.graph; }

 private:
  void evaluate(int id, const std::vector<char>* moving);

  Value y_;
  double here_ = 0;
  std::vector<Binding> inputs_;      // their numbers are moved in place
  std::vector<const Tensor*> leaf_;  // numbers of inputs and constants, by node; nullptr for what is computed
  ById<char> needed_;
  std::vector<char> moving_;  // scratch of moved(), by node
  std::vector<Tensor> before_, after_;
};

}  // namespace gradus
