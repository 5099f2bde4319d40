#include "gradus/app/explain/trouble.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "gradus/app/explain/names.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus::explain {
namespace {

constexpr std::size_t most_troubles = 3;

const Node& at(const Explanation& e, int node) { return e.nodes[static_cast<std::size_t>(node)]; }
bool is_bad(double x) { return !std::isfinite(x); }

/// Element `element` of a node's shape in an argument that is repeated to it; -1 when it is made otherwise.
std::int64_t element_in(const Tensor& argument, const Tensor& whole, std::int64_t element) {
  if (argument.count() == 1) return 0;
  if (argument.shape() == whole.shape()) return element;
  if (argument.shape().rank() > whole.shape().rank()) return -1;
  std::int64_t out = 0, step = 1;
  for (int axis = 1; axis <= whole.shape().rank(); ++axis) {  // from the last
    const std::int64_t size = whole.shape()[whole.shape().rank() - axis], index = element % size;
    element /= size;
    const std::int64_t own =
        axis <= argument.shape().rank() ? argument.shape()[argument.shape().rank() - axis] : std::int64_t{1};
    if (own != 1 && own != size) return -1;
    out += own == 1 ? 0 : index * step;
    step *= own;
  }
  return out;
}

std::string definition(const Node& node) {
  return node.kind == Node::Kind::operation ? node.name + " = " + node.expression : node.name;
}

std::string shown(const Node& node) { return node.name + " = " + short_value(node.value); }

/// What the trouble of an edge is, at one element of its node.
struct Spot {
  const Edge* edge = nullptr;
  std::int64_t element = 0;  // of the node, or of the argument when there is no local derivative
  double incoming = 1, local = 1, product = 0;
};

/// Where the edge turns finite numbers into others.
std::optional<Spot> origin(const Explanation& e, const Edge& edge) {
  const Tensor& gradient = *at(e, edge.to).gradient;
  if (!edge.local) {
    const std::int64_t bad = first_not_finite(*edge.contribution);
    if (bad < 0 || first_not_finite(gradient) >= 0) return std::nullopt;
    return Spot{&edge, bad, 1, 1, edge.contribution->number(bad)};
  }
  for (std::int64_t i = 0; i < edge.local->count(); ++i) {
    const double incoming = gradient.number(element_in(gradient, *edge.local, i));
    const Spot spot{&edge, i, incoming, edge.local->number(i), incoming * edge.local->number(i)};
    if (is_bad(spot.product) && !is_bad(incoming)) return spot;
  }
  return std::nullopt;
}

/// An edge where an infinite gradient meets the slope 0.
const Edge* where_infinity_meets_zero(const Explanation& e, std::int64_t& element) {
  for (int to : e.backward) {
    for (const Edge* edge : edges_into(e, to)) {
      if (!edge->local) continue;
      for (std::int64_t i = 0; i < edge->local->count(); ++i) {
        const double incoming = at(e, to).gradient->number(element_in(*at(e, to).gradient, *edge->local, i));
        if (std::isinf(incoming) && edge->local->number(i) == 0) return element = i, edge;
      }
    }
  }
  return nullptr;
}

/// "sqrt at v2 = 0": the element of the argument that is to blame, where there is one.
std::string place(const Explanation& e, const Spot& spot) {
  const Node& from = at(e, spot.edge->from);
  const Node& to = at(e, spot.edge->to);
  const std::int64_t element = element_in(from.value, to.value, spot.element);
  if (from.kind == Node::Kind::constant || element < 0) return std::string(to.op->name);
  return std::string(to.op->name) + " at " + from.name + " = " + short_number(from.value.number(element));
}

std::string cause(const Explanation& e, const Spot& spot) {
  if (!spot.edge->local) {
    return "the rule of " + std::string(at(e, spot.edge->to).op->name) + " goes beyond what a double holds, 1.8e308";
  }
  if (!is_bad(spot.local)) {
    return "the gradient " + short_number(spot.incoming, 6) + " times the slope " + short_number(spot.local, 6) +
           " of " + place(e, spot) + " is beyond what a double holds, 1.8e308";
  }
  std::string out = "the slope of " + place(e, spot) + " is " + short_number(spot.local);
  const Node& to = at(e, spot.edge->to);
  if (to.op == &pointwise_op<pointwise::Power>() && spot.edge->slot == 1)
    out += ", the logarithm of its base " + shown(at(e, to.inputs[0]));
  if (spot.incoming == 0) {
    return out + ". The gradient that comes in is 0, of a branch that is not taken or a factor 0, but 0 * " +
           short_number(spot.local) + " is nan";
  }
  std::int64_t element = 0;
  const Edge* meets = std::isinf(spot.product) ? where_infinity_meets_zero(e, element) : nullptr;
  if (meets) {
    const Spot second{meets, element};
    out +=
        ". Then the slope of " + place(e, second) + " is 0 (" + definition(at(e, meets->to)) + "), and inf * 0 is nan";
  }
  return out;
}

/// Variables whose gradients are made of numbers that are not finite and came through `edge`.
std::vector<int> variables_behind(const Explanation& e, const Edge& edge) {
  std::set<int> seen{edge.from};
  std::vector<int> left{edge.from};
  while (!left.empty()) {
    const int node = left.back();
    left.pop_back();
    for (const Edge* next : edges_into(e, node)) {
      if (first_not_finite(*next->contribution) >= 0 && seen.insert(next->from).second) left.push_back(next->from);
    }
  }
  std::vector<int> out;
  for (int variable : e.variables) {
    if (seen.count(variable) && first_not_finite(*at(e, variable).gradient) >= 0) out.push_back(variable);
  }
  return out;
}

std::string convention(const Explanation& e, const Spot& spot) {
  const Op* const op = at(e, spot.edge->to).op;
  if (spot.edge->local && spot.incoming == 0) return "0: where no gradient comes in, none is passed on";
  if (op == &pointwise_op<pointwise::Sqrt>()) return "0, as for a length: at its bottom every slope from -1 to 1 fits";
  if (op == &pointwise_op<pointwise::Power>() && spot.edge->slot == 0) return "0 at base 0";
  if (op == &pointwise_op<pointwise::Power>())
    return "none: ln of a negative base is no number; a whole exponent is written as a number";
  return "";
}

/// How a number behaves at steps that shrink.
struct Course {
  double value = 0;  // at the smallest
  bool finite = false, grows = false, settles = false;
};

Course course_of(const Beside& number, double way) {
  constexpr double steps[] = {1e-4, 1e-6, 1e-8};
  double numbers[3];
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<Binding> moved(number.bindings.begin(), number.bindings.end());
    double turn = way < 0 ? -1 : 1;
    for (Binding& binding : moved) {
      if (std::find(number.moving.begin(), number.moving.end(), binding.input) == number.moving.end()) continue;
      for (std::int64_t k = 0; k < binding.value.count(); ++k) {
        const double x = binding.value.number(k), size = std::max(1.0, std::abs(x));
        binding.value.set(k, x + turn * steps[i] * size);
        turn *= way;  // way 1 and -1: all to one side; others in turn, each less
      }
    }
    numbers[i] = interpret(std::span(&number.of, 1), moved)[0].number(number.element);
  }
  Course out;
  out.value = numbers[2], out.finite = std::isfinite(numbers[1]) && std::isfinite(numbers[2]);
  const double first = std::abs(numbers[1] - numbers[0]), last = std::abs(numbers[2] - numbers[1]);
  const double more = std::abs(numbers[2]) - std::abs(numbers[1]), before = std::abs(numbers[1]) - std::abs(numbers[0]);
  out.grows = before > 1e-3 && more > 0.8 * before;  // 1/x, and ln x too
  out.settles = last <= 0.2 * first || last <= 1e-6 * (1 + std::abs(numbers[2]));
  return out;
}

std::vector<Course> courses(const Beside& number) {
  std::vector<Course> out;
  for (const double way : {1.0, -1.0, -0.7, 0.6}) out.push_back(course_of(number, way));
  std::erase_if(out, [](const Course& course) { return !course.finite; });
  return out;
}

std::string rounded(double x) { return std::abs(x) < 1e-3 ? "0" : short_number(x, 4); }

}  // namespace

std::int64_t first_not_finite(ConstView value) {
  if (!is_floating(value.dtype())) return -1;
  for (std::int64_t i = 0; i < value.count(); ++i) {
    if (is_bad(value.number(i))) return i;
  }
  return -1;
}

std::optional<int> first_bad_value(const Explanation& e) {
  if (first_not_finite(at(e, e.output).value) < 0) return std::nullopt;
  int node = e.output;
  while (true) {
    const Node& here = at(e, node);
    const std::int64_t element = first_not_finite(here.value);
    int next = -1;
    for (std::size_t slot = 0; slot < here.inputs.size() && next < 0; ++slot) {
      const Tensor& value = at(e, here.inputs[slot]).value;
      if (first_not_finite(value) < 0) continue;
      if (here.op == &pointwise_op<pointwise::Where>()) {  // the operand that was taken
        const Tensor& condition = at(e, here.inputs[0]).value;
        const bool first = condition.number(element_in(condition, here.value, element)) != 0;
        if (slot != (first ? 1U : 2U)) continue;
      }
      next = here.inputs[slot];
    }
    if (next < 0) return node;
    node = next;
  }
}

std::string bad_value(const Explanation& e, int id) {
  const Node& node = at(e, id);
  const std::int64_t element = first_not_finite(node.value);
  const auto argument = [&](std::size_t slot) {
    const Tensor& value = at(e, node.inputs[slot]).value;
    const std::int64_t own = element_in(value, node.value, element);
    return own < 0 ? std::nan("") : value.number(own);
  };
  if (node.op == &pointwise_op<pointwise::Divide>() && argument(1) == 0)
    return argument(0) == 0 ? "0/0, which is no number" : "a division by zero";
  if (node.op == &pointwise_op<pointwise::Log>() && argument(0) < 0) return "the logarithm of a negative number";
  if (node.op == &pointwise_op<pointwise::Log>() && argument(0) == 0) return "the logarithm of zero";
  if (node.op == &pointwise_op<pointwise::Log1p>() && argument(0) <= -1) return "the logarithm of zero or less";
  if (node.op == &pointwise_op<pointwise::Sqrt>() && argument(0) < 0) return "the square root of a negative number";
  if (node.op == &pointwise_op<pointwise::Power>() && argument(0) < 0 && is_bad(node.value.number(element)) &&
      std::isnan(node.value.number(element))) {
    return "a negative number to a power that is no whole number";
  }
  if (node.op == &pointwise_op<pointwise::Power>() && argument(0) == 0) return "zero to a negative power";
  const double found = node.value.number(element);
  if (node.kind == Node::Kind::operation && std::isinf(found)) {
    return "the value " + short_number(found) + ", beyond 1.8e308,";
  }
  return "the value " + short_number(found);
}

std::vector<Trouble> find_troubles(const Explanation& e) {
  std::vector<Trouble> out;
  std::set<std::pair<int, int>> told;
  for (int to : e.backward) {
    for (const Edge* edge : edges_into(e, to)) {
      const auto spot = origin(e, *edge);
      if (!spot || out.size() == most_troubles || !told.insert({to, edge->slot}).second) continue;
      Trouble trouble;
      const auto variables = variables_behind(e, *edge);
      if (variables.empty()) continue;
      for (int variable : variables) trouble.of.push_back("d" + at(e, e.output).name + "/d" + at(e, variable).name);
      trouble.by = variables.front();
      const Tensor& gradient = *at(e, trouble.by).gradient;
      trouble.found = short_number(gradient.number(first_not_finite(gradient)));
      trouble.node = to, trouble.argument = edge->from, trouble.slot = edge->slot, trouble.rule = at(e, to).rule;
      if (edge->local) trouble.element = spot->element, trouble.used = spot->incoming != 0;
      trouble.cause = cause(e, *spot), trouble.convention = convention(e, *spot);
      out.push_back(std::move(trouble));
    }
  }
  return out;
}

std::string limit_of(const Beside& number) {
  const auto all = courses(number);
  if (all.empty()) return "none: it is not finite beside these values either";
  const auto grows = std::count_if(all.begin(), all.end(), [](const Course& c) { return c.grows; });
  std::vector<double> values;
  for (const Course& course : all) {
    if (course.settles && !course.grows) values.push_back(course.value);
  }
  std::sort(values.begin(), values.end());
  const std::string without = "none: beside these values it grows without bound";
  if (values.empty()) return grows > 0 ? without : "none: beside these values it does not settle";
  const bool one = values.back() - values.front() <= 1e-3 * (1 + std::abs(values.back()));
  if (grows > 0) return without + ", or goes to " + rounded(values.front()) + ", by the side";
  if (one) return rounded(values.front());
  return "none: beside these values it is " + rounded(values.front()) + " to " + rounded(values.back()) +
         ", by the side";
}

std::optional<double> common_limit(const Beside& number) {
  const auto all = courses(number);
  const auto settles = [&](const Course& c) {
    return c.settles && !c.grows && std::abs(c.value - all[0].value) <= 1e-3 * (1 + std::abs(all[0].value));
  };
  if (all.empty() || !std::all_of(all.begin(), all.end(), settles)) return std::nullopt;
  return std::abs(all[0].value) < 1e-6 ? 0 : all[0].value;
}

}  // namespace gradus::explain
