// A computation: an append-only array of nodes in topological order. Values are handles into it, never numbers.
#pragma once

#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gradus/core/graph/op.hpp"
#include "gradus/core/graph/slot.hpp"

namespace gradus {

class Graph;

/// A node's output: a handle. Valid as long as its graph stays where it is.
struct Value {
  Graph* graph = nullptr;
  int id = -1;

  explicit operator bool() const { return graph != nullptr; }
  const Node& node() const;
  const Op& op() const;
  const Type& type() const;
  const Shape& shape() const { return type().shape; }
  DType dtype() const { return type().dtype; }
  /// Input `i` of this node.
  Value input(int i) const;
  /// Sizes of a matrix [rows, columns] or a batch [rows, ...]; `columns` is the last size.
  std::int64_t rows() const;
  std::int64_t columns() const;
  friend bool operator==(Value, Value) = default;
};

struct Node {
  const Op* op = nullptr;
  std::vector<int> inputs;
  Attrs attrs;
  Type type;
  std::string label = {};  // what people call it: "0.weight", "g1"
};

/// A result that the graph is evaluated for.
struct Output {
  std::string name;
  int id = -1;
};

/// What a slot holds after a run: the plan may overwrite it in place.
struct Next {
  SlotId slot;
  int id = -1;
};

class Graph {
 public:
  /// The sum of two counts of nodes fits in an int.
  static constexpr int most_nodes = 1 << 30;

  /// With slots of its own.
  Graph() : Graph(std::make_shared<SlotTable>()) {}
  /// With slots that graphs of one program share; so does a copy of a graph.
  explicit Graph(std::shared_ptr<SlotTable> slots) : slots_(std::move(slots)) {}

  /// A value given when the graph is evaluated: declares a slot of role input, or takes the one of that name. Throws
  /// UserError when the name is empty, another slot's, or an input of this graph has it.
  Value input(std::string name, const Type& type = {DType::f64, {}});
  Value input(std::string name, const Shape& shape, DType dtype) { return input(std::move(name), Type{dtype, shape}); }
  /// The same of a slot of role input. Throws UserError for another slot, and when this graph has it already.
  Value input(SlotId slot, const Type& type);
  /// What a slot of any other role holds before the run; the same value when asked again. Throws UserError for an input
  /// and for no slot.
  Value state(SlotId slot);
  /// Declares the slot too, as SlotTable::declare().
  Value state(Slot slot) { return state(slots_->declare(std::move(slot))); }
  /// `updated` is what the slot of `state` holds after the run. Throws UserError when `state` is not what state() gave,
  /// has a next value already, or is of another type.
  void next(Value state, Value updated);
  /// A literal.
  Value constant(Tensor value);
  /// One number, broadcast where it is used. Throws UserError when an integer dtype cannot hold it.
  Value constant(double value, DType dtype = DType::f64);
  /// Appends a node after checking arity, attributes and types. Throws UserError from the op's rule, and from 2^30
  /// nodes on.
  Value append(const Op& op, std::span<const Value> inputs, Attrs attrs = {}, std::string label = {});
  Value append(const Op& op, std::initializer_list<Value> inputs, Attrs attrs = {}, std::string label = {}) {
    return append(op, std::span(inputs.begin(), inputs.size()), std::move(attrs), std::move(label));
  }
  /// Names `value` as a result. Throws UserError when the name is taken by another output, or the value is not of this
  /// graph.
  void output(std::string name, Value value);
  /// Throws UserError when the value is not of this graph.
  void name_node(Value value, std::string label);

  /// Appending never moves a node: references to nodes, types and shapes stay good.
  const std::deque<Node>& nodes() const { return nodes_; }
  const Node& node(int id) const { return nodes_[static_cast<std::size_t>(id)]; }
  int size() const { return static_cast<int>(nodes_.size()); }  // most_nodes at the most
  Value value(int id) { return {this, id}; }
  const std::vector<Output>& outputs() const { return outputs_; }
  const std::vector<Next>& nexts() const { return nexts_; }
  const SlotTable& slots() const { return *slots_; }
  const std::shared_ptr<SlotTable>& slot_table() const { return slots_; }
  /// The input or state of this slot, or of the slot called `name`; an empty Value where this graph has none.
  Value find_input(SlotId slot);
  Value find_input(std::string_view name);
  /// What the slot holds next, or an empty Value.
  Value find_next(SlotId slot);
  /// The output called `name`, or an empty Value.
  Value find_output(std::string_view name);
  /// The same as the node's number, or -1.
  int input_id(SlotId slot) const;
  int next_id(SlotId slot) const;
  int output_id(std::string_view name) const;

 private:
  friend class GraphEdit;  // changes the inputs of nodes, and keeps their order apart
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
  };
  using Index = std::unordered_map<std::string, int, Hash, std::equal_to<>>;
  Value add(Node node);

  std::shared_ptr<SlotTable> slots_;
  std::deque<Node> nodes_;
  std::vector<Output> outputs_;
  std::vector<Next> nexts_;
  Index output_at_;                      // by name: the node
  std::vector<int> input_at_, next_at_;  // by slot: the node, the place in nexts_; -1
};

/// Appends `op` to the graph of its first input.
Value apply(const Op& op, std::initializer_list<Value> inputs, Attrs attrs = {});
Value apply(const Op& op, std::span<const Value> inputs, Attrs attrs = {});

/// One number of the same dtype and graph as `like`.
Value constant_like(Value like, double value);

/// The number of a constant node all of whose elements are equal; otherwise nothing.
std::optional<double> uniform_constant(const Node& node);

/// Whether `value` is a constant all of whose elements are `number`.
bool is_constant(Value value, double number);

/// The slot of an input or a state; of any other node none.
SlotId slot_of(const Node& node);
inline SlotId slot_of(Value value) { return slot_of(value.node()); }

/// The two leaves, the only ops that passes know by name.
extern const Op input_op;     // attrs: slot (its number), type
extern const Op constant_op;  // attrs: value (a literal)

}  // namespace gradus
