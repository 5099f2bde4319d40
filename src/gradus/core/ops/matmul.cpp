#include "gradus/core/ops/matmul.hpp"

#include <algorithm>

#include "gradus/core/ops/blocks.hpp"
#include "gradus/core/ops/broadcasting.hpp"
#include "gradus/core/ops/layout.hpp"

namespace gradus {
namespace {

Shape batch_of(const Shape& shape) { return Shape(shape.sizes().first(static_cast<std::size_t>(shape.rank() - 2))); }

Type infer(Types in, const Attrs&) {
  const Shape &a = in[0].shape, &b = in[1].shape;
  const auto refuse = [&](const std::string& expected, const std::string& remedy) {
    throw UserError(Fault::usage, Report{"matmul", to_string(in[0]) + " times " + to_string(in[1]), expected, remedy});
  };
  if (in[0].dtype != in[1].dtype || !is_floating(in[0].dtype)) {
    refuse("two matrices of one dtype, f32, f64 or bf16", "cast one of them");
  }
  if (a.rank() < 2 || b.rank() < 2) refuse("matrices (rank 2 or more)", "reshape a vector to [1,n] or [n,1]");
  const std::int64_t inner_a = a.last(), inner_b = b[b.rank() - 2];
  if (inner_a != inner_b) {
    const bool fits = inner_a == b.last();
    refuse("columns of the first (" + std::to_string(inner_a) + ") equal to rows of the second (" +
               std::to_string(inner_b) + ")",
           fits ? "transpose the second" : "check which axis is which");
  }
  const auto batch = broadcast(batch_of(a), batch_of(b));
  if (!batch) refuse("batch axes that broadcast", "reshape one of them");
  Integers sizes(batch->begin(), batch->end());
  sizes.push_back(a[a.rank() - 2]);
  sizes.push_back(b.last());
  return {in[0].dtype == DType::bf16 ? DType::f32 : in[0].dtype, Shape(sizes)};
}

/// Of bf16 matrices: in f32 on their numbers, rounded at the end, so that a gradient has the dtype of its input.
Values derive(Value y, Value dy) {
  const Value a = cast(y.input(0), y.dtype()), b = cast(y.input(1), y.dtype());
  const DType dtype = y.input(0).dtype();
  const bool one_for_all = b.shape().rank() == 2 && a.shape().rank() > 2;
  return {cast(matmul(dy, transpose(b)), dtype),
          cast(one_for_all ? outer_sum(a, dy) : matmul(transpose(a), dy), dtype)};
}

// ---- outer_sum

Type infer_outer_sum(Types in, const Attrs&) {
  const Shape &a = in[0].shape, &b = in[1].shape;
  const auto refuse = [&](const std::string& expected, const std::string& remedy) {
    throw UserError(Fault::usage, Report{"outer_sum", to_string(in[0]) + " and " + to_string(in[1]), expected, remedy});
  };
  if (in[0].dtype != in[1].dtype || !is_floating(in[0].dtype)) {
    refuse("two arrays of one dtype, f32, f64 or bf16", "cast one of them");
  }
  if (a.rank() < 2 || a.rank() != b.rank() || !(a.with(a.rank() - 1, 0) == b.with(b.rank() - 1, 0))) {
    refuse("equal sizes on all axes but the last", "check which axes are rows");
  }
  return {in[0].dtype == DType::bf16 ? DType::f32 : in[0].dtype, {a.last(), b.last()}};
}

Values derive_outer_sum(Value y, Value dy) {
  const Value a = cast(y.input(0), y.dtype()), b = cast(y.input(1), y.dtype());
  const DType dtype = y.input(0).dtype();
  return {cast(matmul(b, transpose(dy)), dtype), cast(matmul(a, dy), dtype)};
}

float number(Bf16 x) { return to_float(x); }
template <class T> T number(T x) { return x; }

template <class In, class T>
void multiply(const In* a, const In* b, T* y, std::int64_t n, std::int64_t k, std::int64_t m) {
  std::fill(y, y + n * m, T{0});
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t l = 0; l < k; ++l) {
      const T factor = number(a[i * k + l]);
      for (std::int64_t j = 0; j < m; ++j) y[i * m + j] += factor * number(b[l * m + j]);
    }
  }
}

void evaluate(Views in, View out, const Attrs&) {
  const Shape &a = in[0].shape(), &b = in[1].shape();
  const std::int64_t n = a[a.rank() - 2], k = a.last(), m = b.last();
  const Shape batch = batch_of(out.shape());
  const std::array strides{broadcast_strides(batch_of(a), batch), broadcast_strides(batch_of(b), batch)};
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
    for_each_element(batch, strides, [&](std::int64_t i, const auto& offsets) {
      const auto multiply_as = [&]<class In>(std::type_identity<In>) {
        multiply(in[0].as<In>().data() + offsets[0] * n * k, in[1].as<In>().data() + offsets[1] * k * m,
                 out.as<T>().data() + i * n * m, n, k, m);
      };
      if (in[0].dtype() == DType::bf16) multiply_as(std::type_identity<Bf16>{});
      else multiply_as(std::type_identity<T>{});
    });
  });
}

void evaluate_outer_sum(Views in, View out, const Attrs&) {
  const std::int64_t k = out.shape()[0], m = out.shape()[1];
  std::int64_t rows = 1;  // of matrices of the same numbers: their last axes may be empty
  for (int axis = 0; axis < in[0].shape().rank() - 1; ++axis) rows *= in[0].shape()[axis];
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
    T* y = out.as<T>().data();
    std::fill(y, y + k * m, T{0});
    const auto add_as = [&]<class In>(std::type_identity<In>) {
      const In *a = in[0].as<In>().data(), *b = in[1].as<In>().data();
      for (std::int64_t row = 0; row < rows; ++row, a += k, b += m) {
        for (std::int64_t i = 0; i < k; ++i) {
          const T factor = number(a[i]);
          for (std::int64_t j = 0; j < m; ++j) y[i * m + j] += factor * number(b[j]);
        }
      }
    };
    if (in[0].dtype() == DType::bf16) add_as(std::type_identity<Bf16>{});
    else add_as(std::type_identity<T>{});
  });
}

Axis axis_outer_sum(int input, int axis, Types in, const Node&) {
  if (axis < in[0].shape.rank() - 1) return {Axis::reduced, -1};
  return {Axis::kept, input};
}

double flops_outer_sum(Types in, const Node& node) {
  return 2.0 * static_cast<double>(in[0].shape.count()) * static_cast<double>(node.type.shape[1]);
}

std::vector<Sample> samples_outer_sum() {
  return {{{{{5, 3}}, {{5, 2}}}, {}},
          {{{{2, 3, 4}}, {{2, 3, 2}}}, {}},
          {{{{2, 1, 3, 2}}, {{2, 1, 3, 5}}}, {}, {}, 1e-5},
          {{{{2, 0, 3}}, {{2, 0, 2}}}, {}},
          {{{{4, 0}}, {{4, 2}}}, {}}};
}

Axis axis(int input, int axis, Types in, const Node& node) {
  const Shape& shape = in[static_cast<std::size_t>(input)].shape;
  const int rank = shape.rank(), out = node.type.shape.rank();
  if (axis < rank - 2) return broadcast_axis(input, axis, in, node);
  const int inner = input == 0 ? rank - 1 : rank - 2;
  if (axis == inner) return {Axis::reduced, -1};
  return {Axis::kept, input == 0 ? out - 2 : out - 1};
}

double flops(Types in, const Node& node) {
  return 2.0 * static_cast<double>(node.type.shape.count()) * static_cast<double>(in[0].shape.last());
}

std::vector<Sample> samples() {
  return {{{{{3, 4}}, {{4, 2}}}, {}},
          {{{{1, 1}}, {{1, 1}}}, {}},
          {{{{2, 3, 4}}, {{2, 4, 5}}}, {}},
          {{{{2, 3, 4}}, {{4, 5}}}, {}},
          {{{{0, 4}}, {{4, 2}}}, {}},
          {{{{3, 0}}, {{0, 2}}}, {}},
          {{{{17, 33}}, {{33, 9}}}, {}, {}, 1e-5}};
}

}  // namespace

constinit const Op matmul_op{.name = "matmul",
                             .doc = "Matrix product; leading axes are batches and broadcast. Of bf16 matrices in f32.",
                             .infix = "@",
                             .rule = "matmul: dA = dY B', dB = A' dY",
                             .arity = 2,
                             .traits = {.additive = true},
                             .infer = infer,
                             .derive = derive,
                             .evaluate = evaluate,
                             .axis = axis,
                             .block = block_of_rows,
                             .flops = flops,
                             .samples = samples,
                             .onnx = "MatMul"};

constinit const Op outer_sum_op{
    .name = "outer_sum",
    .doc = "A' B over all rows of both: leading axes are rows, and summed over. Of bf16 in f32.",
    .rule = "outer_sum: dA = B dY', dB = A dY",
    .arity = 2,
    .traits = {.additive = true},
    .infer = infer_outer_sum,
    .derive = derive_outer_sum,
    .evaluate = evaluate_outer_sum,
    .axis = axis_outer_sum,
    .block = block_of_rows,
    .flops = flops_outer_sum,
    .samples = samples_outer_sum};

std::span<const Op* const> matmul_ops() {
  static constexpr const Op* ops[] = {&matmul_op, &outer_sum_op};
  return ops;
}

Value matmul(Value a, Value b) { return apply(matmul_op, {a, b}); }
Value outer_sum(Value a, Value b) { return apply(outer_sum_op, {a, b}); }

}  // namespace gradus
