#include "gradus/core/ops/all.hpp"

#include "gradus/core/base/nearest.hpp"
#include "gradus/core/ops/conv.hpp"
#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/pool.hpp"
#include "gradus/core/ops/random.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/core/ops/softmax.hpp"

namespace gradus {

std::span<const Op* const> all_ops() {
  static const std::vector<const Op*> all = [] {
    std::vector<const Op*> ops{&input_op, &constant_op};
    for (const Op& op : pointwise_ops()) ops.push_back(&op);
    for (const auto family :
         {matmul_ops(), conv_ops(), pool_ops(), reduce_ops(), softmax_ops(), layout_ops(), index_ops(), random_ops()}) {
      ops.insert(ops.end(), family.begin(), family.end());
    }
    return ops;
  }();
  return all;
}

const Op& find_op(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Op* op : all_ops()) {
    if (op->name == name) return *op;
    names.push_back(op->name);
  }
  const std::string close = nearest(name, names);
  throw UserError(Fault::usage, Report{"op", "\"" + printable(name) + "\"", "one of `gradus ops`",
                                       close.empty() ? "gradus ops" : close});
}

}  // namespace gradus
