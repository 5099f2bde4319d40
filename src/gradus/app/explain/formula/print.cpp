#include "gradus/app/explain/formula/print.hpp"

#include <cmath>
#include <set>
#include <vector>

#include "gradus/app/explain/formula/functions.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus::explain {
namespace {

/// How tightly a text holds together, as in docs/reference/formulas.md.
enum Level { sum_level = 1, product_level, sign_level, power_level, postfix_level, whole_level };

struct Piece {
  std::string text;
  Level level = whole_level;
};

/// Characters that are rather written twice than given a name; of a condition more.
std::size_t short_enough(const Node& node) { return node.type.dtype == DType::u8 ? 24 : 7; }

std::size_t at(int id) { return static_cast<std::size_t>(id); }

class Printer {
 public:
  Printer(const Graph& graph, int output)
      : graph_(graph), output_(output), uses_(at(output) + 1), pieces_(uses_.size()) {
    uses_[at(output)] = 1;
    for (int id = output; id >= 0; --id) {
      if (!uses_[at(id)]) continue;
      for (int input : graph.node(id).inputs) ++uses_[at(input)];
      if (!graph.node(id).label.empty()) taken_.insert(graph.node(id).label);
    }
  }

  std::optional<std::string> text(std::size_t most) {
    std::string out;
    for (int id = 0; id <= output_; ++id) {
      if (!uses_[at(id)]) continue;
      const Node& node = graph_.node(id);
      auto piece = piece_of(node);
      if (!piece || out.size() + piece->text.size() > most) return std::nullopt;
      const bool leaf = node.inputs.empty(), named = !node.label.empty() && !leaf;
      const bool repeated = !leaf && uses_[at(id)] > 1 && piece->text.size() > short_enough(node);
      if (id != output_ && (named || repeated)) {
        const std::string name = named ? node.label : fresh_name();
        out += name + " = " + piece->text + "; ";
        piece = Piece{name};
      }
      if (id == output_) return out + (named ? node.label + " = " : "") + piece->text;
      pieces_[at(id)] = std::move(*piece);
    }
    return std::nullopt;
  }

 private:
  std::string fresh_name() {
    std::string name = "s";
    for (int n = 1; taken_.count(name) || is_function(name); ++n) name = "s" + std::to_string(n);
    taken_.insert(name);
    return name;
  }

  static std::optional<Piece> number(double value) {
    if (!(std::abs(value) < 1e300)) return std::nullopt;
    return Piece{print_number(value), std::signbit(value) ? sign_level : whole_level};
  }

  static std::optional<Piece> literal(const Tensor& value) {
    if (value.dtype() != DType::f64) return std::nullopt;
    if (value.shape().rank() == 0) return number(value.number());
    if (value.shape().rank() != 2 || value.count() == 0) return std::nullopt;
    Piece out{"["};
    for (std::int64_t i = 0; i < value.count(); ++i) {
      const auto element = number(value.number(i));
      if (!element) return std::nullopt;
      out.text += (i == 0 ? "" : i % value.shape()[1] == 0 ? "; " : " ") + element->text;
    }
    out.text += "]";
    return out;
  }

  std::string within(int id, Level least) const {
    const Piece& piece = pieces_[at(id)];
    return piece.level >= least ? piece.text : "(" + piece.text + ")";
  }

  std::optional<Piece> piece_of(const Node& node) {
    if (const SlotId slot = slot_of(node)) return Piece{graph_.slots()[slot].name};
    if (node.op == &constant_op) return literal(node.attrs.literal("value"));
    const std::string_view infix = node.op->infix;
    if (node.inputs.size() == 2 && infix.size() == 1 &&
        std::string_view("+-*/^@").find(infix) != std::string_view::npos) {
      return binary(infix.front(), node);
    }
    if (node.op == &pointwise_op<pointwise::Negate>()) {
      return Piece{"-" + within(node.inputs[0], power_level), sign_level};
    }
    return call(node);
  }

  std::optional<Piece> binary(char sign, const Node& node) const {
    const std::string spaced = std::string(" ") + sign + " ";
    if (sign == '^') {
      return Piece{within(node.inputs[0], postfix_level) + "^" + within(node.inputs[1], sign_level), power_level};
    }
    const Level own = sign == '+' || sign == '-' ? sum_level : product_level;
    const Level right = own == sum_level ? product_level : sign_level;
    return Piece{within(node.inputs[0], own) + (own == sum_level ? spaced : std::string(1, sign)) +
                     within(node.inputs[1], right),
                 own};
  }

  std::optional<Piece> call(const Node& node) const {
    if (!is_function(node.op->name)) return std::nullopt;
    Piece out{std::string(node.op->name) + "("};
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      out.text += (i ? ", " : "") + within(node.inputs[i], sum_level);
    }
    for (const auto& [name, value] : node.attrs.entries()) {
      if (is_default(node, name, value)) continue;
      const auto text = attribute(value);
      if (!text) return std::nullopt;
      out.text += ", " + name + "=" + *text;
    }
    out.text += ")";
    return out;
  }

  static std::optional<std::string> attribute(const Attribute& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
    if (const auto* dtype = std::get_if<DType>(&value)) return std::string(name(*dtype));
    const auto* list = std::get_if<Integers>(&value);
    if (!list) return std::nullopt;
    std::string out = "[";
    for (std::size_t i = 0; i < list->size(); ++i) out += (i ? " " : "") + std::to_string((*list)[i]);
    return out + "]";
  }

  /// What a call means without it: all axes, the last axis, the last two in turn, no axis kept.
  bool is_default(const Node& node, const std::string& name, const Attribute& value) const {
    const int rank = graph_.node(node.inputs[0]).type.shape.rank();
    Integers all;
    for (int axis = 0; axis < rank; ++axis) all.push_back(axis);
    if (name == "keep") return value == Attribute(std::int64_t{0});
    if (name == "axis") return value == Attribute(std::int64_t{rank - 1});
    if (name == "axes") return value == Attribute(all);
    if (name == "order" && rank > 1) std::swap(all[all.size() - 2], all.back());
    return name == "order" && value == Attribute(all);
  }

  const Graph& graph_;
  int output_;
  std::vector<int> uses_;
  std::vector<Piece> pieces_;
  std::set<std::string> taken_;
};

}  // namespace

std::optional<std::string> print_formula(const Graph& graph, int output, std::size_t most) {
  return Printer(graph, output).text(most);
}

}  // namespace gradus::explain
