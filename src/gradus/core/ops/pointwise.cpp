#include "gradus/core/ops/pointwise.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include "gradus/core/ops/blocks.hpp"
#include "gradus/core/ops/broadcasting.hpp"

namespace gradus {
namespace {

using pointwise::Signature;

template <class F> constexpr int arity_of() {
  using T = std::conditional_t<F::signature == Signature::logic, bool, double>;
  if constexpr (F::signature == Signature::choose) return 3;  // its condition is no T, so it is not tried below
  else if constexpr (requires(T x) { F::value(x, x, x); }) return 3;
  else if constexpr (requires(T x) { F::value(x, x); }) return 2;
  else return 1;
}

Type infer_pointwise(std::string_view name, Signature signature, Types in) {
  const auto refuse = [&](const std::string& expected, const std::string& remedy) {
    std::string found;
    for (const Type& type : in) found += (found.empty() ? "" : " and ") + to_string(type);
    throw UserError(Fault::usage, Report{std::string(name), found, expected, remedy});
  };
  const std::size_t first = signature == Signature::choose ? 1 : 0;
  const DType dtype = in[first].dtype;
  for (std::size_t i = first; i < in.size(); ++i) {
    if (in[i].dtype != dtype) refuse("inputs of one dtype", "cast one of them");
  }
  if (signature == Signature::floating && !is_floating(dtype)) refuse("f32 or f64", "cast first");
  if (dtype == DType::bf16) refuse("a dtype that is computed in", "cast to f32 first");
  if ((signature == Signature::logic || signature == Signature::choose) && in[0].dtype != DType::u8) {
    refuse("truth values (u8) first", "compare first");
  }
  Shape shape = in[0].shape;
  for (const Type& type : in.subspan(1)) {
    const auto both = broadcast(shape, type.shape);
    if (!both)
      refuse("shapes that broadcast: equal sizes, or 1, from the last axis on", "reshape or transpose one of them");
    shape = *both;
  }
  return {signature == Signature::compare ? DType::u8 : dtype, shape};
}

template <class F> Type infer(Types in, const Attrs&) { return infer_pointwise(F::text.name, F::signature, in); }

/// dy times a slope, without the arithmetic where either is one.
Value times(Value dy, Value slope) {
  if (!slope) return {};
  if (is_constant(slope, 1)) return dy;
  if (is_constant(slope, -1)) return -dy;
  if (is_constant(dy, 1) && slope.shape() == dy.shape()) return slope;
  return dy * slope;
}

template <class F> Values derive(Value y, Value dy) {
  Values partial = [&] {
    if constexpr (arity_of<F>() == 1) return F::slopes(y.input(0), y);
    else if constexpr (arity_of<F>() == 2) return F::slopes(y.input(0), y.input(1), y);
    else return F::slopes(y.input(0), y.input(1), y.input(2), y);
  }();
  for (Value& slope : partial) slope = times(dy, slope);
  return partial;
}

/// Input `i` of F as the formula sees it: a truth value or a number.
template <class F, std::size_t i, class T> auto argument(T x) {
  if constexpr (F::signature == Signature::logic || (F::signature == Signature::choose && i == 0)) return x != T{0};
  else return x;
}

/// One row of an output: y[k] = f(x[0][k steps[0]], ...) for k < n. Entries beyond the op's inputs are not read.
using Row = void (*)(const std::array<const void*, 3>& x, const Strides& steps, std::int64_t n, void* y);

template <class F, class T, std::size_t... i> constexpr Row row(std::index_sequence<i...>) {
  return [](const std::array<const void*, 3>& x, const Strides& steps, std::int64_t n, void* y) {
    using Out = std::conditional_t<F::signature == Signature::compare, std::uint8_t, T>;
    const auto pointers = std::tuple{
        static_cast<const std::conditional_t<F::signature == Signature::choose && i == 0, std::uint8_t, T>*>(x[i])...};
    for (std::int64_t k = 0; k < n; ++k) {
      static_cast<Out*>(y)[k] = static_cast<Out>(F::value(argument<F, i>(std::get<i>(pointers)[k * steps[i]])...));
    }
  };
}

/// Walks the rows of the output; only `row` is compiled for each op and dtype.
void evaluate_rows(Views in, View out, Row row) {
  const Shape& shape = out.shape();
  if (shape.count() == 0) return;
  const auto outer = static_cast<std::size_t>(std::max(0, shape.rank() - 1));
  std::array<Strides, 3> all{};
  Strides steps{};
  for (std::size_t i = 0; i < in.size(); ++i) {
    all[i] = broadcast_strides(in[i].shape(), shape);
    if (shape.rank() > 0) steps[i] = all[i][outer];
  }
  const std::size_t row_bytes = static_cast<std::size_t>(shape.last()) * size_of(out.dtype());
  for_each_element(Shape(shape.sizes().first(outer)), all, [&](std::int64_t r, const auto& offsets) {
    std::array<const void*, 3> at{};
    for (std::size_t i = 0; i < in.size(); ++i) {
      at[i] =
          static_cast<const std::byte*>(in[i].data()) + static_cast<std::size_t>(offsets[i]) * size_of(in[i].dtype());
    }
    row(at, steps, shape.last(), static_cast<std::byte*>(out.data()) + static_cast<std::size_t>(r) * row_bytes);
  });
}

template <class F> void evaluate(Views in, View out, const Attrs&) {
  constexpr auto inputs = std::make_index_sequence<static_cast<std::size_t>(arity_of<F>())>{};
  const auto run = [&]<class T>(std::type_identity<T>) { evaluate_rows(in, out, row<F, T>(inputs)); };
  if constexpr (F::signature == Signature::logic) run(std::type_identity<std::uint8_t>{});
  else if constexpr (F::signature == Signature::floating) visit_floating(in[0].dtype(), run);
  else visit(in[F::signature == Signature::choose ? 1 : 0].dtype(), run);
}

/// Equal shapes, broadcasting both ways, scalars and empty arrays.
std::vector<Sample> samples_of(int arity, Signature signature, std::span<const pointwise::Range> ranges,
                               std::span<const double> kinks) {
  const std::vector<std::vector<Shape>> shapes{
      {{3, 5}, {3, 5}, {3, 5}}, {{4, 1}, {5}, {}}, {{}, {2, 3}, {2, 1}}, {{0, 3}, {3}, {0, 3}}, {{37}, {37}, {37}}};
  std::vector<Sample> out;
  for (const auto& of : shapes) {
    Sample sample;
    for (std::size_t i = 0; i < static_cast<std::size_t>(arity); ++i) {
      SampleInput input{of[i]};
      if (!ranges.empty()) input.low = ranges[i].low, input.high = ranges[i].high;
      const bool truth = signature == Signature::logic || (signature == Signature::choose && i == 0);
      if (truth) input.dtype = DType::u8, input.low = 0, input.high = 1;
      sample.inputs.push_back(input);
    }
    sample.kinks.assign(kinks.begin(), kinks.end());
    out.push_back(std::move(sample));
  }
  return out;
}

template <class F> std::vector<Sample> samples() {
  std::span<const pointwise::Range> ranges;
  std::span<const double> kinks;
  if constexpr (requires { F::ranges; }) ranges = F::ranges;
  if constexpr (requires { F::kinks; }) kinks = F::kinks;
  return samples_of(arity_of<F>(), F::signature, ranges, kinks);
}

template <class F> constexpr Op make_op() {
  constexpr bool commutative = requires { F::commutative; };
  return {.name = F::text.name,
          .doc = F::text.doc,
          .infix = F::text.infix,
          .rule = F::text.rule,
          .arity = arity_of<F>(),
          .traits = {.commutative = commutative, .pointwise = true},
          .infer = infer<F>,
          .derive = derive<F>,
          .evaluate = evaluate<F>,
          .axis = broadcast_axis,
          .block = block_of_rows,
          .samples = samples<F>,
          .onnx = F::text.onnx};
}

template <class... F> constexpr std::array<Op, sizeof...(F)> make_ops(pointwise::List<F...>) {
  return {make_op<F>()...};
}

constexpr auto ops = make_ops(pointwise::All{});

}  // namespace

std::span<const Op> pointwise_ops() { return ops; }

Value operator+(Value a, Value b) { return apply_pointwise<pointwise::Add>({a, b}); }
Value operator-(Value a, Value b) { return apply_pointwise<pointwise::Subtract>({a, b}); }
Value operator*(Value a, Value b) { return apply_pointwise<pointwise::Multiply>({a, b}); }
Value operator/(Value a, Value b) { return apply_pointwise<pointwise::Divide>({a, b}); }
Value operator-(Value x) { return apply_pointwise<pointwise::Negate>({x}); }

}  // namespace gradus
