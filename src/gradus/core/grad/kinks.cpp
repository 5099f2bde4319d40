#include "gradus/core/grad/kinks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "gradus/core/graph/print.hpp"

namespace gradus {
namespace {

std::size_t at(int id) { return static_cast<std::size_t>(id); }

/// A node's numbers at a step, after minus before: not finite where after is not.
std::vector<double> change(const Replay& replay, int id) {
  std::vector<double> out(static_cast<std::size_t>(replay.before(id).count()));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto element = static_cast<std::int64_t>(i);
    out[i] = replay.after(id).number(element) - replay.before(id).number(element);
  }
  return out;
}

/// Changes of every node of the part at steps h, -h, h/4, -h/4.
using Changes = std::vector<std::vector<double>>;

/// `size`: of the node's number and of those it is made of, whose rounding it may have.
std::optional<Kink::Kind> kind_of(double size, double up, double down, double up4, double down4, double step) {
  if (!std::isfinite(size)) return {};
  if (!std::isfinite(up4) || !std::isfinite(down4)) return Kink::Kind::leaves;
  if (!std::isfinite(up) || !std::isfinite(down)) return {};
  const double noise = 64 * 2.3e-16 * size;
  for (const auto& [far, near] : {std::pair{up, up4}, std::pair{down, down4}}) {
    if (std::abs(near) > 0.9 * std::abs(far) && std::abs(near) > 1e3 * noise + 1e-30) return Kink::Kind::jumps;
  }
  const double gap = std::abs(up + down) / step, gap4 = std::abs(up4 + down4) / (step / 4);
  const double steepest = std::max(std::abs(up4), std::abs(down4)) / (step / 4);
  if (gap4 > 0.5 * gap && gap > 0.5 * gap4 && gap4 > 1e-3 * steepest + noise / (step / 4)) return Kink::Kind::bends;
  return {};
}

double largest(const Tensor& of) {
  double out = 0;
  for (std::int64_t i = 0; i < of.count(); ++i) {
    if (std::isfinite(of.number(i))) out = std::max(out, std::abs(of.number(i)));
  }
  return out;
}

std::optional<Kink::Kind> kind_of(const Replay& replay, int id, const std::array<Changes, 4>& changes,
                                  std::size_t place, double step) {
  const Tensor& before = replay.before(id);
  if (!is_floating(before.dtype()) && before.dtype() != DType::u8) return {};
  double size = 0;
  for (int input : replay.graph().node(id).inputs) size = std::max(size, largest(replay.before(input)));
  for (std::size_t i = 0; i < changes[0][place].size(); ++i) {
    const double own = std::abs(before.number(static_cast<std::int64_t>(i)));
    const auto found = kind_of(std::isfinite(own) ? std::max(own, size) : own, changes[0][place][i],
                               changes[1][place][i], changes[2][place][i], changes[3][place][i], step);
    if (found) return found;
  }
  return {};
}

}  // namespace

std::vector<Kink> kinks_at(Replay& replay, const Replay::Affected& part, double step,
                           const std::function<void(double)>& move) {
  std::array<Changes, 4> changes;
  const double steps[] = {step, -step, step / 4, -step / 4};
  for (std::size_t i = 0; i < 4; ++i) {
    move(steps[i]);
    replay.moved(part);
    for (int id : part.nodes) changes[i].push_back(change(replay, id));
  }
  move(0);
  std::vector<Kink> out;
  std::vector<char> rough(at(replay.graph().size()));
  for (std::size_t place = 0; place < part.nodes.size(); ++place) {
    const int id = part.nodes[place];
    const auto found = kind_of(replay, id, changes, place, step);
    if (!found) continue;
    rough[at(id)] = 1;
    const std::vector<int>& inputs = replay.graph().node(id).inputs;
    if (std::none_of(inputs.begin(), inputs.end(), [&](int input) { return rough[at(input)] != 0; })) {
      out.push_back({*found, id});
    }
  }
  return out;
}

std::string brief(const Graph& graph, int id, int depth) {
  const Node& node = graph.node(id);
  if (!node.label.empty()) return printable(node.label);
  if (const auto number = uniform_constant(node)) return print_number(*number);
  if (depth == 0 || node.inputs.empty()) return "...";
  std::vector<std::string> inputs;
  for (int input : node.inputs) inputs.push_back(brief(graph, input, depth - 1));
  if (!node.op->infix.empty() && inputs.size() == 2) {
    const std::string text = inputs[0] + " " + std::string(node.op->infix) + " " + inputs[1];
    return depth == 2 ? text : "(" + text + ")";
  }
  std::string out = std::string(node.op->name) + "(";
  for (std::size_t i = 0; i < inputs.size(); ++i) out += (i ? ", " : "") + inputs[i];
  return out + ")";
}

std::string describe(const Graph& graph, const std::vector<Kink>& kinks) {
  if (kinks.empty()) return "";
  const char* verb = kinks[0].kind == Kink::Kind::bends   ? " bends"
                     : kinks[0].kind == Kink::Kind::jumps ? " jumps"
                                                          : " leaves its domain";
  const std::size_t more = kinks.size() - 1;
  return brief(graph, kinks[0].node) + verb + " here" + (more ? ", and " + std::to_string(more) + " more" : "");
}

}  // namespace gradus
