#include "gradus/app/explain/worksheet.hpp"

#include <algorithm>

#include "gradus/app/explain/names.hpp"
#include "gradus/app/explain/text_lines.hpp"

namespace gradus::explain {
namespace {

const Node& at(const Explanation& e, int node) { return e.nodes[static_cast<std::size_t>(node)]; }

std::string derivative_name(const Explanation& e, int node) {
  return "d" + at(e, e.output).name + "/d" + at(e, node).name;
}

constexpr const char* blank = "________";

/// A blank for a number, or one for each row of a matrix's elements.
std::string blanks(const Tensor& value) {
  if (value.count() == 1) return blank;
  return to_string(value.shape()) + ": " + blank;
}

std::string shown(const Tensor& value) {
  return value.count() == 1 ? short_number(value.number(), 9) : short_value(value, 6);
}

}  // namespace

std::vector<Question> questions(const Explanation& e) {
  std::vector<Question> out;
  for (std::size_t i = 0; i < e.nodes.size(); ++i) {
    if (e.nodes[i].kind == Node::Kind::operation) out.push_back({e.nodes[i].name, static_cast<int>(i), false});
  }
  std::vector<char> asked(e.nodes.size());
  const auto ask = [&](int node) {
    const bool known = node == e.output || at(e, node).kind == Node::Kind::constant || !at(e, node).gradient;
    if (known || asked[static_cast<std::size_t>(node)]++) return;
    out.push_back({derivative_name(e, node), node, true});
  };
  for (std::size_t i = e.nodes.size(); i-- > 0;) ask(static_cast<int>(i));  // reverse mode's order
  return out;
}

const Tensor& answer(const Explanation& e, const Question& question) {
  const Node& node = at(e, question.node);
  return question.gradient ? *node.gradient : node.value;
}

std::string worksheet_text(const Explanation& e, int width) {
  const auto all = questions(e);
  std::string out = "EXERCISE\n\n" + wrapped("  ", e.title, 4, width) + "\n";
  std::string given;
  for (const Node& node : e.nodes) {
    if (node.kind == Node::Kind::input) given += (given.empty() ? "" : ", ") + node.name + " = " + shown(node.value);
  }
  out += wrapped("Given: ", given, 7, width);
  out += "\n1. Forward: compute every value.\n\n";
  std::size_t names = 0;
  for (const Question& q : all) names = std::max(names, shown_width(q.name));
  for (const Question& q : all) {
    if (!q.gradient)
      out += wrapped("   " + pad_right(q.name, names) + " = ", at(e, q.node).expression + " = " + blanks(answer(e, q)),
                     7, width);
  }
  out += "\n2. Backward: compute every gradient, from " + derivative_name(e, e.output) + " = " +
         shown(*at(e, e.output).gradient) + " back to the inputs.\n\n";
  for (const Question& q : all) {
    if (q.gradient) out += wrapped("   " + pad_right(q.name, names) + " = ", blanks(answer(e, q)), 7, width);
  }
  out += "\n3. Fill in the same names in a file, {\"" + all.front().name +
         "\": ...}, and let gradus mark it: --grade FILE\n";
  out += "\nANSWERS\n\n";
  for (const Question& q : all) out += wrapped("   " + pad_right(q.name, names) + " = ", shown(answer(e, q)), 7, width);
  return out;
}

}  // namespace gradus::explain
