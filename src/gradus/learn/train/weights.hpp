// Values of slots by name, as they were at some moment.
#pragma once

#include <vector>

#include "gradus/learn/nn/model.hpp"

namespace gradus {

/// Parameters, and whatever is kept of them ("optim/0.weight/m").
using Weights = std::vector<nn::Parameter>;

}  // namespace gradus
