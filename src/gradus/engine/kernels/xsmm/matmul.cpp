#include "gradus/engine/kernels/xsmm/matmul.hpp"

#include <libxsmm.h>

#include <algorithm>
#include <bit>
#include <type_traits>

#include "gradus/engine/kernels/block.hpp"

namespace gradus {
namespace {

constexpr std::int64_t tile_columns = 64;

template <class T>
using Function = std::conditional_t<std::is_same_v<T, float>, libxsmm_smmfunction, libxsmm_dmmfunction>;

/// libxsmm is column-major: row-major C[m,n] = A[m,k] B[k,n] is C'[n,m] = B'[n,k] A'[k,m], so B comes first.
template <class T>
Function<T> generate(std::int64_t m, std::int64_t n, std::int64_t k, std::int64_t lda, std::int64_t ldb,
                     std::int64_t ldc, bool a_transposed) {
  const int flags = a_transposed ? LIBXSMM_GEMM_FLAG_TRANS_B : 0;
  const T one = 1, zero = 0;
  const int ints[] = {static_cast<int>(n),   static_cast<int>(m),   static_cast<int>(k),
                      static_cast<int>(ldb), static_cast<int>(lda), static_cast<int>(ldc)};
  if constexpr (std::is_same_v<T, float>) {
    return libxsmm_smmdispatch(ints[0], ints[1], ints[2], &ints[3], &ints[4], &ints[5], &one, &zero, &flags, nullptr);
  } else {
    return libxsmm_dmmdispatch(ints[0], ints[1], ints[2], &ints[3], &ints[4], &ints[5], &one, &zero, &flags, nullptr);
  }
}

template <class T> struct Product {
  struct Size {  // for one number of rows: kernels of full and last tile of columns, for a full and the last leaf
    Function<T> of[2][2] = {};
  };
  bool transposed = false;
  std::int64_t n = 0, k = 0, lda = 0, block = 0;
  std::int64_t leaf = 0, leaves = 1;  // of k
  Size full, rest;
};

template <class T>
void add_into(T* to, const T* from, std::int64_t rows, std::int64_t columns, std::int64_t to_stride,
              std::int64_t from_stride) {
  for (std::int64_t i = 0; i < rows; ++i) {
    T* __restrict y = to + i * to_stride;
    const T* __restrict x = from + i * from_stride;
    for (std::int64_t j = 0; j < columns; ++j) y[j] += x[j];
  }
}

/// One tile of C over many leaves: partial tiles wait on a stack, and two of equal height are added, older + newer.
template <class T>
void sum_leaves(const Product<T>& self, const Function<T> (&kernels)[2], const T* a, const T* b, T* c,
                std::int64_t rows, std::int64_t columns, T* stack) {
  const std::int64_t tile = rows * columns;
  int height = 0;
  for (std::int64_t l = 0; l < self.leaves; ++l) {
    const T *left = a + l * self.leaf * self.lda, *right = b + l * self.leaf * self.n;
    kernels[l == self.leaves - 1 ? 1 : 0](right, left, stack + height * tile);
    ++height;
    for (std::int64_t done = l + 1; done % 2 == 0; done /= 2, --height) {
      add_into(stack + (height - 2) * tile, stack + (height - 1) * tile, rows, columns, columns, columns);
    }
  }
  for (; height > 1; --height)
    add_into(stack + (height - 2) * tile, stack + (height - 1) * tile, rows, columns, columns, columns);
  for (std::int64_t i = 0; i < rows; ++i) std::copy_n(stack + i * columns, columns, c + i * self.n);
}

template <class T> void run(const void* state, const Frame& frame) {
  const auto& self = *static_cast<const Product<T>*>(state);
  const auto& size = frame.rows == self.block ? self.full : self.rest;
  const T* a = reinterpret_cast<const T*>(frame.operands[0]);
  const T* b = reinterpret_cast<const T*>(frame.operands[1]);
  T* c = reinterpret_cast<T*>(frame.operands[2]);
  for (std::int64_t j = 0; j < self.n; j += tile_columns) {
    const bool last = self.n - j < tile_columns;
    if (self.leaves == 1) {
      size.of[last][1](b + j, a, c + j);
    } else {
      sum_leaves(self, size.of[last], a, b + j, c + j, frame.rows, std::min(tile_columns, self.n - j),
                 reinterpret_cast<T*>(frame.scratch));
    }
  }
}

template <class T> bool generate_all(Product<T>& self, typename Product<T>::Size& size, std::int64_t rows) {
  if (rows == 0) return true;
  const bool stacked = self.leaves > 1;
  for (int last = 0; last < 2; ++last) {
    const std::int64_t columns = last ? self.n % tile_columns : std::min(tile_columns, self.n);
    if (columns == 0) continue;
    for (int end = 0; end < 2; ++end) {
      const std::int64_t k = end ? self.k - (self.leaves - 1) * self.leaf : self.leaf;
      size.of[last][end] = generate<T>(rows, columns, k, self.lda, self.n, stacked ? columns : self.n, self.transposed);
      if (!size.of[last][end]) return false;
    }
  }
  return true;
}

template <class T> Prepared prepare(const Call& call) {
  auto state = std::make_shared<Product<T>>();
  const Shape &a = call.inputs[0].type.shape, &b = call.inputs[1].type.shape;
  const bool whole = call.outputs[0].access == Access::whole;
  const std::int64_t rows = whole ? call.outputs[0].type.shape[0] : call.block;
  state->transposed = call.transposed[0];
  state->n = b[1], state->k = b[0], state->lda = a[1];
  state->block = call.block;
  state->leaf = state->transposed ? std::min(rows_per_leaf, state->k) : state->k;
  state->leaves = (state->k - 1) / state->leaf + 1;
  const bool generated =
      generate_all(*state, state->full, rows) && generate_all(*state, state->rest, whole ? 0 : rest_rows(call));
  if (!generated)
    return refuse("libxsmm generates no kernel for " + to_string(call.inputs[0].type) + " by " +
                  to_string(call.inputs[1].type));
  const auto heights = static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(state->leaves))) + 1;
  const std::size_t scratch =
      state->leaves == 1 ? 0 : static_cast<std::size_t>(heights * rows * tile_columns) * sizeof(T);
  return {std::move(state), run<T>, scratch, {}};
}

}  // namespace

Prepared prepare_xsmm_matmul(const Call& call) {
  if (!call.op || call.op->name != "matmul" || call.outputs[0].type.shape.rank() != 2)
    return refuse("multiplies two matrices only");
  if (call.transposed[1]) return refuse("the second matrix is stored transposed");
  if (call.inputs[1].access != Access::whole || call.outputs[0].access == Access::columns)
    return refuse("cuts rows only");
  constexpr std::int64_t largest = std::int64_t{1} << 30;
  for (const Operand* o : {&call.inputs[0], &call.inputs[1], &call.outputs[0]}) {
    if (o->type.shape.count() == 0) return refuse("a matrix is empty");
    if (o->type.shape[0] > largest || o->type.shape[1] > largest) return refuse("a size is over 2^30");
  }
  if (call.outputs[0].type.dtype == DType::f32) return prepare<float>(call);
  if (call.outputs[0].type.dtype == DType::f64) return prepare<double>(call);
  return refuse("f32 and f64 only");
}

}  // namespace gradus
