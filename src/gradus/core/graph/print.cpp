#include "gradus/core/graph/print.hpp"

#include <charconv>
#include <cmath>
#include <set>

namespace gradus {
namespace {

/// Quotes and backslashes are escaped, control characters are \xHH: parse gives the same bytes back.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += printable({&c, 1});
  }
  return out + "\"";
}

std::string text_of(std::int64_t value) { return std::to_string(value); }
std::string text_of(double value) {
  const std::string text = print_number(value);
  const bool whole = text.find_first_not_of("-0123456789") == std::string::npos;
  return whole ? text + ".0" : text;  // so that a number reads back as a number, not as an integer
}
std::string text_of(const std::string& value) { return quoted(value); }
std::string text_of(const Integers& values) {
  std::string out = "[";
  for (std::size_t i = 0; i < values.size(); ++i) out += (i ? "," : "") + std::to_string(values[i]);
  return out + "]";
}
std::string text_of(DType value) { return std::string(name(value)); }
std::string text_of(const Type& value) { return to_string(value); }
std::string text_of(const Literal& value) {
  std::string out = to_string(value->type()) + "(";
  for (std::int64_t i = 0; i < value->count(); ++i) {
    if (i) out += ' ';
    const bool whole = value->dtype() == DType::i64;  // beyond 2^53 a double would not do
    out +=
        whole ? std::to_string(value->as<std::int64_t>()[static_cast<std::size_t>(i)]) : print_number(value->number(i));
  }
  return out + ")";
}

/// Those that the graph has a value of, and the parameters of their moments, in the table's order.
std::set<SlotId> state_slots(const Graph& graph) {
  std::set<SlotId> out;
  for (const Node& node : graph.nodes()) {
    const SlotId slot = slot_of(node);
    if (!slot || graph.slots()[slot].role == Role::input) continue;
    out.insert(slot);
    if (const SlotId of = graph.slots()[slot].of) out.insert(of);
  }
  return out;
}

}  // namespace

std::string print_number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

std::string print(const Attrs& attrs) {
  std::string out = "{";
  for (const auto& [name, value] : attrs.entries()) {
    if (out.size() > 1) out += ", ";
    out += name + "=" + std::visit([](const auto& v) { return text_of(v); }, value);
  }
  return out + "}";
}

std::string print(const Graph& graph, int id) {
  const Node& node = graph.node(id);
  std::string line = "%" + std::to_string(id) + " = " + std::string(node.op->name);
  for (int input : node.inputs) line += " %" + std::to_string(input);
  if (const SlotId slot = slot_of(node); graph.slots().has(slot)) {
    line += " " + print(Attrs{{"name", graph.slots()[slot].name}, {"type", node.attrs.type("type")}});
  } else if (!node.attrs.entries().empty()) {
    line += " " + print(node.attrs);
  }
  line += " : " + to_string(node.type);
  if (!node.label.empty()) line += " @ " + quoted(node.label);
  return line;
}

std::string print(Value value) { return print(*value.graph, value.id); }

std::string print(const Graph& graph) {
  std::string text;
  for (SlotId slot : state_slots(graph)) {
    const Slot& of = graph.slots()[slot];
    text += "slot " + quoted(of.name) + " " + std::string(name(of.role)) + " " + to_string(of.type);
    if (of.of) text += " of " + quoted(graph.slots()[of.of].name);
    text += "\n";
  }
  for (int id = 0; id < graph.size(); ++id) text += print(graph, id) + "\n";
  for (const Next& next : graph.nexts()) {
    text += "next " + quoted(graph.slots()[next.slot].name) + " %" + std::to_string(next.id) + "\n";
  }
  for (const Output& output : graph.outputs())
    text += "output %" + std::to_string(output.id) + " " + quoted(output.name) + "\n";
  return text;
}

}  // namespace gradus
