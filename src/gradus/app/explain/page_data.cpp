#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "gradus/app/explain/base64.hpp"
#include "gradus/app/explain/page.hpp"
#include "gradus/app/explain/text.hpp"
#include "gradus/core/ops/all.hpp"

namespace gradus::explain {
namespace {

using json::Array;
using json::Object;

constexpr std::int64_t exact_elements = 256;
constexpr std::int64_t most_packed = 250'000;  // elements of all larger tensors: a megabyte of text

/// The upper 3 bytes of each number as an f32, rounded to the nearest: 15 bits and a hidden one, an error of at most
/// 2^-16.
std::string packed(const std::vector<double>& numbers) {
  std::string bytes;
  bytes.reserve(3 * numbers.size());
  for (double number : numbers) {
    const auto narrow = static_cast<float>(number);
    auto bits = std::bit_cast<std::uint32_t>(narrow);
    if (std::isfinite(narrow)) bits += 0x7f + (bits >> 8 & 1);
    for (int shift : {24, 16, 8}) bytes += static_cast<char>(bits >> shift & 0xff);
  }
  return base64(bytes);
}

/// A matrix that a page keeps some rows and columns of.
struct Thinned {
  std::vector<double> numbers;
  std::int64_t rows = 0, columns = 0;
};

Thinned thinned(const Tensor& value, std::int64_t most) {
  const std::int64_t columns = value.shape().last(), rows = value.count() / columns;
  const double share = std::sqrt(static_cast<double>(most) / static_cast<double>(value.count()));
  const auto kept = [&](std::int64_t size) {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(static_cast<double>(size) * share), 1, size);
  };
  Thinned out{{}, kept(rows), kept(columns)};
  for (std::int64_t r = 0; r < out.rows; ++r) {
    for (std::int64_t c = 0; c < out.columns; ++c) {
      out.numbers.push_back(value.number(r * rows / out.rows * columns + c * columns / out.columns));
    }
  }
  return out;
}

std::vector<double> turned(const std::vector<double>& numbers, std::int64_t rows, std::int64_t columns) {
  std::vector<double> out;
  out.reserve(numbers.size());
  for (std::int64_t c = 0; c < columns; ++c) {
    for (std::int64_t r = 0; r < rows; ++r) out.push_back(numbers[static_cast<std::size_t>(r * columns + c)]);
  }
  return out;
}

/// Every array of numbers once: a weight and its transpose, a gradient and the only contribution to it share a place.
class Pool {
 public:
  /// `most`: elements that one large tensor may have before it is thinned out.
  explicit Pool(std::int64_t most) : most_(most) {}

  /// [shape, place], with 1 when the array is the transpose's, with [rows, columns] when they are not all there.
  json::Value add(const Tensor& value) {
    Array out{Integers(value.shape().begin(), value.shape().end())};
    std::vector<double> numbers = value.numbers();
    if (value.count() > most_ && value.shape().rank() > 0) {
      Thinned some = thinned(value, most_);
      out.emplace_back(place_of(std::move(some.numbers)));
      out.emplace_back(0);
      out.emplace_back(Integers{some.rows, some.columns});
      return out;
    }
    if (value.count() > exact_elements && value.shape().rank() == 2 && !places_.count(numbers)) {
      const auto other = places_.find(turned(numbers, value.shape()[0], value.shape()[1]));
      if (other != places_.end()) {
        out.emplace_back(other->second);
        out.emplace_back(1);
        return out;
      }
    }
    out.emplace_back(place_of(std::move(numbers)));
    return out;
  }

  std::int64_t packed_elements() const { return packed_elements_; }
  Array take() { return std::move(stored_); }

 private:
  int place_of(std::vector<double> numbers) {
    const auto [found, fresh] = places_.try_emplace(std::move(numbers), static_cast<int>(stored_.size()));
    if (fresh) stored_.push_back(stored(found->first));
    return found->second;
  }

  json::Value stored(const std::vector<double>& numbers) {
    const auto count = static_cast<std::int64_t>(numbers.size());
    if (count <= exact_elements) return numbers;
    if (std::all_of(numbers.begin(), numbers.end(), [&](double x) { return x == numbers.front(); })) {
      return Object{{"all", numbers.front()}, {"count", count}};
    }
    packed_elements_ += count;
    return Object{{"packed", packed(numbers)}};
  }

  std::int64_t most_, packed_elements_ = 0;
  std::map<std::vector<double>, int> places_;
  Array stored_;
};

const char* kind_name(Node::Kind kind) {
  if (kind == Node::Kind::input) return "input";
  return kind == Node::Kind::constant ? "constant" : "operation";
}

Object node_object(const Node& node, Pool& pool) {
  Object out{{"kind", kind_name(node.kind)}, {"name", node.name},     {"expression", node.expression},
             {"op", node.op->name},          {"inputs", node.inputs}, {"value", pool.add(node.value)}};
  if (!node.rule.empty()) out["rule"] = node.rule;
  if (!node.group.empty()) out["group"] = node.group;
  if (node.gradient) out["gradient"] = pool.add(*node.gradient);
  if (node.op->traits.pointwise) out["pointwise"] = true;
  return out;
}

Object edge_object(const Edge& edge, Pool& pool) {
  Object out{{"from", edge.from}, {"to", edge.to}, {"slot", edge.slot}};
  if (edge.local) out["local"] = pool.add(*edge.local);
  if (edge.contribution) out["contribution"] = pool.add(*edge.contribution);
  out["reads"] = edge.reads;
  return out;
}

/// The largest number of elements for which everything fits when no tensor has more.
std::int64_t most_elements(const Explanation& explanation) {
  std::int64_t most = std::int64_t{1} << 40;
  for (;;) {
    Pool pool(most);
    for (const Node& node : explanation.nodes) {
      pool.add(node.value);
      if (node.gradient) pool.add(*node.gradient);
    }
    for (const Edge& edge : explanation.edges) {
      if (edge.local) pool.add(*edge.local);
      if (edge.contribution) pool.add(*edge.contribution);
    }
    if (pool.packed_elements() <= most_packed) return most;
    std::int64_t largest = 0;
    for (const Node& node : explanation.nodes) largest = std::max(largest, node.value.count());
    most = std::min(most, largest) / 2;
  }
}

}  // namespace

json::Value page_data(const Explanation& explanation) {
  Pool pool(most_elements(explanation));
  Array nodes, edges;
  for (const Node& node : explanation.nodes) nodes.emplace_back(node_object(node, pool));
  for (const Edge& edge : explanation.edges) edges.emplace_back(edge_object(edge, pool));
  Object out{{"schema", "gradus.page/1"},
             {"title", explanation.title},
             {"output", explanation.output},
             {"backward", explanation.backward},
             {"notes", explanation.notes}};
  if (!explanation.troubles.empty()) out["not_finite"] = troubles_text(explanation, {false, 100});
  out["nodes"] = std::move(nodes);
  out["edges"] = std::move(edges);
  out["pool"] = pool.take();
  return out;
}

}  // namespace gradus::explain
