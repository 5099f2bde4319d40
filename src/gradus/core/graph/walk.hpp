// What many ask of a graph that they walk through: types of inputs, FLOPs, what is needed for what, and tables by
// number.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// A T for every node (or buffer, or whatever else is numbered from 0 by ints).
template <class T> class ById {
 public:
  ById() = default;
  explicit ById(int size, const T& value = T{}) : all_(static_cast<std::size_t>(size), value) {}
  explicit ById(const Graph& graph, const T& value = T{}) : ById(graph.size(), value) {}

  T& operator[](int id) { return all_[static_cast<std::size_t>(id)]; }
  const T& operator[](int id) const { return all_[static_cast<std::size_t>(id)]; }
  int size() const { return static_cast<int>(all_.size()); }
  /// Returns the number of the new entry.
  int push_back(T value) {
    all_.push_back(std::move(value));
    return size() - 1;
  }
  void resize(int size, const T& value = T{}) { all_.resize(static_cast<std::size_t>(size), value); }
  auto begin() { return all_.begin(); }
  auto end() { return all_.end(); }
  auto begin() const { return all_.begin(); }
  auto end() const { return all_.end(); }

 private:
  static_assert(!std::is_same_v<T, bool>, "char has references");
  std::vector<T> all_;
};

/// Whether the values of `wanted` need each node: they themselves, and all that they are computed from.
ById<char> needed_nodes(const Graph& graph, std::span<const Value> wanted);
ById<char> needed_nodes(const Graph& graph, int wanted);
/// Of the graph's outputs and next values.
ById<char> needed_nodes(const Graph& graph);

/// The nodes of the graph's outputs, then of its next values: one entry for each time that one is named.
std::vector<int> result_nodes(const Graph& graph);

/// `to` gets the outputs and next values of `from`, as place(node) says where they stand there. Both share their slots.
template <class Place> void copy_results(const Graph& from, Graph& to, Place&& place) {
  for (const Output& output : from.outputs()) to.output(output.name, to.value(place(output.id)));
  for (const Next& next : from.nexts()) to.next(to.state(next.slot), to.value(place(next.id)));
}

/// The nodes that read each node: one entry for each time that they do.
ById<std::vector<int>> find_readers(const Graph& graph);

/// Types of the node's inputs, in order.
std::vector<Type> input_types(const Graph& graph, const Node& node);

/// Floating-point operations of one evaluation of the node.
double flops_of(Types in, const Node& node);
double flops_of(const Graph& graph, const Node& node);

/// Whether the node has no inputs and no work: an input or a constant.
bool is_leaf(const Node& node);

/// `node` appended to `to` as it is, on the inputs that stand for its own there. An input's graph shares its slots.
Value copy_node(Graph& to, const Node& node, const ById<int>& place);

}  // namespace gradus
