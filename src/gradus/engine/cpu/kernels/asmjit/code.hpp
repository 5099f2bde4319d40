// Straight-line vector code as a list of lines, each a value computed from earlier ones: what formulas write down and
// what the assembler turns into instructions. Equal lines are written once.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "gradus/engine/cpu/kernels/instruction_set.hpp"

namespace gradus::jit {

enum class Kind : std::uint8_t {
  number,  // the bits `immediate` in every lane
  load,    // a vector of operand `immediate`
  single,  // the one number at operand `immediate`, in every lane
  store,   // a to operand `immediate`
  add,
  subtract,
  multiply,
  divide,
  larger,   // a where a > b, else b
  smaller,  // a where a < b, else b
  square_root,
  multiply_add,           // a b + c in one rounding
  negative_multiply_add,  // c - a b in one rounding
  bit_and,
  bit_and_not,  // b without the bits of a
  bit_or,
  bit_xor,
  round_to,      // immediate: 1 down, 0 to nearest even
  to_integer,    // i32; immediate: 1 toward 0, 0 to nearest even
  from_integer,  // and these of i32
  add_integer,
  subtract_integer,
  shift_left,   // by `immediate`
  shift_right,  // by `immediate`, with the sign
  narrow,       // f64 to f32: the lanes of a single number
  compare,      // a truth value: predicate `immediate`
  truth_and,
  truth_or,
  truth_not,
  select,       // truth, then, else
  permute,      // lane i is lane table[i] of a
  permute_two,  // the same, of a followed by b
  keep,         // the lanes whose bit of `immediate` is set, 0 elsewhere
  blend,        // b in the lanes whose bit of `immediate` is set, else a
};

enum class Form : std::uint8_t { f32, f64 };

/// Comparison predicates of the instruction set: ordered (false for NaN) but for `differ` and `unordered`.
enum Predicate : std::uint32_t { equal = 0, differ = 4, unordered = 3, less = 0x11, less_equal = 0x12 };

/// How often a line must be computed.
enum class Level : std::uint8_t { once, run, vector };

struct Line {
  Kind kind = Kind::number;
  Form form = Form::f32;
  bool bytes = false;  // of loads and stores: u8 in memory
  Level level = Level::once;
  std::array<int, 3> in{-1, -1, -1};
  std::uint64_t immediate = 0;
  std::int64_t element = 0;  // of loads and stores: place of the first lane
  bool past_cache = false;   // of stores: whole lines go to memory and leave all caches
  int lanes = 0;             // of loads and stores: how many are touched; 0: a vector, or what is left of a run
  friend bool operator==(const Line&, const Line&) = default;
};

bool makes_truth(Kind kind);
using Table = std::array<std::uint32_t, 16>;  // of lanes

class Code {
 public:
  explicit Code(int width) : lanes(width) {}

  /// The line's number; that of an equal line if there is one. Sets its level to the highest of its inputs'.
  int add(Line line);
  int permute(Table table, int a, int b = -1);  // b: of lanes from `lanes` on
  int keep_first(int count, int line);          // the lanes from `count` on become 0
  int number(double value, Form form);

  std::vector<Line> lines;
  std::vector<Table> tables;  // of permutations, by Line::immediate
  int lanes;                  // f32 numbers in a vector; half as many of f64
  bool refused = false;       // a function was asked for that there is no code for

 private:
  using Key = std::tuple<Kind, Form, bool, int, int, int, std::uint64_t, std::int64_t, int>;
  std::map<Key, int> known_;
  std::map<Table, int> known_tables_;
};

}  // namespace gradus::jit
