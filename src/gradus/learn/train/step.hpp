// A training step as a pure function: (parameters, state, batch, key, learning rate) -> (parameters', state', loss).
#pragma once

#include <memory>
#include <string>

#include "gradus/core/graph/graph.hpp"
#include "gradus/learn/nn/loss.hpp"
#include "gradus/learn/nn/model.hpp"
#include "gradus/learn/optim/updates.hpp"
#include "gradus/learn/train/phase.hpp"

namespace gradus {

/// The slots that the graphs of a program share: these inputs, and what the graphs below declare: parameters
/// ("0.weight"), their moments ("optim/0.weight/m") and sums ("sum 0/0.weight"). What a graph has of them is asked of
/// Graph::find_input.
struct StepSlots {
  StepSlots();
  std::shared_ptr<SlotTable> table;
  SlotId features;       // [rows, ...] in the model's dtype
  SlotId target;         // class numbers i64 [rows], or numbers [rows, outputs]
  SlotId key;            // i64 [2]: seed, step from 0; only where something needs it. Of a part of a batch i64 [3]: and
                         // the number of its first row in the batch, from 0
  SlotId share;          // f64 []: the part's share of the batch's rows
  SlotId learning_rate;  // f64 []
  /// Of an input beside the features; of one of several targets. Nothing where no graph has it.
  SlotId input(std::string_view name) const;
  SlotId target_of(std::string_view name) const;
  /// The rate of a group of parameters (0: of those without one), f64 []: "learning_rate 2", "critic learning_rate".
  SlotId rate(const std::string& phase, std::size_t group) const;
};

/// The outputs of the graphs below.
namespace step_outputs {
inline constexpr const char* loss = "loss";
inline constexpr const char* prediction = "prediction";
inline constexpr const char* gradient_norm = "gradient_norm";
inline constexpr const char* update_norm = "update_norm";
}  // namespace step_outputs

/// "optim/0.weight/m", of a phase "optim/critic/0.weight/m": what people and files call a moment.
std::string state_name(const std::string& parameter, std::string_view state, const std::string& phase = {});
/// "average/0.weight"
std::string average_name(const std::string& parameter);

/// classes > 0: targets are class numbers i64 [rows]; else numbers [rows, outputs].
struct TargetSpec {
  std::int64_t classes = 0;
  std::int64_t outputs = 1;
  std::string name = {};  // of several
};

/// A batch: `rows` samples, and their target or, where there are `several`, those.
struct BatchSpec {
  std::int64_t rows = 1;
  std::int64_t classes = 0;
  std::int64_t outputs = 1;
  bool has_targets = true;
  std::vector<TargetSpec> several = {};
};

struct StepOptions {
  bool gradient_norm = false;  // Euclidean norm of the gradient over all parameters
  bool update_norm = false;    // Euclidean norm of w_t - w_(t-1) over all parameters
};

/// What a net takes.
struct NetInputs {
  NetInputs(const Shape& of_features, std::vector<nn::NamedInput> others = {})  // NOLINT: mostly features alone
      : features(of_features), named(std::move(others)) {}
  Shape features;  // of one sample
  std::vector<nn::NamedInput> named;
};

/// The features, inputs and targets of a batch in the graph of `scope`, which has no others. `inputs` must outlive
/// both.
Batch batch_in(nn::Scope& scope, const NetInputs& inputs, const BatchSpec& batch);

/// Gives every parameter that is learnt, and all that is kept of it, the next value. Outputs: "loss", and the norms
/// asked for. Throws UserError when the net, the loss and the targets do not fit.
Graph training_step(const StepSlots& slots, const nn::Model& model, const loss::Loss& loss,
                    const optim::Updates& updates, const BatchSpec& batch, StepOptions options = {});

/// The same of a phase, the `number`th of all from 0: "loss", and the norms of the parameters that it learns.
Graph phase_step(const StepSlots& slots, const Phase& phase, int number, const NetInputs& inputs, DType dtype,
                 const BatchSpec& batch, StepOptions options = {});

/// "gradient/0.weight"
std::string gradient_name(const std::string& parameter);

/// Outputs: the gradient of the training loss by every parameter.
Graph gradient_step(const StepSlots& slots, const nn::Model& model, const loss::Loss& loss, const BatchSpec& batch);

// The same step in parts, each some rows of the batch: gradients and the loss are added up in slots of role sum, then
// used once. Several sums, by `level`, add parts in the tree in which a whole batch adds its leaves.

/// A part of `batch.rows` rows: its gradients and loss, times the share unless the loss sums over rows, become the sums
/// of level 0, or are added to them. Throws UserError(Fault::budget) when rows of the batch depend on one another, so
/// that parts would compute something else.
Graph part_step(const StepSlots& slots, const nn::Model& model, const loss::Loss& loss, const optim::Updates& updates,
                const BatchSpec& batch, bool add);

/// The sums of `level` become those of the next level, or are added to them (the older first).
Graph carry_step(const StepSlots& slots, const nn::Model& model, const optim::Updates& updates, int level, bool add);

/// What training_step does with its gradients, with the sums of `level` as gradients and loss.
Graph update_step(const StepSlots& slots, const nn::Model& model, const optim::Updates& updates, int level,
                  StepOptions options = {});

/// Outputs: "prediction" (after Loss::finish()) and, when `with_loss`, "loss".
Graph evaluation_step(const StepSlots& slots, const nn::Model& model, const loss::Loss& loss, const BatchSpec& batch,
                      bool with_loss);

}  // namespace gradus
