// Losses: from (prediction, target) to one number.
// A kind of loss is one constant object (losses/), a loss a kind with its numbers: data; or a function of one's own.
#pragma once

#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/graph/graph.hpp"
#include "gradus/learn/kinds/recipe.hpp"

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

/// What may be asked of a loss beside its number.
struct Traits {
  Takes takes = Takes::anything;
  Targets targets = Targets::anything;
  bool takes_classes = false;  // the target may be class numbers i64 [rows]
  bool sums = false;           // a sum over the rows, not a mean
  /// What the net gives as a prediction for people: softmax or sigmoid for losses on logits. nullptr: as it is.
  Value (*finish)(Value output) = nullptr;
};

/// One loss's formula. All but sums are means over the rows of the batch, so that the learning rate does not depend on
/// its size.
struct LossKind : kinds::Kind {
  /// prediction [rows, outputs] (what the net gives) and target to a scalar. Throws UserError when they do not fit.
  Value (*build)(const kinds::Keys& keys, Value prediction, Value target);
  Traits traits = {};
};

using LossKinds = std::span<const LossKind* const>;

/// Every loss that comes with gradus: the list is in losses/all.cpp.
LossKinds all_losses();

struct Loss {
  kinds::Recipe<LossKind> recipe = {};  // nothing of a loss of one's own
  std::string own_name = {};
  std::function<Value(Value prediction, Value target)> own = {};
  /// Of several targets: their losses, each of the next columns of the prediction. Then build() is of them alone.
  std::vector<Loss> terms = {};
  // Of a term:
  std::string target = {};
  double weight = 1;         // what it is multiplied with in the sum
  std::int64_t columns = 1;  // of the prediction

  explicit operator bool() const { return recipe || own || !terms.empty(); }
  /// "mse", "huber 0.5", with all keys; of a loss of one's own its name; "mse of price + 2 cross_entropy of fuel".
  std::string name() const;
  /// Of several: whether they sum.
  const Traits& traits() const;
  /// What the net gives, as people want it: by Traits::finish, of several each column by that of its target.
  Value finish(Value output) const;
  Value build(Value prediction, Value wanted) const {
    return recipe ? recipe.of().build(recipe.keys, prediction, wanted) : own(prediction, wanted);
  }
};

/// The columns of `prediction` that belong to term `i`.
Value columns_of(const Loss& loss, std::size_t i, Value prediction);

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

/// A loss of one's own: nothing is known of what it takes, so nothing is checked. A model with it is not saved; a
/// LossKind of one's own is.
Loss custom(std::string name, std::function<Value(Value prediction, Value target)> build);

/// "mse", "huber", "huber 0.5". `own`: kinds of the caller's own. Throws UserError(Fault::usage) at `place` for unknown
/// kinds and keys, naming the nearest, and for values out of range.
Loss parse_loss(std::string_view text, LossKinds own = {}, const std::string& place = "loss");
/// loss("huber", {{"delta", 0.5}}). Throws as parse_loss.
Loss loss(std::string_view name, std::initializer_list<kinds::Given> keys = {}, LossKinds own = {});

}  // namespace gradus::loss
