#include "gradus/learn/train/evaluation.hpp"

#include <fmt/core.h>

namespace gradus {

std::string describe(const Evaluation& e) {
  std::string tail = fmt::format("loss {:.4g}, {} row{}", e.loss, e.rows, e.rows == 1 ? "" : "s");
  if (e.unseen > 0) tail += fmt::format(", {} of them of classes that the model does not know", e.unseen);
  if (e.task == data::Task::classification) {
    return fmt::format("accuracy {:.2f} % (95 %: {:.2f} to {:.2f}), {}", 100 * e.accuracy, 100 * e.interval.low,
                       100 * e.interval.high, tail);
  }
  const std::string r2 = e.r2 ? fmt::format("R2 {:.4f}", *e.r2) : "R2 undefined (constant target)";
  return fmt::format("{}, MAE {:.5g}, MSE {:.5g}, {}", r2, e.mae, e.mse, tail);
}

}  // namespace gradus
