#include "gradus/learn/nn/losses/parts.hpp"

#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/reduce.hpp"

namespace gradus::loss {

void refuse(const kinds::Kind& loss, Value prediction, Value target, const std::string& expected) {
  throw UserError(Fault::usage,
                  Report{"loss " + std::string(loss.name),
                         "prediction " + to_string(prediction.type()) + " and target " + to_string(target.type()),
                         expected, "an output layer that fits the target"});
}

void require_same(const kinds::Kind& loss, Value prediction, Value target) {
  if (!(prediction.type() == target.type())) refuse(loss, prediction, target, "the same type");
}

Value difference(const kinds::Kind& loss, Value prediction, Value target) {
  require_same(loss, prediction, target);
  return prediction - target;
}

Value mean_of_rows(Value x) { return sum(x) * (1.0 / static_cast<double>(x.rows())); }

}  // namespace gradus::loss
