// Losses are values: a name and a function from (prediction, target) to one number.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "gradus/core/graph/graph.hpp"

namespace gradus::loss {

/// What a loss compares with the target, element by element but for class_logits.
enum class Takes {
  anything,       // a loss of one's own
  numbers,        // of any size
  probabilities,  // from 0 to 1
  logits,         // numbers whose sigmoid is a probability
  class_logits,   // a number a class, all of a row together by softmax
};

/// Targets that a loss has a meaning for. Each kind is part of the one before it; classes are rows with a single 1 (one
/// share for a net with one output).
enum class Targets {
  anything,
  shares,         // numbers from 0 to 1
  distributions,  // rows of shares that sum to 1
};

/// All but half_squared_sum are means over the rows of the batch, so that the learning rate does not depend on its
/// size.
struct Loss {
  std::string name;  // "mse"; "huber 1" with its parameter
  /// prediction [rows, outputs] (what the net gives) and target to a scalar. Throws UserError when they do not fit.
  std::function<Value(Value prediction, Value target)> build;
  /// What the net gives as a prediction for people: softmax or sigmoid for losses on logits. Empty: as it is.
  std::function<Value(Value output)> finish = {};
  bool takes_classes = false;  // the target may be class numbers i64 [rows]
  bool sums = false;           // a sum over the rows, not a mean
  Takes takes = Takes::anything;
  Targets targets = Targets::anything;
};

/// Mean over rows and outputs of (y - t)^2; gradient 2 (y - t) / (rows outputs), as torch.nn.MSELoss.
extern const Loss mse;
/// Mean over rows of the row's sum of (y - t)^2 / 2; gradient (y - t) / rows. With it W - rate * gradient is the
/// slides' W - rate (1/n) dJ/dW.
extern const Loss half_squared;
/// J of the slides: the sum over rows and outputs of (y - t)^2 / 2; gradient y - t. Not divided by n, so its step grows
/// with the batch; for training prefer half_squared.
extern const Loss half_squared_sum;
/// Mean over rows and outputs of |y - t|; gradient sign(y - t) / (rows outputs), 0 where y = t.
extern const Loss mae;
/// Mean of d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2), d = y - t; as torch.nn.HuberLoss.
/// Throws UserError unless delta > 0.
Loss huber(double delta = 1);
/// Mean of -(t ln p + (1 - t) ln(1 - p)) for probabilities p; logarithms are at least -100, as in torch.nn.BCELoss.
/// Gradient -t / p + (1 - t) / (1 - p) over the count, 0 from a logarithm that was cut off.
extern const Loss binary_cross_entropy;
/// The same for logits z, p = sigmoid(z), without overflow: softplus(z) - t z; gradient (p - t) over the count.
extern const Loss binary_cross_entropy_with_logits;
/// Mean over rows of -ln softmax(z)[t] for logits z [rows, classes]: t are class numbers i64 [rows], or rows of weights
/// [rows, classes] such as one-hot: -sum(t ln softmax(z)). Gradient (softmax(z) - t) / rows; as
/// torch.nn.CrossEntropyLoss.
extern const Loss cross_entropy;

/// A loss of one's own: nothing is known of what it takes, so nothing is checked.
Loss custom(std::string name, std::function<Value(Value prediction, Value target)> build);

/// The words that find_loss knows.
std::span<const std::string_view> loss_names();
/// The loss of that name: "mse", "huber", "huber 0.5". Throws UserError naming the nearest.
Loss find_loss(std::string_view text);

}  // namespace gradus::loss
