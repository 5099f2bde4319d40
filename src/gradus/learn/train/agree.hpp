// Loss, targets and last layer made to agree: what is missing is added and said, what cannot fit is refused.
//
// A loss says what it takes and which targets it has (learn/nn/loss.hpp), a net what it gives (learn/nn/gives.hpp):
//                                     targets: numbers   numbers from 0 to 1   classes
//   takes numbers (mse, huber, ...)   any net            any net               softmax is added to numbers
//                                                                              (sigmoid to a single output)
//   takes probabilities               refused            sigmoid is added      sigmoid is added to numbers
//   takes logits                      refused            probabilities are     probabilities are refused
//                                                        refused
// cross_entropy wants rows of targets that sum to 1, so two outputs or more. A softmax of a single output is refused.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/nn/loss.hpp"
#include "gradus/learn/nn/model.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/options.hpp"
#include "gradus/learn/train/step.hpp"

namespace gradus {

struct Agreement {
  loss::Loss loss;
  nn::Layer net;                        // with the layer that was missing
  std::vector<std::string> notes = {};  // what was added, and why
};

/// The loss that was asked for; else cross_entropy for classes (binary_cross_entropy_with_logits for one output,
/// binary_cross_entropy for a net that gives probabilities), mse for numbers. Throws UserError(Fault::usage) that names
/// the loss that would fit, or says how many outputs the net must have.
Agreement agree(const std::optional<loss::Loss>& asked, const nn::Layer& net, const NetInputs& inputs, DType dtype,
                const data::Dataset& dataset);

/// Of several targets: the weighted sum of their losses, each of its columns of what the net gives: mse of numbers,
/// cross_entropy of classes, unless options say another that takes those without a layer more. Throws UserError that
/// names the target, and for a net that does not give their columns.
Agreement agree_several(const TrainOptions& options, const nn::Layer& net, const NetInputs& inputs, DType dtype,
                        const data::Dataset& dataset);

/// The columns that a net gives for the targets of `dataset`.
std::vector<nn::Output> outputs_of(const data::Dataset& dataset);

/// The same where no more is known of the targets than whether they are classes.
Agreement agree(const loss::Loss& asked, const nn::Layer& net, const NetInputs& inputs, DType dtype, bool classes);

/// For classes: whether the numbers that predict() gives lie between 0 and 1. Those of models that were trained before
/// loss and last layer had to agree may not.
bool gives_probabilities(const nn::Model& network, const loss::Loss& loss);

}  // namespace gradus
