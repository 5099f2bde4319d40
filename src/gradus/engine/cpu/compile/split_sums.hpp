// Sums that are made in parts, a block of what they sum over each, before cut_regions() orders the steps.
#pragma once

#include <cstdint>
#include <vector>

#include "gradus/core/graph/walk.hpp"
#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus {

/// A node as a step: which values it reads, and which part of each a block needs.
struct Task {
  int node = -1;   // of the op
  int value = -1;  // what it computes: the node, or its parts
  std::vector<int> inputs = {};
  bool transposed[2] = {false, false};
  std::vector<Access> access = {};
  Access result = Access::whole;
  std::int64_t rows = 1;   // of its loop; 1 with result == whole: not cut at all
  std::int64_t block = 0;  // of its loop, where it wants one
  int level = 0;
  int loop = -1;
  bool adds_parts = false;
  bool own_loop = false;  // its blocks are no others'
};

/// Values of the plan: those of the graph's nodes, then parts of sums over the rows of a batch.
struct PlanValues {
  ById<Type> types;
  ById<int> writers;  // the task, or -1
};

/// The tasks, with sums over the rows of a batch, and (`own_order`) products of few rows along their sum, as a task
/// that makes the parts and one that adds them, where that moves fewer numbers between the threads. Sets the number of
/// `writers`.
ById<Task> split_sums(std::vector<Task> tasks, const Graph& graph, PlanValues& values, bool own_order);

}  // namespace gradus
