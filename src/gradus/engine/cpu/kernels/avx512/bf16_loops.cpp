// Strips of B are packed in pairs of terms (see pack.hpp), as is A where it is stored transposed. Where few rows would
// use them, strips are not worth packing: pairs are made in registers.
#include "gradus/engine/cpu/kernels/avx512/bf16_loops.hpp"

#include <algorithm>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/engine/cpu/kernels/avx512/block.hpp"
#include "gradus/engine/cpu/kernels/avx512/pack.hpp"
#include "gradus/engine/cpu/kernels/avx512/vectors.hpp"
#include "gradus/engine/cpu/kernels/instruction_set.hpp"

#ifdef GRADUS_AVX512_BF16
namespace gradus::avx512 {
namespace {

constexpr auto size = static_cast<std::int64_t>(sizeof(Bf16));
/// Terms of a strip of B in the first-level cache. Even, so that a cut falls between pairs.
constexpr std::int64_t longest_part = 256;
/// Columns of B that are packed at a time where sums run in order: A is read once for all of them.
constexpr std::int64_t strip = 4 * most_columns;
/// Numbers of B that are taken to lie in the second-level cache.
constexpr std::int64_t most_near = 128 * 1024;
/// Rows of C that are too few to pack B for.
constexpr std::int64_t few_rows = 4 * most_rows;

std::uint16_t last_lanes(std::int64_t columns) {
  const std::int64_t rest = columns % panel_columns;
  return checked_cast<std::uint16_t>(rest == 0 ? 0xffff : (1 << rest) - 1);
}

/// How a block of `columns` finds B.
Right right_of(std::int64_t columns, bool direct) {
  if (direct && columns == most_columns) return Right::rows;
  return columns > panel_columns ? Right::two_panels : Right::one_panel;
}

/// A part of B as it is stored: terms l .. l + terms of columns j .. j + columns.
struct Panel {
  std::int64_t l = 0, terms = 0, j = 0, columns = 0;
};

void pack_b(const Bf16Product& of, const Panel& part, std::byte* to, std::int64_t panel) {
  const Bf16* from = of.b + part.l * of.b_l + part.j * of.b_column;
  if (of.b_column == 1) pack_rows(from, of.b_l, part.terms, part.columns, to, panel);
  else pack_columns(from, of.b_column, part.terms, part.columns, to, panel);
}

/// Lines of the part that will be packed next, fetched a few at a time between the blocks of the part before.
class Ahead {
 public:
  Ahead(const Bf16Product& of, const Panel& part) {
    const bool by_rows = of.b_column == 1;
    at_ = reinterpret_cast<const char*>(of.b + part.l * of.b_l + part.j * of.b_column);
    stride_ = (by_rows ? of.b_l : of.b_column) * size;
    left_ = by_rows ? part.terms : part.columns;
    bytes_ = (by_rows ? part.columns : part.terms) * size;
  }
  /// One of `shares` equal shares.
  void fetch(std::int64_t share, std::int64_t shares) {
    for (const std::int64_t end = left_ * (share + 1) / shares; done_ < end; ++done_, at_ += stride_) {
      for (std::int64_t byte = 0; byte < bytes_; byte += 64) __builtin_prefetch(at_ + byte, 0, 2);
    }
  }

 private:
  const char* at_;
  std::int64_t stride_, left_, bytes_, done_ = 0;
};

/// Whether whole blocks take B as it is stored: none of its pairs may lack a term.
bool takes_rows(const Bf16Product& of, std::int64_t leaf) {
  return of.rows <= few_rows && of.b_column == 1 && of.length % 2 == 0 && leaf % 2 == 0;
}

/// Rows i .. i + most_rows of C for columns j .. j + most_columns of a part of B.
void multiply_one(const Bf16Product& of, const Panel& part, std::int64_t i, std::int64_t j, bool direct) {
  const std::int64_t rows = std::min(most_rows, of.rows - i), columns = std::min(most_columns, part.columns - j);
  const Right right = right_of(columns, direct);
  Block block;
  block.a_row = of.a_row * size, block.a_pair = 2 * size, block.c_row = of.c_row;
  block.pairs = part.terms / 2, block.odd = part.terms % 2 == 1, block.onto = part.l > 0;
  block.last = last_lanes(columns);
  block.a = reinterpret_cast<const std::byte*>(of.a + i * of.a_row + part.l);
  block.c = of.c + i * of.c_row + part.j + j;
  if (right == Right::rows) {
    block.b = reinterpret_cast<const std::byte*>(of.b + part.l * of.b_l + part.j + j), block.b_next = of.b_l * size;
  } else {
    block.b_next = pairs_of(part.terms) * pair_bytes;
    block.b = of.scratch + j / panel_columns * block.b_next;
  }
  multiply_loop(rows, right)(block);
}

/// All rows of C for a part of B.
void multiply_part(const Bf16Product& of, const Panel& part, Ahead ahead) {
  const std::int64_t blocks = (of.rows + most_rows - 1) / most_rows;
  if (takes_rows(of, longest_part)) {
    const std::int64_t whole = part.columns / most_columns * most_columns;
    const Panel rest{part.l, part.terms, part.j + whole, part.columns - whole};
    const std::int64_t panel = pairs_of(part.terms) * pair_bytes;
    pack_b(of, rest, of.scratch + whole / panel_columns * panel, panel);
    for (std::int64_t j = 0; j < part.columns; j += most_columns) {
      for (std::int64_t i = 0; i < of.rows; i += most_rows) multiply_one(of, part, i, j, true);
    }
    return ahead.fetch(0, 1);
  }
  pack_b(of, part, of.scratch, pairs_of(part.terms) * pair_bytes);
  for (std::int64_t i = 0; i < of.rows; i += most_rows) {
    for (std::int64_t j = 0; j < part.columns; j += most_columns) multiply_one(of, part, i, j, false);
    ahead.fetch(i / most_rows, blocks);
  }
}

std::int64_t leaf_panel_bytes(std::int64_t length, std::int64_t leaf) {
  return (length / leaf * pairs_of(leaf) + pairs_of(length % leaf)) * pair_bytes;
}

}  // namespace

bool has_bf16_products() { return instruction_set() >= InstructionSet::avx512_bf16; }

std::size_t multiply_bytes(std::int64_t columns, std::int64_t length) {
  const std::int64_t pairs = pairs_of(std::min(length, longest_part));
  return static_cast<std::size_t>(panels_of(std::min(columns, strip)) * pairs * pair_bytes);
}

void multiply(const Bf16Product& of) {
  const bool far = of.length * of.columns > most_near;
  const auto part_at = [&](std::int64_t l, std::int64_t j) -> Panel {
    return {l, std::min(longest_part, of.length - l), j, std::min(strip, of.columns - j)};
  };
  for (std::int64_t j = 0; j < of.columns; j += strip) {
    for (std::int64_t l = 0; l == 0 || l < of.length; l += longest_part) {
      Panel next;
      if (far && l + longest_part < of.length) next = part_at(l + longest_part, j);
      else if (far && j + strip < of.columns) next = part_at(0, j + strip);
      multiply_part(of, part_at(l, j), Ahead(of, next));
    }
  }
}

std::size_t multiply_leaves_bytes(std::int64_t rows, std::int64_t length, std::int64_t leaf) {
  return static_cast<std::size_t>(stack_bytes + (2 + panels_of(rows)) * leaf_panel_bytes(length, leaf));
}

void multiply_leaves(const Bf16Product& of, std::int64_t leaf) {
  const std::int64_t panel = leaf_panel_bytes(of.length, leaf);
  std::byte* const packed_b = of.scratch + stack_bytes;
  std::byte* const packed_a = packed_b + 2 * panel;
  Block block;
  block.leaf_pairs = pairs_of(leaf), block.pairs = panel / pair_bytes;
  block.stack = of.scratch;
  block.a_row = 2 * size, block.a_pair = pair_bytes, block.c_row = of.c_row;
  // An odd leaf ends with half a pair: leaves are packed one by one then.
  const std::int64_t step = leaf % 2 == 0 ? std::max<std::int64_t>(of.length, 1) : leaf;
  const std::int64_t packed_step = block.leaf_pairs * pair_bytes;
  for (std::int64_t l = 0, to = 0; l < of.length; l += step, to += packed_step) {
    pack_rows(of.a + l * of.a_l, of.a_l, std::min(step, of.length - l), of.rows, packed_a + to, panel);
  }
  const bool direct = takes_rows(of, leaf);
  for (std::int64_t j = 0; j < of.columns; j += most_columns) {
    const std::int64_t columns = std::min(most_columns, of.columns - j);
    const Right right = right_of(columns, direct);
    block.last = last_lanes(columns);
    block.b = packed_b, block.b_next = panel;
    if (right == Right::rows) block.b = reinterpret_cast<const std::byte*>(of.b + j), block.b_next = of.b_l * size;
    for (std::int64_t l = 0, to = 0; right != Right::rows && l < of.length; l += step, to += packed_step) {
      pack_b(of, {l, std::min(step, of.length - l), j, columns}, packed_b + to, panel);
    }
    for (std::int64_t i = 0; i < of.rows; i += most_rows) {
      block.a = packed_a + i / panel_columns * panel + i % panel_columns * 2 * size;
      block.c = of.c + i * of.c_row + j;
      sum_loop(std::min(most_rows, of.rows - i), right)(block);
    }
  }
}

}  // namespace gradus::avx512

#else

namespace gradus::avx512 {
bool has_bf16_products() { return false; }
void multiply(const Bf16Product&) {}
void multiply_leaves(const Bf16Product&, std::int64_t) {}
std::size_t multiply_bytes(std::int64_t, std::int64_t) { return 0; }
std::size_t multiply_leaves_bytes(std::int64_t, std::int64_t, std::int64_t) { return 0; }
}  // namespace gradus::avx512
#endif
