#include "gradus/app/explain/dot.hpp"

#include "gradus/app/explain/names.hpp"

namespace gradus::explain {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string number(ConstView value) {
  return value.count() == 1 ? short_number(value.number(), 6) : short_value(value, 4);
}

}  // namespace

std::string to_dot(const Explanation& explanation) {
  std::string out = "digraph explanation {\n  rankdir=LR;\n  label=" + quoted(explanation.title) +
                    ";\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", "
                    "fontsize=11];\n";
  for (std::size_t i = 0; i < explanation.nodes.size(); ++i) {
    const Node& node = explanation.nodes[i];
    std::string label = node.kind == Node::Kind::operation ? node.name + " = " + node.expression : node.name;
    std::string more = node.kind == Node::Kind::constant ? ", shape=plaintext" : "";
    label = quoted(label);
    label.pop_back();  // lines are joined with \n, which quoted() would double
    if (node.kind != Node::Kind::constant) label += "\\nvalue " + number(node.value);
    if (node.gradient) label += "\\ngradient " + number(*node.gradient);
    out += "  n" + std::to_string(i) + " [label=" + label + "\"" + more + "];\n";
  }
  for (const Edge& edge : explanation.edges) {
    out += "  n" + std::to_string(edge.from) + " -> n" + std::to_string(edge.to);
    const Node& from = explanation.nodes[static_cast<std::size_t>(edge.from)];
    out += " [label=<<font color=\"#1f5fbf\">" + number(from.value) + "</font>";
    if (edge.contribution) out += "<br/><font color=\"#c0392b\">" + number(*edge.contribution) + "</font>";
    out += ">];\n";
  }
  return out + "}\n";
}

}  // namespace gradus::explain
