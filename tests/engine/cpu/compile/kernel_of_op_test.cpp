#include "gradus/engine/cpu/compile/kernel_of_op.hpp"

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
  EXPECT_EQ(kernel_of_op(find_op("iota")), "reference");
}

TEST(KernelOfOp, WhatMovesElementsDoesNotRunOnPlainLoops) {
  for (const Op* op : all_ops()) {
    if (op->traits.moves_data) {
      EXPECT_NE(kernel_of_op(*op), "reference") << op->name;
    }
  }
}

}  // namespace
}  // namespace gradus
