#include "gradus/core/graph/graph.hpp"

#include <algorithm>
#include <cmath>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/base/remedy.hpp"

namespace gradus {
namespace {

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    if (end > begin) out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

/// `name`, "-2", "-3", ... behind it: the first that is not taken.
template <class Taken> std::string free_name(const std::string& name, Taken taken) {
  const std::string stem = name.empty() ? "x" : name;
  std::string out = stem;
  for (int i = 2; taken(out); ++i) out = stem + "-" + std::to_string(i);
  return out;
}

/// Whether the attributes are just those that the op knows.
bool fits(const Op& op, const Attrs& attrs) {
  std::size_t known = 0;
  for (std::size_t begin = 0; begin < op.attributes.size(); ++known) {
    const std::size_t end = std::min(op.attributes.find(' ', begin), op.attributes.size());
    if (!attrs.has(op.attributes.substr(begin, end - begin))) return false;
    begin = end + 1;
  }
  return known == attrs.entries().size();
}

void check_attributes(const Op& op, const Attrs& attrs) {
  if (fits(op, attrs)) return;
  const auto known = words(op.attributes);
  for (const auto& [name, value] : attrs.entries()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw UserError(Fault::usage, Report{std::string(op.name), "attribute " + printable(name),
                                         known.empty() ? "none" : "one of: " + std::string(op.attributes),
                                         known.empty() ? "it left out" : nearest_or(name, known, known.front())});
  }
  for (std::string_view name : known) {
    if (attrs.has(name)) continue;
    throw UserError(Fault::usage, Report{std::string(op.name), "no attribute " + std::string(name),
                                         "attributes: " + std::string(op.attributes),
                                         "{\"" + std::string(name) + "\", ...} among the attributes"});
  }
}

/// For a value that was given along with those of `graph`.
void check_own(const Graph& graph, Value value, const std::string& place) {
  if (value.graph == &graph && value.id >= 0 && value.id < graph.size()) return;
  throw UserError(Fault::usage, Report{place, value ? "a value of another graph" : "an empty value",
                                       "a value of this graph", "build both with the same Graph"});
}

void check_slot(const SlotTable& slots, SlotId slot) {
  if (slots.has(slot)) return;
  throw UserError(Fault::usage, Report{"graph", "a slot that its table does not have", "one of the table's slots",
                                       "SlotTable::declare()"});
}

std::size_t at(SlotId slot) { return static_cast<std::size_t>(slot.number); }

Type infer_input(Types, const Attrs& attrs) { return attrs.type("type"); }
Type infer_constant(Types, const Attrs& attrs) { return attrs.literal("value").type(); }
double no_flops(Types, const Node&) { return 0; }

}  // namespace

const Op input_op{.name = "input",
                  .doc = "What a slot holds before the run: state, or a value given for it.",
                  .arity = 0,
                  .attributes = "slot type",
                  .infer = infer_input,
                  .flops = no_flops};

const Op constant_op{.name = "constant",
                     .doc = "Numbers fixed when the graph is built.",
                     .arity = 0,
                     .attributes = "value",
                     .infer = infer_constant,
                     .flops = no_flops};

const Node& Value::node() const { return graph->node(id); }
const Op& Value::op() const { return *node().op; }
const Type& Value::type() const { return node().type; }
Value Value::input(int i) const { return {graph, node().inputs[static_cast<std::size_t>(i)]}; }
std::int64_t Value::rows() const { return shape().rank() ? shape()[0] : 1; }
std::int64_t Value::columns() const { return shape().last(); }

Value Graph::input(std::string name, const Type& type) {
  const SlotId known = slots_->find(name);
  if (name.empty() || find_input(known)) {
    throw UserError(
        Fault::usage,
        Report{"input \"" + printable(name) + "\"", name.empty() ? "an empty name" : "a second input of that name",
               "a name of its own for every input",
               printable(free_name(name, [&](const std::string& n) { return bool(slots_->find(n)); }))});
  }
  return input(slots_->declare({.name = std::move(name), .role = Role::input}), type);
}

Value Graph::input(SlotId slot, const Type& type) {
  check_slot(*slots_, slot);
  const Slot& of = (*slots_)[slot];
  if (of.role != Role::input || find_input(slot)) {
    const bool second = of.role == Role::input;
    throw UserError(Fault::usage, Report{"input \"" + printable(of.name) + "\"",
                                         second ? "a second input of that slot" : "state, which is of one type",
                                         second ? "each slot once" : "a slot of role input",
                                         second ? "the value that the first call gave" : "Graph::state(slot)"});
  }
  return append(input_op, std::initializer_list<Value>{}, {{"slot", std::int64_t{slot.number}}, {"type", type}},
                of.name);
}

Value Graph::state(SlotId slot) {
  check_slot(*slots_, slot);
  const Slot& of = (*slots_)[slot];
  if (of.role == Role::input) {
    throw UserError(Fault::usage, Report{"state \"" + printable(of.name) + "\"", "a slot of role input",
                                         "state, which runs leave to one another", "Graph::input(slot, type)"});
  }
  if (const Value known = find_input(slot)) return known;
  return append(input_op, std::initializer_list<Value>{}, {{"slot", std::int64_t{slot.number}}, {"type", of.type}},
                of.name);
}

void Graph::next(Value state, Value updated) {
  check_own(*this, state, "next value");
  const SlotId slot = slot_of(state);
  const auto refuse = [&](const std::string& place, const std::string& found, const std::string& expected,
                          const std::string& remedy) {
    throw UserError(Fault::usage, Report{place, found, expected, remedy});
  };
  if (!slot) refuse("next value", "one of a value that is computed", "of state", "what Graph::state() gave");
  const Slot& of = (*slots_)[slot];
  const std::string place = "next value of \"" + printable(of.name) + "\"";
  check_own(*this, updated, place);
  if (of.role == Role::input) {
    refuse(place, "an input, which is given before each run", "state", "Graph::state() with a role of its own");
  }
  if (next_id(slot) >= 0) refuse(place, "a second one", "one next value for each slot", "the second alone");
  if (!(updated.type() == state.type())) {
    refuse(place, to_string(updated.type()), to_string(state.type()) + ", as the slot", "a value of that type");
  }
  if (static_cast<std::size_t>(slot.number) >= next_at_.size()) next_at_.resize(at(slot) + 1, -1);
  next_at_[at(slot)] = static_cast<int>(nexts_.size());
  nexts_.push_back({slot, updated.id});
}

Value Graph::constant(Tensor value) {
  Attrs attrs{{"value", std::make_shared<const Tensor>(std::move(value))}};
  return append(constant_op, std::initializer_list<Value>{}, std::move(attrs));
}

Value Graph::constant(double value, DType dtype) {
  Tensor number(dtype, Shape{});
  number.set(0, value);
  if (!is_floating(dtype) && number.number() != value) {
    throw UserError(Fault::usage,
                    Report{"constant", std::to_string(value), "a number that " + std::string(name(dtype)) + " holds",
                           "cast the other operand to f32 or f64"});
  }
  return constant(std::move(number));
}

Value Graph::append(const Op& op, std::span<const Value> inputs, Attrs attrs, std::string label) {
  if (size() >= most_nodes) refuse_too_large("graph", "another node", "0", std::to_string(most_nodes) + " nodes");
  const int given = checked_cast<int>(inputs.size(), "inputs of a node");
  if (op.arity >= 0 ? given != op.arity : given == 0) {
    throw UserError(
        Fault::usage,
        Report{std::string(op.name), std::to_string(given) + " inputs",
               op.arity < 0 ? "at least one" : std::to_string(op.arity),
               op.arity < 0 ? "one value or more" : std::to_string(op.arity) + (op.arity == 1 ? " value" : " values")});
  }
  check_attributes(op, attrs);
  Node node{&op, {}, std::move(attrs), {}, std::move(label)};
  constexpr std::size_t few = 3;
  Type few_types[few];
  std::vector<Type> many_types(inputs.size() > few ? inputs.size() : 0);
  Type* const types = many_types.empty() ? few_types : many_types.data();
  node.inputs.reserve(inputs.size());
  for (Value input : inputs) {
    check_own(*this, input, std::string(op.name));
    types[node.inputs.size()] = input.type();
    node.inputs.push_back(input.id);
  }
  node.type = op.infer({types, inputs.size()}, node.attrs);
  return add(std::move(node));
}

Value Graph::add(Node node) {
  if (const SlotId slot = slot_of(node)) {
    require(slots_->has(slot), "an input of a slot that its graph's table has");
    if (at(slot) >= input_at_.size()) input_at_.resize(at(slot) + 1, -1);
    require(input_at_[at(slot)] < 0, "one input a slot");
    input_at_[at(slot)] = size();
  }
  nodes_.push_back(std::move(node));
  return {this, size() - 1};
}

void Graph::output(std::string name, Value value) {
  check_own(*this, value, "output \"" + printable(name) + "\"");
  if (find_output(name)) {
    throw UserError(Fault::usage,
                    Report{"output \"" + printable(name) + "\"", "a second output of that name",
                           "a name of its own for every output",
                           printable(free_name(name, [&](const std::string& n) { return bool(find_output(n)); }))});
  }
  output_at_.emplace(name, value.id);
  outputs_.push_back({std::move(name), value.id});
}

void Graph::name_node(Value value, std::string label) {
  check_own(*this, value, "label \"" + printable(label) + "\"");
  nodes_[static_cast<std::size_t>(value.id)].label = std::move(label);
}

int Graph::input_id(SlotId slot) const { return slot && at(slot) < input_at_.size() ? input_at_[at(slot)] : -1; }

int Graph::next_id(SlotId slot) const {
  const int found = slot && at(slot) < next_at_.size() ? next_at_[at(slot)] : -1;
  return found < 0 ? -1 : nexts_[static_cast<std::size_t>(found)].id;
}

int Graph::output_id(std::string_view name) const {
  const auto found = output_at_.find(name);
  return found == output_at_.end() ? -1 : found->second;
}

Value Graph::find_input(SlotId slot) {
  const int id = input_id(slot);
  return id < 0 ? Value{} : value(id);
}

Value Graph::find_input(std::string_view name) { return find_input(slots_->find(name)); }

Value Graph::find_next(SlotId slot) {
  const int id = next_id(slot);
  return id < 0 ? Value{} : value(id);
}

Value Graph::find_output(std::string_view name) {
  const int id = output_id(name);
  return id < 0 ? Value{} : value(id);
}

Value apply(const Op& op, std::span<const Value> inputs, Attrs attrs) {
  if (inputs.empty() || !inputs[0]) {
    throw UserError(Fault::usage, Report{std::string(op.name), "an empty value", "values of a graph",
                                         "what graph.input() or an op gave"});
  }
  return inputs[0].graph->append(op, inputs, std::move(attrs));
}

Value apply(const Op& op, std::initializer_list<Value> inputs, Attrs attrs) {
  return apply(op, std::span(inputs.begin(), inputs.size()), std::move(attrs));
}

Value constant_like(Value like, double value) { return like.graph->constant(value, like.dtype()); }

std::optional<double> uniform_constant(const Node& node) {
  if (node.op != &constant_op || node.type.shape.count() == 0) return std::nullopt;
  const Tensor& literal = node.attrs.literal("value");
  const double first = literal.number();
  for (std::int64_t i = 1; i < literal.count(); ++i) {
    if (literal.number(i) != first) return std::nullopt;
  }
  return first;
}

SlotId slot_of(const Node& node) {
  return node.op == &input_op ? SlotId{checked_cast<int>(node.attrs.integer("slot"))} : SlotId{};
}

bool is_constant(Value value, double number) {
  const auto found = uniform_constant(value.node());
  return found && *found == number && std::signbit(*found) == std::signbit(number);
}

}  // namespace gradus
