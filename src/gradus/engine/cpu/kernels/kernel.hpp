// What a step of a plan asks of a kernel, and what a kernel answers: a prepared function, or the reason why not.
//
// Steps work on blocks: a loop cuts axis 0 of size `rows` into blocks of `block` (the last may be shorter), and a
// kernel is run once a block, on any thread, in any order. A kernel's result must be a function of the shapes and of
// its inputs' bits alone: never of the thread, the time, or how many blocks there are around it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/graph/graph.hpp"
#include "gradus/engine/backend/leaves.hpp"

namespace gradus {

/// The part of a value that one block reads or writes.
enum class Access {
  whole,    // all of it (parameters read by a row block, scalars)
  rows,     // block along axis 0: contiguous
  columns,  // block along axis 1: shape[0] runs of the block's width (times what follows axis 1), each shape[1] after
            // the last
  part,     // of an output: block b writes entry b of axis 0, and the op is done on the rows of the block alone
};

/// Whether threads other than the one that writes a block of an output read it. A line that several cores have read
/// costs them dearly when it is written again; what is written past the caches lies in none.
enum class Crossing : std::uint8_t {
  no,
  leaves,   // others read it, and the loop that writes it does not
  read_on,  // others read it, and so does the loop that writes it
};

struct Operand {
  Type type;  // of the whole value, row-major
  Access access = Access::whole;
  Crossing crossing = Crossing::no;
  friend bool operator==(const Operand&, const Operand&) = default;
};

/// A fused chain of pointwise ops: a straight program over registers, each one number of every element of the block.
/// Registers 0 .. inputs-1 are the step's inputs; instruction i writes register inputs + i.
/// All numbers are of one dtype (f32 or f64); u8 operands (truth values, bytes) are held as numbers of it.
struct PointwiseProgram {
  struct Instruction {
    const Op* op = nullptr;  // pointwise; or cast_op, the value as it is: between u8 and the dtype
    std::vector<int> inputs;
    friend bool operator==(const Instruction&, const Instruction&) = default;
  };
  DType dtype = DType::f32;
  std::vector<Instruction> instructions;
  std::vector<int> outputs;  // the register of each output of the step
  friend bool operator==(const PointwiseProgram&, const PointwiseProgram&) = default;
};

/// One step: an op of the graph (with transposes of a matmul's matrices folded in), a pointwise program, or a small
/// graph as a whole: inputs are its input nodes in order, outputs its outputs, all of them whole.
struct Call {
  const Op* op = nullptr;  // nullptr: `program` or `graph`
  Attrs attrs;
  PointwiseProgram program;
  std::shared_ptr<const Graph> graph = nullptr;
  bool transposed[2] = {false, false};  // matmul: input i is stored [columns, rows]; its access counts in storage
  std::vector<Operand> inputs, outputs;
  std::int64_t rows = 1, block = 1;  // of the loop
  /// Rows of a leaf, where the call sums over rows; 1 where the rows are partial sums already.
  std::int64_t leaf = rows_per_leaf;
  friend bool operator==(const Call&, const Call&) = default;  // of a graph: the same one
};

/// What a kernel is run on. Pointers are to the block's first element of each operand, inputs first, then outputs.
/// Those of a graph as a whole are 64-byte aligned, and behind its outputs is memory up to a multiple of 64 bytes that
/// is nobody's.
struct Frame {
  std::byte* const* operands = nullptr;
  std::int64_t first = 0;        // first row of the block in the loop
  std::int64_t rows = 0;         // rows of this block
  std::byte* scratch = nullptr;  // Prepared::scratch bytes, 64-byte aligned, this thread's own, undefined content
  Crossing past_caches = Crossing::no;  // outputs of up to this kind are better written past the caches
};

struct Prepared {
  std::shared_ptr<const void> state;
  void (*run)(const void* state, const Frame& frame) = nullptr;
  std::size_t scratch = 0;
  std::string refusal;  // why this kernel cannot do the call, when run is nullptr
  explicit operator bool() const { return run != nullptr; }
};

struct Kernel {
  std::string_view name;  // "xsmm.matmul"
  Prepared (*prepare)(const Call& call) = nullptr;
};

inline Prepared decline(std::string reason) { return {nullptr, nullptr, 0, std::move(reason)}; }

/// What the kernel answers. A size that it has no room for (TooLarge) is its refusal.
Prepared ask(const Kernel& kernel, const Call& call);

/// The candidates for a call in order of preference; `reference` is the last and takes every op and program.
std::span<const Kernel> kernels();

using Refusals = std::vector<std::string>;

struct Choice {
  Kernel kernel;  // without a name when none takes the call
  Prepared prepared;
  Refusals refusals;  // "xsmm.matmul: ..." of those asked before
};

/// The first kernel that takes the call.
Choice choose(const Call& call);

/// Whether a kernel for graphs as a whole takes graphs with this node in them.
bool runs_in_graphs(const Graph& graph, const Node& node);

/// What multiplies bf16 matrices on this machine, by its instruction set alone: nothing of its own (they are widened to
/// f32), the dot products of AVX-512 BF16, or AMX (through oneDNN).
enum class Bf16Unit : std::uint8_t { none, avx512, amx };
Bf16Unit bf16_unit();

}  // namespace gradus
