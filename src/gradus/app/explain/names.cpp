#include "gradus/app/explain/names.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus::explain {
namespace {

constexpr std::int64_t longest_matrix = 24;  // elements that are written out in a line

/// "axes=[0]": the attributes that are not what a formula means without them.
std::string attributes(const gradus::Node& node) {
  Attrs told;
  for (const auto& [name, value] : node.attrs.entries()) {
    const bool all_axes = name == "axes" && node.type.shape.rank() == 0;
    const bool drops =
        name == "keep" && std::holds_alternative<std::int64_t>(value) && std::get<std::int64_t>(value) == 0;
    if (!all_axes && !drops) told.set(name, value);
  }
  const std::string text = print(told);  // {axes=[0]}
  return text.substr(1, text.size() - 2);
}

}  // namespace

std::string short_number(double value, int digits) {
  if (!std::isfinite(value)) return print_number(value);
  if (value == 0) return "0";
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, digits).ptr;
  return {buffer, end};
}

std::string bracketed(const std::string& number) { return number.front() == '-' ? "(" + number + ")" : number; }

std::string short_value(ConstView value, int digits) {
  const Shape& shape = value.shape();
  if (shape.rank() == 0) return short_number(value.number(), digits);
  if (shape.rank() > 2 || value.count() > longest_matrix) return to_string(value.type());
  const std::int64_t columns = shape.last();
  std::string out = "[";
  for (std::int64_t i = 0; i < value.count(); ++i) {
    if (i) out += i % columns == 0 ? "; " : " ";
    out += short_number(value.number(i), digits);
  }
  return out + "]";
}

std::vector<std::string> node_names(const Graph& graph, const std::vector<int>& ids, int output) {
  std::set<std::string> taken;
  for (int id : ids) taken.insert(graph.node(id).label);
  int next = 1;
  std::vector<std::string> out;
  for (int id : ids) {
    const gradus::Node& node = graph.node(id);
    std::string name = printable(node.label);
    if (name.empty() && node.op == &constant_op) name = short_value(node.attrs.literal("value"));
    if (name.empty() && id == output && !taken.count("f")) name = "f";
    while (name.empty()) {
      const std::string candidate = "v" + std::to_string(next++);
      if (!taken.count(candidate)) name = candidate;
    }
    out.push_back(std::move(name));
  }
  return out;
}

std::string node_expression(const Graph& graph, int id, const std::vector<std::string>& inputs) {
  const gradus::Node& node = graph.node(id);
  const Op& op = *node.op;
  if (const SlotId slot = slot_of(node)) return printable(graph.slots()[slot].name);
  if (&op == &constant_op) return short_value(node.attrs.literal("value"));
  if (!op.infix.empty() && inputs.size() == 2) return inputs[0] + " " + std::string(op.infix) + " " + inputs[1];
  if (&op == &pointwise_op<pointwise::Negate>()) return "-" + inputs[0];
  const Integers* order = &op == &transpose_op ? std::get_if<Integers>(node.attrs.find("order")) : nullptr;
  if (order && *order == Integers{1, 0}) return inputs[0] + "'";
  std::string out = std::string(op.name) + "(";
  for (std::size_t i = 0; i < inputs.size(); ++i) out += (i ? ", " : "") + inputs[i];
  if (const std::string more = attributes(node); !more.empty()) out += ", " + more;
  return out + ")";
}

}  // namespace gradus::explain
