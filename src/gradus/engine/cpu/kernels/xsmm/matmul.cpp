#include "gradus/engine/cpu/kernels/xsmm/matmul.hpp"

#include <libxsmm.h>

#include <algorithm>
#include <array>
#include <limits>
#include <mutex>
#include <type_traits>
#include <utility>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/engine/cpu/kernels/block.hpp"
#include "gradus/engine/cpu/kernels/instruction_set.hpp"
#include "gradus/engine/machine/stack.hpp"

namespace gradus {
namespace {

constexpr std::int64_t tile_columns = 64;

template <class T>
using Function = std::conditional_t<std::is_same_v<T, float>, libxsmm_smmfunction, libxsmm_dmmfunction>;

/// Whether `rows` rows of a matrix, `stride` numbers apart, are within reach: libxsmm counts bytes in 32 bits.
template <class T> bool in_reach(std::int64_t rows, std::int64_t stride) {
  const auto numbers = checked_multiply(rows, stride);
  return numbers && *numbers <= std::numeric_limits<std::int32_t>::max() / static_cast<std::int64_t>(sizeof(T));
}

/// libxsmm writes for one instruction set at a time, and finds what it wrote before by the numbers of a product alone.
/// How it fetches ahead is one of these, so that it keeps those of different sets apart.
class OneSet {
 public:
  OneSet() : lock_(writing()) {
    if (lesser_) libxsmm_set_target_archid(LIBXSMM_X86_AVX2);
  }
  ~OneSet() {
    if (lesser_) libxsmm_set_target_archid(before_);
  }
  OneSet(const OneSet&) = delete;
  OneSet& operator=(const OneSet&) = delete;

  int prefetch() const { return lesser_ ? LIBXSMM_GEMM_PREFETCH_NONE : LIBXSMM_GEMM_PREFETCH_AL2; }

 private:
  static std::mutex& writing() {
    static std::mutex mutex;
    return mutex;
  }

  std::lock_guard<std::mutex> lock_;
  int before_ = libxsmm_get_target_archid();
  bool lesser_ = instruction_set() < InstructionSet::avx512 && machine_set() >= InstructionSet::avx512;
};

/// libxsmm is column-major: row-major C[m,n] = A[m,k] B[k,n] is C'[n,m] = B'[n,k] A'[k,m], so B comes first.
template <class T>
Function<T> generate(std::int64_t m, std::int64_t n, std::int64_t k, std::int64_t lda, std::int64_t ldb,
                     std::int64_t ldc, bool a_transposed) {
  const int flags = a_transposed ? LIBXSMM_GEMM_FLAG_TRANS_B : 0;
  const T one = 1, zero = 0;
  const OneSet set;
  const int prefetch = set.prefetch();
  const int ints[] = {checked_cast<int>(n),   checked_cast<int>(m),   checked_cast<int>(k),
                      checked_cast<int>(ldb), checked_cast<int>(lda), checked_cast<int>(ldc)};
  Function<T> out = nullptr;
  with_stack(512 << 10, [&] {  // libxsmm writes code into an array of 128 KiB on its stack
    if constexpr (std::is_same_v<T, float>) {
      out =
          libxsmm_smmdispatch(ints[0], ints[1], ints[2], &ints[3], &ints[4], &ints[5], &one, &zero, &flags, &prefetch);
    } else {
      out =
          libxsmm_dmmdispatch(ints[0], ints[1], ints[2], &ints[3], &ints[4], &ints[5], &one, &zero, &flags, &prefetch);
    }
  });
  return out;
}

template <class T> struct Product {
  using Tiles = std::array<Function<T>, 2>;  // kernels of a full tile of columns, and of the last, narrower one
  std::int64_t n = 0, block = 0;
  Tiles full = {}, rest = {};  // for a full block of rows, and for the last, shorter one
};

template <class T> void run(const void* state, const Frame& frame) {
  const auto& self = *static_cast<const Product<T>*>(state);
  const auto& tiles = frame.rows == self.block ? self.full : self.rest;
  const T* a = reinterpret_cast<const T*>(frame.operands[0]);
  const T* b = reinterpret_cast<const T*>(frame.operands[1]);
  T* c = reinterpret_cast<T*>(frame.operands[2]);
  for (std::int64_t j = 0; j < self.n; j += tile_columns) {
    const T* next = j + tile_columns < self.n ? b + j + tile_columns : b + j;
    tiles[self.n - j < tile_columns](b + j, a, c + j, next, a, c + j);  // fetches what follows of b meanwhile
  }
}

template <class T> Prepared prepare(const Call& call) {
  auto state = std::make_shared<Product<T>>();
  const Shape &a = call.inputs[0].type.shape, &b = call.inputs[1].type.shape;
  const bool whole = call.outputs[0].access == Access::whole, partial = is_partial(call);
  const std::int64_t lda = a[1], full = whole ? call.outputs[0].type.shape[0] : call.block;
  state->n = b[1], state->block = call.block;
  for (auto [tiles, rows] : {std::pair{&state->full, full}, {&state->rest, whole ? 0 : rest_rows(call)}}) {
    const std::int64_t all = a[call.transposed[0] ? 1 : 0];
    const std::int64_t height = partial && rows > 0 ? all : rows, k = partial ? rows : b[0];
    for (std::size_t last = 0; last < 2; ++last) {
      const std::int64_t width = last ? state->n % tile_columns : std::min(tile_columns, state->n);
      if (height == 0 || width == 0) continue;
      if (!in_reach<T>(call.transposed[0] ? k : height, lda) || !in_reach<T>(std::max(height, k), state->n)) {
        return decline("rows that lie 2^31 bytes or more apart");
      }
      (*tiles)[last] = generate<T>(height, width, k, lda, state->n, state->n, call.transposed[0]);
      if (!(*tiles)[last]) {
        return decline("libxsmm generates no kernel for " + to_string(call.inputs[0].type) + " by " +
                       to_string(call.inputs[1].type));
      }
    }
  }
  return {std::move(state), run<T>, 0, {}};
}

}  // namespace

Prepared prepare_xsmm_matmul(const Call& call) {
  if (call.op != &matmul_op || call.inputs[0].type.shape.rank() != 2 || call.inputs[1].type.shape.rank() != 2)
    return decline("multiplies two matrices only");
  if (machine_set() >= InstructionSet::avx2 && instruction_set() < InstructionSet::avx2) return decline("no AVX2");
  if (call.inputs[0].type.dtype == DType::bf16) return decline("f32 and f64 only");
  if (call.transposed[1]) return decline("the second matrix is stored transposed");
  // Measured: adding up tiles of leaves outside of the generated kernel costs more than it saves.
  if (call.transposed[0] && (is_partial(call) ? call.block : call.inputs[1].type.shape[0]) > call.leaf)
    return decline("sums over more than one leaf");
  if ((call.inputs[1].access != Access::whole && !is_partial(call)) || call.outputs[0].access == Access::columns)
    return decline("cuts rows only");
  // Measured: 64 rows and more pay for packing a second matrix whose rows lie 4 KB apart.
  if (call.block >= 64 && call.inputs[1].type.shape[1] >= 1024)
    return decline("rows of the second matrix lie far apart");
  for (const Operand* o : {&call.inputs[0], &call.inputs[1], &call.outputs[0]}) {
    if (o->type.shape.count() == 0) return decline("a matrix is empty");
  }
  if (call.outputs[0].type.dtype == DType::f32) return prepare<float>(call);
  if (call.outputs[0].type.dtype == DType::f64) return prepare<double>(call);
  return decline("f32 and f64 only");
}

}  // namespace gradus
