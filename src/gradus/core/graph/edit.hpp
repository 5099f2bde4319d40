// A graph that is changed in place: nodes give way to others, and whoever reads them is looked at again. What a pass
// over a graph costs is then what it changes, not how large the graph is.
#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <span>
#include <utility>
#include <vector>

#include "gradus/core/graph/walk.hpp"

namespace gradus {

/// Nodes keep their numbers while the graph is edited; their order is told by before(). New ones are appended as to any
/// graph, by look() below, and then stand right before the node that they replace.
class GraphEdit {
 public:
  explicit GraphEdit(Graph graph);
  GraphEdit(const GraphEdit&) = delete;  // values point to it
  GraphEdit& operator=(const GraphEdit&) = delete;

  /// A list of nodes to look at: all there are, and from then on each that is new or has got another input.
  int new_list();
  /// Calls look(value) for every node waiting in the list, in the graph's order, and takes it off. `look` may append
  /// nodes; it returns what stands for the node from now on (of its type; the node goes), or an empty Value. A node
  /// that comes to wait behind the one looked at has its turn too, one before it in the next call. Returns how often a
  /// node was replaced.
  template <class Look> int visit(int list, Look&& look);
  /// Has `id` looked at again.
  void touch(int list, int id);
  /// Removes nodes that nobody reads, and then their inputs; inputs of the graph stay. Returns how many.
  int drop_unread();

  Value value(int id) { return graph_.value(id); }
  const Node& node(int id) const { return graph_.node(id); }
  /// Whether the node is still in the graph.
  bool has(int id) const { return id < size() && there_[id]; }
  /// Whether `a` comes before `b`.
  bool before(int a, int b) const { return key_[a] < key_[b]; }
  /// How often nodes, outputs and next values read `id`.
  int reads(int id) const { return reads_[id]; }
  /// `later` stands right before `earlier` from now on, with its label and its inputs, of which it has the same ones in
  /// any order.
  void take_place(int later, int earlier);
  /// Calls f(node) for those that read `id`, some of them more than once.
  template <class F> void for_each_reader(int id, F&& f) const;
  /// The number of a constant whose elements are all equal, of any other node nothing.
  std::optional<double> number(int id);
  /// How many nodes visit() has looked at, in all lists.
  std::int64_t looks() const { return looks_; }
  /// The graph as it is now, its nodes numbered in their order.
  Graph result() const;
  /// The same, and nothing is left here.
  Graph take();

 private:
  struct List {
    std::vector<int> waiting;  // for the next visit
    ById<char> waits;
  };
  using Place = std::pair<std::uint64_t, int>;  // key, node
  struct Later {
    bool operator()(const Place& a, const Place& b) const { return a > b; }
  };

  struct Reading {  // of a node by another, in the list of those of one node
    int reader, next;
  };

  int size() const { return graph_.size(); }
  template <class NodeOf> Graph numbered(NodeOf&& node_of) const;
  /// The list's nodes in order, taken off it.
  std::vector<Place> start(int list);
  /// The next of `ordered` from `at` on and those that joined since, or -1.
  int next(const std::vector<Place>& ordered, std::size_t& at);
  int result_count() const;
  /// The node that the graph names there.
  int& result_id(int place);
  void replace(int id, Value by, int first_new);
  void insert_before(int id, int first_new);
  std::pair<std::uint64_t, std::uint64_t> keys_before(int id, int count);
  void link_before(int id, int made, std::uint64_t key);
  void unlink(int id);
  void renumber();
  void read_inputs_of(int id);
  void drop_inputs_of(int id);
  void remove(int id);

  Graph graph_;
  ById<char> there_;
  ById<int> previous_, next_;  // in order; -1: none
  ById<std::uint64_t> key_;    // grows along the order
  std::vector<Reading> readings_;
  ById<int> first_reading_;  // of each node; -1: none
  ById<int> reads_;
  ById<std::vector<int>> result_;  // places in the graph's outputs, and behind them in its next values
  std::vector<int> unread_;        // nodes that lost their last reader
  ById<char> number_known_;
  ById<std::optional<double>> number_;
  std::vector<List> lists_;
  int first_ = -1, last_ = -1;
  int visiting_ = -1, visited_ = -1;                                   // the list, and the node looked at
  std::priority_queue<Place, std::vector<Place>, Later> joined_ = {};  // the visit, behind the node looked at
  std::int64_t looks_ = 0;
};

template <class F> void GraphEdit::for_each_reader(int id, F&& f) const {
  for (int at = first_reading_[id]; at >= 0;) {
    const auto& [reader, next] = readings_[static_cast<std::size_t>(at)];
    at = next;
    if (there_[reader]) f(reader);
  }
}

template <class Look> int GraphEdit::visit(int list, Look&& look) {
  const std::vector<Place> ordered = start(list);
  std::size_t at = 0;
  int replaced = 0;
  for (int id = next(ordered, at); id >= 0; id = next(ordered, at)) {
    const int first_new = size();
    ++looks_;
    const Value by = look(value(id));
    if (size() > first_new || by) replace(id, by, first_new);
    replaced += by ? 1 : 0;
  }
  visiting_ = visited_ = -1;
  return replaced;
}

}  // namespace gradus
