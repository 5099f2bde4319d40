// What a training step costs, counted on its graph: parameters, bytes, floating-point operations.
#pragma once

#include <string>
#include <vector>

#include "gradus/learn/train/step.hpp"

namespace gradus::cli {

struct ParameterCost {
  std::string name;
  Shape shape;
  double bytes = 0;
};

struct OpCost {
  std::string op;
  std::int64_t nodes = 0;
  double flops = 0;
};

struct PlanCost {
  std::int64_t parameters = 0;  // numbers in them
  std::vector<ParameterCost> tensors;
  double parameter_bytes = 0, state_bytes = 0, batch_bytes = 0;
  double value_bytes = 0;    // of all values that are computed, if each had memory of its own
  double flops = 0;          // of a whole step
  double forward_flops = 0;  // of the prediction and the loss
  std::vector<OpCost> ops;   // most FLOPs first
};

/// Throws UserError when net, loss and batch do not fit. The parameters' numbers are not looked at.
PlanCost plan_cost(const nn::Model& model, const loss::Loss& loss, const optim::Optimizer& optimizer,
                   const BatchSpec& batch);

}  // namespace gradus::cli
