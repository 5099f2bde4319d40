#include "gradus/core/grad/range.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "gradus/core/grad/kinks.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus {
namespace {

/// Of nodes that `wanted` is made of, in order.
Values all_of(const Values& wanted) {
  Values out;
  if (wanted.empty()) return out;
  const Graph& graph = *wanted[0].graph;
  std::vector<char> needed(static_cast<std::size_t>(graph.size()));
  for (Value value : wanted) needed[static_cast<std::size_t>(value.id)] = 1;
  for (int id = graph.size() - 1; id >= 0; --id) {
    if (!needed[static_cast<std::size_t>(id)]) continue;
    Value value = wanted[0];
    value.id = id;
    out.push_back(value);
    for (int input : graph.node(id).inputs) needed[static_cast<std::size_t>(input)] = 1;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

/// Products and quotients are 0 only where some factor is: other zeros are differences, or beyond a threshold.
bool is_product(const Node& node) {
  const auto is_one_of = [&]<class... F>(pointwise::List<F...>) { return ((node.op == &pointwise_op<F>()) || ...); };
  using namespace pointwise;
  return is_one_of(List<Multiply, Divide, Square, Power>{});
}

enum class Flow { within, over, under };

/// 1 / 0 is a pole, and no overflow.
Flow flow_of(const Node& node, const Tensor& value, std::span<const Tensor* const> inputs) {
  const bool product = is_product(node);
  for (std::int64_t e = 0; e < value.count(); ++e) {
    const double number = value.number(e);
    if (std::isfinite(number) && (number != 0 || !product)) continue;
    const bool plain = std::all_of(inputs.begin(), inputs.end(), [&](const Tensor* input) {
      if (input->count() != value.count() && input->count() != 1) return false;
      const double in = input->number(input->count() == 1 ? 0 : e);
      return std::isfinite(in) && in != 0;
    });
    if (plain && !std::isnan(number)) return number == 0 ? Flow::under : Flow::over;
  }
  return Flow::within;
}

}  // namespace

std::string out_of_range(const Values& wanted, std::span<const Binding> bindings) {
  const Values all = all_of(wanted);
  const std::vector<Tensor> numbers = interpret(all, bindings);
  std::vector<std::size_t> place(all.empty() ? 0 : static_cast<std::size_t>(all.back().id) + 1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Node& node = all[i].node();
    place[static_cast<std::size_t>(all[i].id)] = i;
    std::vector<const Tensor*> inputs;
    for (int input : node.inputs) inputs.push_back(&numbers[place[static_cast<std::size_t>(input)]]);
    if (inputs.empty() || !is_floating(node.type.dtype)) continue;
    const Flow flow = flow_of(node, numbers[i], inputs);
    if (flow == Flow::within) continue;
    return brief(*all[i].graph, all[i].id) + (flow == Flow::over ? " overflows here" : " underflows here");
  }
  return "";
}

}  // namespace gradus
