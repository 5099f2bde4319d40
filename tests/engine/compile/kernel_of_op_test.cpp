#include "gradus/engine/compile/kernel_of_op.hpp"

#include <gtest/gtest.h>

#include "gradus/core/ops/all.hpp"

namespace gradus {
namespace {

TEST(KernelOfOp, EveryOpButTheLeavesHasOne) {
  for (const Op* op : all_ops())
    EXPECT_EQ(kernel_of_op(*op).empty(), op == &input_op || op == &constant_op) << op->name;
}

TEST(KernelOfOp, PointwiseOpsRunOnVectors) {
  EXPECT_EQ(kernel_of_op(find_op("sin")), "highway.pointwise");
  EXPECT_EQ(kernel_of_op(find_op("one_hot")), "reference");
}

}  // namespace
}  // namespace gradus
