// Loops that reduce f32 or f64 arrays. Each result is a function of its own elements and their number alone.
#pragma once

#include <cstdint>

namespace gradus::highway {

/// Runs of n contiguous elements, `count` of them, each to one result (argmax: i64) or to n results (softmax).
using AlongLoop = void (*)(const void* x, std::int64_t n, std::int64_t count, void* y);

/// y[j] = x[j] + x[stride + j] + ... n terms in order, for j < count; with `onto`, y[j] comes first. Or max, min for +.
using AcrossLoop = void (*)(const void* x, std::int64_t n, std::int64_t stride, std::int64_t count, void* y, bool onto);

/// y[j] = x[j] + x[stride + j] + ... n terms in a binary tree (0+1, 2+3, then those pairs, ...), for j < count.
using TreeLoop = void (*)(const void* x, std::int64_t n, std::int64_t stride, std::int64_t count, void* y);

struct ReduceLoops {
  AlongLoop sum, max, min, logsumexp, argmax, softmax, log_softmax;
  AcrossLoop sum_across, max_across, min_across;
  TreeLoop sum_tree;
  void (*divide)(void* x, std::int64_t count, double by);
};

/// Of the best instruction set that this machine has.
ReduceLoops reduce_loops_f32();
ReduceLoops reduce_loops_f64();

}  // namespace gradus::highway
