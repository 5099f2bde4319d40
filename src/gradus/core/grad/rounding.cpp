#include "gradus/core/grad/rounding.hpp"

#include <cmath>
#include <map>

namespace gradus {
namespace {

/// The numbers of the nodes that move, and of the inputs that move them, by node.
std::map<int, Tensor> numbers_at(const Course& course, double step) {
  std::map<int, Tensor> out;
  course.move(step);
  course.replay.moved(course.part);
  for (int id : course.part.nodes) out.emplace(id, course.replay.after(id));
  for (Value x : course.moving) out.emplace(x.id, course.replay.input(x));
  course.move(0);
  return out;
}

}  // namespace

double rounding_of(const Course& course, const Derivative& derivative, std::span<const Binding> bindings, double step) {
  const auto up = numbers_at(course, step), down = numbers_at(course, -step);
  Values parts;
  std::vector<int> into;
  for (std::size_t id = 0; id < derivative.contribution_of.size(); ++id) {
    const Values& of = derivative.contribution_of[id];
    const std::vector<int>& inputs = course.replay.graph().node(static_cast<int>(id)).inputs;
    for (std::size_t slot = 0; slot < of.size(); ++slot) {
      if (!of[slot] || !up.count(inputs[slot])) continue;
      parts.push_back(of[slot]), into.push_back(inputs[slot]);
    }
  }
  const std::vector<Tensor> numbers = interpret(parts, bindings);
  double out = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Tensor &above = up.at(into[i]), &below = down.at(into[i]);
    for (std::int64_t e = 0; e < numbers[i].count(); ++e) {
      const double slope = (above.number(e) - below.number(e)) / (2 * step);
      const double error = 2.3e-16 * std::abs(numbers[i].number(e)) * std::abs(slope);
      if (std::isfinite(error)) out += error;
    }
  }
  return out;
}

}  // namespace gradus
