// A plan: what is run, in which order, on which memory. Plain data that prints itself.
//
// A plan is a list of regions with a barrier at the end of each. A region holds loops that do not depend on one
// another; a loop cuts axis 0 into blocks, and takes each block through its steps on one thread. So the work items of a
// region are the blocks of its loops: row blocks of the batch, or tiles of the parameters.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradus/core/graph/slot.hpp"
#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus {

enum class Home {
  input,     // memory of a slot
  output,    // a result, or what a slot holds next: written by the plan
  constant,  // a literal of the graph
  arena,     // planned memory that lives across regions
  local,     // planned memory of one thread: one block of a value that never leaves its loop
};

struct Buffer {
  std::string name;  // of the slot or the output, else "%12": for people
  Type type;
  Home home = Home::arena;
  std::size_t bytes = 0;   // of the value; of one block when local
  std::size_t offset = 0;  // in the arena, or in the thread's local memory
  int first_region = 0, last_region = 0;
  SlotId slot = {};      // whose memory it is: of an input, and of what overwrites it
  int output = -1;       // its place among the graph's outputs, where it is one
  int in_place_of = -1;  // the input that it overwrites: what the slot holds next
  Literal literal = nullptr;
};

struct Step {
  Call call;
  std::vector<int> operands;                       // buffers: inputs, then outputs
  std::string label;                               // of the node it ends with, for people
  std::shared_ptr<const Choice> chosen = nullptr;  // the kernel
  double flops = 0;                                // of all blocks
  double bytes = 0;                                // read and written, each operand once, of all blocks
};

struct Loop {
  std::int64_t rows = 1, block = 1;
  std::vector<Step> steps;
  std::int64_t blocks() const { return rows == 0 ? 0 : (rows - 1) / block + 1; }
};

struct Region {
  std::vector<Loop> loops;
};

struct Plan {
  std::vector<Buffer> buffers;
  std::vector<Region> regions;
  std::size_t arena_bytes = 0;    // planned memory shared by the threads
  std::size_t local_bytes = 0;    // planned memory of each thread
  std::size_t scratch_bytes = 0;  // what kernels need of each thread beside it
  std::size_t live_bytes = 0;     // lower bound of arena_bytes: the most that is alive in one region
};

double flops(const Plan& plan);
double bytes_moved(const Plan& plan);
/// Regions, loops, steps with operands and kernels, then buffers; one line each.
std::string print(const Plan& plan);
/// One line for a step: "%7 = matmul %0 %5'  [xsmm.matmul]".
std::string print(const Plan& plan, const Step& step);

}  // namespace gradus
