#include "gradus/app/explain/text.hpp"

#include <algorithm>

#include "gradus/app/explain/names.hpp"
#include "gradus/app/explain/text_lines.hpp"
#include "gradus/core/base/remedy.hpp"

namespace gradus::explain {
namespace {

bool is_number(const Tensor& value) { return value.count() == 1; }

const Node& at(const Explanation& explanation, int node) { return explanation.nodes[static_cast<std::size_t>(node)]; }

/// "df/dx", or "dloss/dW".
std::string derivative_name(const Explanation& explanation, int node) {
  return "d" + at(explanation, explanation.output).name + "/d" + at(explanation, node).name;
}

std::string shown(const Tensor& value) {
  return is_number(value) ? short_number(value.number()) : short_value(value, 9);
}

/// Whether a tensor is written below the line instead of in it.
bool is_block(const Tensor& value) { return !is_number(value) && value.count() > 6; }

class Writer {
 public:
  Writer(const Explanation& explanation, const TextOptions& options) : e_(explanation), options_(options) {}

  std::string text() {
    out_ += wrapped("", e_.title, 2, options_.width);
    forward();
    backward();
    gradients();
    if (e_.hessian) hessian();
    if (!e_.troubles.empty()) troubles();
    for (const std::string& note : e_.notes) out_ += "\n" + wrapped("Note: ", note, 6, options_.width);
    return std::move(out_);
  }

 private:
  void heading(const std::string& text) { out_ += "\n" + inked(text, Ink::heading, options_.color) + "\n"; }

  void block(const Tensor& value, std::size_t indent) { out_ += matrix_text(value, indent, options_.width); }

  void forward() {
    heading("Forward: values");
    std::size_t names = 0, expressions = 0;
    for (const Node& node : e_.nodes) {
      if (node.kind == Node::Kind::constant) continue;
      names = std::max(names, shown_width(node.name));
      expressions = std::max(expressions, shown_width(expression(node)));
    }
    names = std::min<std::size_t>(names, 16), expressions = std::min<std::size_t>(expressions, 36);
    for (const Node& node : e_.nodes) {
      if (node.kind == Node::Kind::constant) continue;
      const std::string left =
          "  " + pad_right(node.name, names) + "  " + pad_right(expression(node), expressions) + "  ";
      if (is_block(node.value)) {
        out_ += left + to_string(node.value.shape()) + "\n";
        block(node.value, 6);
      } else {
        out_ += wrapped(left, inked(shown(node.value), Ink::value, options_.color), 6, options_.width);
      }
    }
  }

  static std::string expression(const Node& node) { return node.kind == Node::Kind::input ? "given" : node.expression; }

  void backward() {
    if (e_.backward.empty()) return;
    heading("Backward: gradients, from the output to the inputs");
    const std::string top = derivative_name(e_, e_.output);
    out_ += "  " + top + " = " + inked(shown(*at(e_, e_.output).gradient), Ink::gradient, options_.color) + "\n";
    int number = 0;
    for (int node : e_.backward) step(++number, node);
  }

  void step(int number, int to) {
    const Node& node = at(e_, to);
    const std::string title = "  " + std::to_string(number) + ". ";
    out_ += wrapped(title, node.name + " = " + node.expression, title.size() + 2, options_.width);
    out_ += wrapped("     ", node.rule.empty() ? std::string(node.op->name) : node.rule, 7, options_.width);
    for (const Edge* edge : edges_into(e_, to)) passed_on(node, *edge);
    for (int from : finished_by(to)) total(from);
  }

  /// One edge: the product, and what it read.
  void passed_on(const Node& node, const Edge& edge) {
    std::string line = "to " + at(e_, edge.from).name + ": ";
    const Tensor& part = *edge.contribution;
    const std::string incoming = derivative_name(e_, edge.to),
                      result = inked(shown(part), Ink::gradient, options_.color);
    if (edge.local && is_number(*edge.local) && is_number(part)) {
      line += incoming + " * d" + node.name + "/d" + at(e_, edge.from).name + " = " + shown(*node.gradient) + " * " +
              bracketed(shown(*edge.local)) + " = " + result;
      out_ += wrapped("     ", line + reads(edge), 9, options_.width);
    } else if (is_block(part)) {
      out_ += wrapped("     ", line + to_string(part.shape()) + reads(edge), 9, options_.width);
      block(part, 9);
    } else {
      if (edge.local && !is_block(*edge.local)) {
        line += incoming + " * d" + node.name + "/d" + at(e_, edge.from).name + " = " + shown(*node.gradient) + " * " +
                shown(*edge.local) + " = ";
      }
      out_ += wrapped("     ", line + result + reads(edge), 9, options_.width);
    }
    if (edge.jacobian) {
      out_ += "         d" + node.name + "/d" + at(e_, edge.from).name + " (Jacobian " +
              to_string(edge.jacobian->shape()) + "):\n";
      block(*edge.jacobian, 11);
    }
  }

  std::string reads(const Edge& edge) const {
    std::string out;
    for (int read : edge.reads) {
      const Node& node = at(e_, read);
      out += (out.empty() ? "  (reads " : ", ") + node.name;
      if (is_number(node.value)) out += "=" + short_number(node.value.number(), 6);
    }
    return out.empty() ? "" : out + ")";
  }

  /// Nodes used more than once of whose uses `to` is the last that the sweep comes to.
  std::vector<int> finished_by(int to) const {
    std::vector<int> out;
    for (const Edge* edge : edges_into(e_, to)) {
      const std::vector<int>& uses = e_.used_by[static_cast<std::size_t>(edge->from)];  // may be very many
      const bool seen = std::find(out.begin(), out.end(), edge->from) != out.end();
      const bool last = uses.size() > 1 && e_.edges[static_cast<std::size_t>(uses.back())].to == to;
      if (last && !seen) out.push_back(edge->from);
    }
    return out;
  }

  /// A copy adds: the parts that came back to a node that was used several times.
  void total(int node) {
    std::string sum;
    const auto uses = edges_from(e_, node);
    const Tensor& gradient = *at(e_, node).gradient;
    const std::string line = at(e_, node).name + " was used " + std::to_string(uses.size()) +
                             " times, a copy adds: " + derivative_name(e_, node) + " = ";
    if (is_block(gradient)) {
      out_ += wrapped("     ", line + "the sum of its " + std::to_string(uses.size()) + " parts", 9, options_.width);
      return block(gradient, 9);
    }
    for (const Edge* use : uses) sum += (sum.empty() ? "" : " + ") + bracketed(shown(*use->contribution));
    out_ +=
        wrapped("     ", line + sum + " = " + inked(shown(gradient), Ink::gradient, options_.color), 9, options_.width);
  }

  void gradients() {
    heading("Gradients");
    std::size_t names = 0;
    for (int variable : e_.variables) names = std::max(names, shown_width(derivative_name(e_, variable)));
    for (int variable : e_.variables) {
      const Tensor& gradient = *at(e_, variable).gradient;
      const std::string left = "  " + pad_right(derivative_name(e_, variable), names) + " = ";
      if (is_block(gradient)) {
        out_ += left + to_string(gradient.shape()) + "\n";
        block(gradient, 6);
      } else {
        out_ += wrapped(left, inked(shown(gradient), Ink::gradient, options_.color), 6, options_.width);
      }
    }
    if (e_.variables.empty()) out_ += "  none: there are no variables\n";
  }

  void hessian() {
    heading("Second derivatives (Hessian)");
    std::string names;
    for (const std::string& name : e_.hessian->names) names += (names.empty() ? "" : ", ") + name;
    out_ += wrapped("  rows and columns: ", names, 4, options_.width);
    block(e_.hessian->values, 4);
  }

  void troubles() { out_ += troubles_text(e_, options_); }

  const Explanation& e_;
  const TextOptions& options_;
  std::string out_;
};

}  // namespace

std::string to_text(const Explanation& explanation, const TextOptions& options) {
  return Writer(explanation, options).text();
}

std::string troubles_text(const Explanation& e, const TextOptions& options) {
  std::string out = "\n" + inked("Not finite", Ink::heading, options.color) + "\n";
  for (const Trouble& trouble : e.troubles) {
    std::string of;
    for (const std::string& name : trouble.of) of += (of.empty() ? "" : ", ") + name;
    const Node& node = at(e, trouble.node);
    out += wrapped("  ", of + " = " + trouble.found + ": it begins at " + node.name + " = " + node.expression + ".", 4,
                   options.width);
    const auto line = [&](const char* what, const std::string& text) {
      if (!text.empty()) out += wrapped(std::string("     ") + what, text, 17, options.width);
    };
    line("rule:       ", trouble.rule);
    line("why:        ", trouble.cause + ".");
    line("limit:      ", trouble.limit);
    line("convention: ", trouble.convention);
    line("try:        ", trouble.remedy);
  }
  return out;
}

int find_node(const Explanation& explanation, std::string_view name, std::string_view flag) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < explanation.nodes.size(); ++i) {
    if (explanation.nodes[i].kind == Node::Kind::constant) continue;
    if (explanation.nodes[i].name == name) return static_cast<int>(i);
    names.push_back(explanation.nodes[i].name);
  }
  std::string all;
  for (const std::string& other : names) all += (all.empty() ? "" : ", ") + other;
  throw UserError(Fault::usage, Report{std::string(flag), "\"" + printable(name) + "\"", "one of: " + all,
                                       nearest_or(name, std::span<const std::string>(names),
                                                  names.empty() ? "it left out" : names.front())});
}

}  // namespace gradus::explain
