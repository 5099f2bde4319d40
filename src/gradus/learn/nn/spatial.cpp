#include "gradus/learn/nn/spatial.hpp"

#include <cmath>

namespace gradus::nn {
namespace {

Integers with_first(std::int64_t first, const Shape& rest) {
  Integers out{first};
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

/// The first layer that does not take numbers one by one, as activations and dropout do; nullptr when there is none.
const Layer* first_layer(const Layer& net) {
  if (net.nets.empty() && !net.is_sequence()) return net.traits().any_shape ? nullptr : &net;
  for (const Layer& inner : net.nets) {
    if (const Layer* found = first_layer(inner)) return found;
  }
  return nullptr;
}

}  // namespace

int axes_taken(const Layer& net) {
  const Layer* const first = first_layer(net);
  return first ? first->traits().axes : 0;
}

Shape input_of(const Layer& net, const Shape& sample) {
  const int axes = axes_taken(net);
  if (axes == 2 && sample.rank() == 2) return Shape(with_first(1, sample));
  if (axes == 2 && sample.rank() == 1) {
    const auto side = static_cast<std::int64_t>(std::sqrt(static_cast<double>(sample[0])));
    if (side * side == sample[0]) return {1, side, side};
  }
  if (axes == 1 && sample.rank() == 1) return {1, sample[0]};
  return sample;
}

}  // namespace gradus::nn
