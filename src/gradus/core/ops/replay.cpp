#include "gradus/core/ops/replay.hpp"

#include <algorithm>

#include "gradus/core/base/float_mode.hpp"
#include "gradus/core/graph/print.hpp"

namespace gradus {
namespace {

std::size_t at(int id) { return static_cast<std::size_t>(id); }

}  // namespace

double work_of(const Graph& graph, int id) {
  const Node& node = graph.node(id);
  if (node.inputs.empty()) return 0;
  constexpr double an_element = 4;  // reading, writing, and finding its place
  const double count = static_cast<double>(node.type.shape.count());
  return node.op->flops ? flops_of(graph, node) + an_element * count : an_element * count;
}

double work_of(std::span<const Value> wanted) {
  if (wanted.empty()) return 0;
  const Graph& graph = *wanted[0].graph;
  const ById<char> needed = needed_nodes(graph, wanted);
  double work = 0;
  for (int id = 0; id < graph.size(); ++id) {
    if (needed[id]) work += work_of(graph, id);
  }
  return work;
}

Replay::Replay(Value y, std::span<const Binding> bindings)
    : y_(y), inputs_(bindings.begin(), bindings.end()), needed_(needed_nodes(*y.graph, std::span(&y, 1))) {
  require(y.shape().count() == 1, "replay: y must be one number");
  for (Binding& binding : inputs_) {
    const bool scalar = binding.value.shape().rank() == 0 && binding.value.dtype() != binding.input.dtype();
    if (scalar) binding.value = binding.value.cast(binding.input.dtype());
  }
  std::vector<Tensor> converted;
  leaf_ = gradus::bind(graph(), inputs_, converted);
  before_.resize(at(graph().size())), after_.resize(at(graph().size())), moving_.resize(at(graph().size()));
  const FlushDenormals flush;
  for (int id = 0; id < graph().size(); ++id) {
    if (!needed_[id]) continue;
    const Node& node = graph().node(id);
    if (node.op == &constant_op) leaf_[at(id)] = &node.attrs.literal("value");
    else if (node.op == &input_op && !leaf_[at(id)]) refuse_unbound(graph(), node);
    else if (node.op != &input_op) evaluate(id, nullptr);
  }
  here_ = leaf_[at(y.id)] ? leaf_[at(y.id)]->number() : before_[at(y.id)].number();
}

void Replay::evaluate(int id, const std::vector<char>* moving) {
  const Node& node = graph().node(id);
  std::vector<ConstView> in;
  for (int input : node.inputs) {
    const bool moved = moving && (*moving)[at(input)] && !leaf_[at(input)];
    const Tensor& value = leaf_[at(input)] ? *leaf_[at(input)] : moved ? after_[at(input)] : before_[at(input)];
    in.push_back(value.view());
  }
  Tensor& out = (moving ? after_ : before_)[at(id)];
  if (!(out.type() == node.type)) out = Tensor(node.type);
  node.op->evaluate(in, out.view(), node.attrs);
}

Replay::Affected Replay::part(std::span<const Value> moving) const {
  std::vector<char> changes(at(needed_.size()));
  for (Value x : moving) {
    if (x.id < needed_.size()) changes[at(x.id)] = 1;  // y depends on nothing that was added later
  }
  Affected out;
  for (int id = 0; id < needed_.size(); ++id) {  // the graph may have grown
    const std::vector<int>& inputs = graph().node(id).inputs;
    const bool moves = std::any_of(inputs.begin(), inputs.end(), [&](int input) { return changes[at(input)] != 0; });
    if (!moves || !needed_[id]) continue;
    changes[at(id)] = 1, out.nodes.push_back(id), out.work += work_of(graph(), id);
  }
  return out;
}

Tensor& Replay::input(Value x) {
  const auto found = std::find_if(inputs_.begin(), inputs_.end(), [&](const Binding& b) { return b.input == x; });
  require(found != inputs_.end(), "replay: an input that is not bound");
  return found->value;
}

double Replay::moved(const Affected& part) {
  const FlushDenormals flush;
  for (int id : part.nodes) moving_[at(id)] = 1;
  for (int id : part.nodes) evaluate(id, &moving_);
  for (int id : part.nodes) moving_[at(id)] = 0;
  if (leaf_[at(y_.id)]) return leaf_[at(y_.id)]->number();
  const bool moves = !part.nodes.empty() && part.nodes.back() == y_.id;
  return moves ? after_[at(y_.id)].number() : here();
}

}  // namespace gradus
