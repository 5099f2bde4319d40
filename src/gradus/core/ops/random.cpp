#include "gradus/core/ops/random.hpp"

#include <algorithm>
#include <limits>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/axes.hpp"
#include "gradus/core/ops/blocks.hpp"

namespace gradus {
namespace {

Type infer(std::string_view op, Types in, const Attrs& attrs) {
  if (!(in[0] == Type{DType::i64, {2}}) && !(in[0] == Type{DType::i64, {3}})) {
    refuse(op, "a key " + to_string(in[0]), "i64[2] = (seed, step) or i64[3] = (seed, step, first row)",
           "give the step's key first");
  }
  const std::int64_t stream = attrs.integer("stream");
  if (stream < 0 || stream > std::numeric_limits<std::uint32_t>::max()) {
    refuse(op, "stream " + std::to_string(stream), "0 to 2^32 - 1");
  }
  const Type& type = attrs.type("type");
  if (type.shape.count() >> 49) refuse(op, to_string(type), "fewer than 2^49 elements");
  return type;
}

Type infer_floating(std::string_view op, Types in, const Attrs& attrs) {
  const Type type = infer(op, in, attrs);
  if (type.dtype != DType::f32 && type.dtype != DType::f64)
    refuse(op, to_string(type), "f32 or f64", "draw f32 and cast");
  return type;
}
Type infer_uniform(Types in, const Attrs& attrs) { return infer_floating("random_uniform", in, attrs); }
Type infer_normal(Types in, const Attrs& attrs) { return infer_floating("random_normal", in, attrs); }

Type infer_bernoulli(Types in, const Attrs& attrs) {
  const Type type = infer("random_bernoulli", in, attrs);
  const double p = attrs.number("p");
  if (!(p >= 0 && p <= 1)) refuse("random_bernoulli", "p = " + print_number(p), "a probability in [0, 1]");
  if (type.dtype != DType::u8) refuse("random_bernoulli", to_string(type), "u8", "draw u8 and cast");
  return type;
}

Values no_gradient(Value, Value) { return {Value{}}; }

RandomDraw draw_of(std::string_view op, ConstView key, View out, const Attrs& attrs) {
  return random_draw(op, key.as<std::int64_t>(), out.shape(), attrs);
}

void evaluate_uniform(Views in, View out, const Attrs& attrs) {
  const RandomDraw draw = draw_of("random_uniform", in[0], out, attrs);
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) { fill_uniform(draw.key, draw.first, out.as<T>()); });
}

void evaluate_normal(Views in, View out, const Attrs& attrs) {
  const RandomDraw draw = draw_of("random_normal", in[0], out, attrs);
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) { fill_normal(draw.key, draw.first, out.as<T>()); });
}

void evaluate_bernoulli(Views in, View out, const Attrs& attrs) {
  const RandomDraw draw = draw_of("random_bernoulli", in[0], out, attrs);
  fill_bernoulli(draw.key, draw.first, attrs.number("p"), out.as<std::uint8_t>());
}

std::optional<Block> block(Types, const Node& node, Rows rows) {
  if (node.type.shape.rank() == 0) return std::nullopt;
  Block block{{Block::whole}, node.attrs};
  set_rows_of_type(block, "type", rows);
  block.attrs.set("first", rows.first);
  return block;
}

// Two polynomials of degree 7 and what surrounds them; drawing the bits takes no floating point.
double flops_normal(Types, const Node& node) { return 34.0 * static_cast<double>(node.type.shape.count()); }

template <bool bernoulli> std::vector<Sample> samples() {
  const SampleInput key{{2}, 0, 1000, DType::i64};
  std::vector<Sample> out;
  for (const Shape& shape : {Shape{5}, Shape{}, Shape{3, 7}, Shape{0, 2}}) {
    Attrs attrs{{"type", Type{bernoulli ? DType::u8 : DType::f64, shape}}, {"stream", std::int64_t{shape.rank()}}};
    if (bernoulli) attrs.set("p", 0.25);
    out.push_back({{key}, std::move(attrs)});
  }
  return out;
}

constexpr Traits draws{.random = true};

}  // namespace

constinit const Op random_uniform_op{.name = "random_uniform",
                                     .doc = "Uniform numbers on [0, 1).",
                                     .rule = "random numbers depend on no parameter: no gradient passes",
                                     .attributes = "stream type",
                                     .traits = draws,
                                     .infer = infer_uniform,
                                     .derive = no_gradient,
                                     .evaluate = evaluate_uniform,
                                     .block = block,
                                     .samples = samples<false>};

constinit const Op random_normal_op{.name = "random_normal",
                                    .doc = "Normal numbers of mean 0 and deviation 1.",
                                    .rule = "random numbers depend on no parameter: no gradient passes",
                                    .attributes = "stream type",
                                    .traits = draws,
                                    .infer = infer_normal,
                                    .derive = no_gradient,
                                    .evaluate = evaluate_normal,
                                    .block = block,
                                    .flops = flops_normal,
                                    .samples = samples<false>};

constinit const Op random_bernoulli_op{.name = "random_bernoulli",
                                       .doc = "1 with probability p, else 0.",
                                       .rule = "random numbers depend on no parameter: no gradient passes",
                                       .attributes = "p stream type",
                                       .traits = draws,
                                       .infer = infer_bernoulli,
                                       .derive = no_gradient,
                                       .evaluate = evaluate_bernoulli,
                                       .block = block,
                                       .samples = samples<true>};

std::span<const Op* const> random_ops() {
  static constexpr const Op* ops[] = {&random_uniform_op, &random_normal_op, &random_bernoulli_op};
  return ops;
}

RandomDraw random_draw(std::string_view op, std::span<const std::int64_t> key, const Shape& shape, const Attrs& attrs) {
  const std::int64_t step = key[1], row = key.size() < 3 || shape.rank() == 0 ? 0 : key[2];
  if (step < 0 || static_cast<std::uint64_t>(step) >= random_limit) {
    refuse(op, "step " + std::to_string(step), "0 to 2^48 - 1 as the key's second number");
  }
  const std::int64_t count = shape.count(), most = static_cast<std::int64_t>(2 * random_limit) - count;
  const std::int64_t row_size = count == 0 || shape.rank() == 0 ? 0 : count / shape[0];
  const std::int64_t rows_before = attrs.has("first") ? attrs.integer("first") : 0;  // of a block
  const auto first = checked_multiply(row, row_size);
  if (!first || *first > most) {
    refuse(op, "first row " + std::to_string(row),
           "0 to " + std::to_string(most / std::max<std::int64_t>(row_size, 1)) + " as the key's third number");
  }
  return {{static_cast<std::uint64_t>(key[0]), static_cast<std::uint64_t>(step),
           static_cast<std::uint32_t>(attrs.integer("stream"))},
          static_cast<std::uint64_t>(*first + rows_before * row_size)};
}

Value random_uniform(Value key, const Type& type, std::int64_t stream) {
  return apply(random_uniform_op, {key}, {{"type", type}, {"stream", stream}});
}

Value random_normal(Value key, const Type& type, std::int64_t stream) {
  return apply(random_normal_op, {key}, {{"type", type}, {"stream", stream}});
}

Value random_bernoulli(Value key, const Shape& shape, double p, std::int64_t stream) {
  return apply(random_bernoulli_op, {key}, {{"type", Type{DType::u8, shape}}, {"p", p}, {"stream", stream}});
}

}  // namespace gradus
