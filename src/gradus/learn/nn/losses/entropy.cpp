// Cross-entropies: of probabilities, of logits, of classes.
#include <cmath>

#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/core/ops/softmax.hpp"
#include "gradus/learn/nn/losses/parts.hpp"

namespace gradus::loss {
namespace {

/// ln p, -100 where that is less. The branch that is not taken must not become 0 * inf in the gradient.
Value log_above_minus_100(Value p) {
  const double least = p.dtype() == DType::f64 ? std::exp(-100.0) : 0;  // e^-100 is below f32's normal numbers
  const Value fits = greater(p, constant_like(p, least));
  return where(fits, log(where(fits, p, constant_like(p, 1))), constant_like(p, -100));
}

Value softmax_of(Value output) { return softmax(output); }
Value sigmoid_of(Value output) { return sigmoid(output); }

}  // namespace

extern const LossKind binary_cross_entropy_kind{
    {"binary_cross_entropy", "mean of -(t ln p + (1 - t) ln(1 - p)) for probabilities p (torch.nn.BCELoss)"},
    [](const Keys&, Value p, Value t) {
      require_same(binary_cross_entropy_kind, p, t);
      return -mean(t * log_above_minus_100(p) + (1.0 - t) * log_above_minus_100(1.0 - p));
    },
    {.takes = Takes::probabilities, .targets = Targets::shares}};

extern const LossKind binary_cross_entropy_with_logits_kind{
    {"binary_cross_entropy_with_logits", "the same for logits z, p = sigmoid(z) (torch.nn.BCEWithLogitsLoss)"},
    [](const Keys&, Value z, Value t) {
      require_same(binary_cross_entropy_with_logits_kind, z, t);
      return mean(softplus(z) - t * z);
    },
    {.takes = Takes::logits, .targets = Targets::shares, .finish = sigmoid_of}};

extern const LossKind cross_entropy_kind{
    {"cross_entropy", "mean over rows of -ln softmax(z) of the right class, for logits z (torch.nn.CrossEntropyLoss)"},
    [](const Keys&, Value logits, Value target) {
      const bool classes = !is_floating(target.dtype());
      if (logits.shape().rank() != 2 || target.rows() != logits.rows()) {
        refuse(cross_entropy_kind, logits, target, "logits [rows, classes] and as many rows of targets");
      }
      if (classes && target.shape().rank() != 1) refuse(cross_entropy_kind, logits, target, "class numbers [rows]");
      if (!classes) require_same(cross_entropy_kind, logits, target);
      const Value weights = classes ? one_hot(target, logits.columns(), logits.dtype()) : target;
      return -mean_of_rows(weights * log_softmax(logits));
    },
    {.takes = Takes::class_logits, .targets = Targets::distributions, .takes_classes = true, .finish = softmax_of}};

const Loss binary_cross_entropy{kinds::make(binary_cross_entropy_kind)};
const Loss binary_cross_entropy_with_logits{kinds::make(binary_cross_entropy_with_logits_kind)};
const Loss cross_entropy{kinds::make(cross_entropy_kind)};

}  // namespace gradus::loss
