// A training step as a pure function: (parameters, state, batch, key, learning rate) -> (parameters', state', loss).
#pragma once

#include <string>

#include "gradus/core/graph/graph.hpp"
#include "gradus/learn/nn/loss.hpp"
#include "gradus/learn/nn/model.hpp"
#include "gradus/learn/optim/optimizer.hpp"

namespace gradus {

/// The inputs and outputs of the graphs below, besides parameters ("0.weight") and state ("optim/0.weight/m").
namespace step_names {
inline constexpr const char* features = "features";  // [rows, ...] in the model's dtype
inline constexpr const char* target = "target";
inline constexpr const char* key = "key";  // i64 [2]: seed, step from 0; only where something needs it
inline constexpr const char* learning_rate = "learning_rate";  // f64 []
inline constexpr const char* loss = "loss";
inline constexpr const char* prediction = "prediction";
inline constexpr const char* gradient_norm = "gradient_norm";
inline constexpr const char* update_norm = "update_norm";
}  // namespace step_names

/// "optim/0.weight/m"
std::string state_name(const std::string& parameter, const std::string& state);

/// A batch: `rows` samples. classes > 0: targets are class numbers i64 [rows]; else numbers [rows, outputs].
struct BatchSpec {
  std::int64_t rows = 1;
  std::int64_t classes = 0;
  std::int64_t outputs = 1;
};

struct StepOptions {
  bool gradient_norm = false;  // Euclidean norm of the gradient over all parameters
  bool update_norm = false;    // Euclidean norm of w_t - w_(t-1) over all parameters
};

/// Outputs: every parameter and state under its own name, "loss", and the norms asked for.
/// Throws UserError when the net, the loss and the targets do not fit.
Graph training_step(const nn::Model& model, const loss::Loss& loss, const optim::Optimizer& optimizer,
                    const BatchSpec& batch, StepOptions options = {});

/// Outputs: "prediction" (after Loss::finish) and, when `with_loss`, "loss".
Graph evaluation_step(const nn::Model& model, const loss::Loss& loss, const BatchSpec& batch, bool with_loss);

}  // namespace gradus
