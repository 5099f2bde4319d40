// What a net gives: numbers of any size, or probabilities.
#pragma once

#include "gradus/learn/nn/layer.hpp"

namespace gradus::nn {

/// unknown: it ends with a layer of one's own that is none of the known functions.
enum class Gives { unknown, numbers, probabilities };

struct LastLayer {
  Gives gives = Gives::numbers;
  std::string function;  // the op that makes them probabilities; "" for none
};

/// Builds the net for one sample of shape `input` and looks at what its output is made by. Throws UserError as the net.
LastLayer last_layer(const Layer& net, const Shape& input, DType dtype, NamedInputs inputs = {});

/// `net`, then `last`, a layer without parameters. Parameters keep their names.
Layer with_last(const Layer& net, const Layer& last);

}  // namespace gradus::nn
