#include "gradus/learn/nn/spatial.hpp"

#include <cmath>

namespace gradus::nn {
namespace {

Integers with_first(std::int64_t first, const Shape& rest) {
  Integers out{first};
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

/// The layers of `net` one after another, sequences inside it taken apart.
void flatten_into(const Layer& net, std::vector<const Layer*>& out) {
  if (!net.is_sequence()) return out.push_back(&net);
  for (const Layer& inner : net.nets) flatten_into(inner, out);
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

int axes_taken(const Layer& net, std::string_view input) {
  std::vector<const Layer*> layers;
  flatten_into(net, layers);
  bool here = input == features_name;  // a net begins with the features
  for (const Layer* layer : layers) {
    if (layer->traits().input) {
      here = layer->inputs[0] == input;
    } else if (here) {
      const Layer* const first = first_layer(*layer);
      if (first != nullptr) return first->traits().axes;
    }
  }
  return 0;
}

Shape input_of(const Layer& net, const Shape& sample, std::string_view input) {
  const int axes = axes_taken(net, input);
  if (axes == 2 && sample.rank() == 2) return Shape(with_first(1, sample));
  if (axes == 2 && sample.rank() == 1) {
    const auto side = static_cast<std::int64_t>(std::sqrt(static_cast<double>(sample[0])));
    if (side * side == sample[0]) return {1, side, side};
  }
  if (axes == 1 && sample.rank() == 1) return {1, sample[0]};
  return sample;
}

}  // namespace gradus::nn
