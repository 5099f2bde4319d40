// Sizes of differences: losses that rows far off do not rule.
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/learn/nn/losses/parts.hpp"

namespace gradus::loss {
namespace {

constexpr Key huber_keys[] = {{.name = "delta",
                               .type = KeyType::number,
                               .value = "1",
                               .doc = "where the square becomes a line",
                               .range = kinds::positive,
                               .bare = true}};

/// With c = d held in [-delta, delta], c (d - c / 2) is d^2 / 2 inside and delta (|d| - delta / 2) outside.
Value huber_of(Value d, double delta) {
  const Value c = clamp(d, -delta, delta);
  return mean(c * (d - 0.5 * c));
}

}  // namespace

extern const LossKind mae_kind{{"mae", "mean over rows and outputs of abs(y - t) (torch.nn.L1Loss)"},
                               [](const Keys&, Value y, Value t) { return mean(abs(difference(mae_kind, y, t))); },
                               {.takes = Takes::numbers}};

extern const LossKind huber_kind{
    {"huber",
     "mean of d^2 / 2 where d = abs(y - t) is at most delta, else of delta (d - delta / 2) (torch.nn.HuberLoss)",
     huber_keys},
    [](const Keys& of, Value y, Value t) { return huber_of(difference(huber_kind, y, t), of.number("delta")); },
    {.takes = Takes::numbers}};

const Loss mae{kinds::make(mae_kind)};

Loss huber(double delta) { return {kinds::make(huber_kind, {{"delta", delta}})}; }

}  // namespace gradus::loss
