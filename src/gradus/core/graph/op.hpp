// What an operation is: one constant object that states everything about itself. Its address is its identity.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/graph/attrs.hpp"

namespace gradus {

struct Node;
struct Value;
using Values = std::vector<Value>;
using Types = std::span<const Type>;

/// What passes ask of an op.
struct Traits {
  bool commutative = false;  // f(a, b) = f(b, a)
  bool random = false;       // draws numbers: never merged by value alone, never folded
  bool moves_data = false;   // copies elements without arithmetic
  bool additive = false;     // sums over its reduced axes: over parts of them it gives parts to be added
  bool pointwise = false;    // element i of the output depends on element i of the (broadcast) inputs alone
};

/// What becomes of an axis of an input.
struct Axis {
  enum Kind {
    kept,       // it is axis `at` of the output, element by element
    reduced,    // summed (or the like) over
    repeated,   // of size 1, read again for every element of the output's axis
    looked_up,  // any element may be read for any element of the output
    mixed,      // rearranged, or more than one of these
  } kind = mixed;
  int at = -1;  // the output's axis, when kept
};

/// Rows first .. first + count of axis 0 of an output.
struct Rows {
  std::int64_t first = 0, count = 0;
};

/// What makes a block of rows of an op's output: the same op on parts of its inputs.
struct Block {
  static constexpr int whole = -1;
  std::vector<int> axes;  // by input: the axis along which the same rows of it are read, or `whole`: all of it
  /// What infer and evaluate are given for the block: the node's, with the block's own sizes and bounds. Where numbers
  /// depend on where the rows lie, an integer `first` beside them.
  Attrs attrs;
};

/// One input of a sample: uniform numbers in [low, high] (whole numbers for integer dtypes).
struct SampleInput {
  Shape shape;
  double low = -2, high = 2;
  DType dtype = DType::f64;  // floating inputs are also tried as f32
};

/// A case in which the suite over all_ops() tries an op.
struct Sample {
  std::vector<SampleInput> inputs;
  Attrs attrs;
  std::vector<double> kinks = {};  // values from which every floating input keeps 0.05 away
  double tolerance = 1e-6;         // relative, of gradients against central differences in f64
};

struct Op {
  std::string_view name;
  std::string_view doc;              // one sentence
  std::string_view infix = {};       // "+" where formulas write the op between its inputs
  std::string_view rule = {};        // what explain says of its gradient: "multiply swaps its inputs"
  int arity = 1;                     // -1: any number of inputs, at least one
  std::string_view attributes = {};  // the names it knows, separated by blanks
  Traits traits = {};
  /// Shape and dtype rule. Throws UserError that names the op and the shapes.
  Type (*infer)(Types in, const Attrs& attrs) = nullptr;
  /// Adjoints of the inputs as graph; an empty Value: no gradient to that input. They may still have the broadcast
  /// shape: differentiate sums what broadcasting repeated. nullptr: refused when a gradient is asked for.
  Values (*derive)(Value y, Value dy) = nullptr;
  /// Plain loops: the meaning, and the oracle of every kernel. `out` has the inferred type, its content is undefined.
  void (*evaluate)(Views in, View out, const Attrs& attrs) = nullptr;
  /// What becomes of axis `axis` of input `input`; nullptr: every axis is mixed.
  Axis (*axis)(int input, int axis, Types in, const Node& node) = nullptr;
  /// What makes a block of rows of the output; nothing where no part of the inputs does, nullptr: never. Whether there
  /// is a block, and its axes, do not depend on which rows they are. What cut_regions asks.
  std::optional<Block> (*block)(Types in, const Node& node, Rows rows) = nullptr;
  /// Floating-point operations of one evaluation; nullptr: one per element of the output.
  double (*flops)(Types in, const Node& node) = nullptr;
  /// nullptr: the op is tried by tests of its own (input, constant).
  std::vector<Sample> (*samples)() = nullptr;
  std::string_view onnx = {};  // where the mapping is one to one
};

}  // namespace gradus
