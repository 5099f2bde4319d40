#include "gradus/core/ops/conv.hpp"

#include "gradus/core/ops/axes.hpp"
#include "gradus/core/ops/blocks.hpp"

namespace gradus {
namespace {

/// REQUIRES: rank 2 or more.
std::span<const std::int64_t> spatial(const Type& type) { return type.shape.sizes().subspan(2); }
Integers sizes_of(Value image) {
  const auto sizes = spatial(image.type());
  return {sizes.begin(), sizes.end()};
}

/// The type of conv(x, w).
Type infer_from(std::string_view op, const Type& x, const Type& w, const Attrs& attrs) {
  spatial_axes(op, x);
  const std::int64_t groups = attrs.integer("groups"), channels = x.shape[1];
  const std::string both = to_string(x) + " with weights " + to_string(w);
  if (w.dtype != x.dtype || w.shape.rank() != x.shape.rank()) {
    refuse(op, both, "weights [out, channels / groups, kernel...] of the same dtype");
  }
  if (groups < 1 || channels % groups != 0 || w.shape[0] % groups != 0) {
    refuse(op,
           std::to_string(groups) + " groups of " + std::to_string(channels) + " channels in, " +
               std::to_string(w.shape[0]) + " out",
           "a number of groups that divides both");
  }
  if (w.shape[1] != channels / groups) {
    refuse(op, both + " in " + std::to_string(groups) + (groups == 1 ? " group" : " groups"),
           "axis 1 of the weights equal to channels / groups, " + std::to_string(channels / groups));
  }
  return {x.dtype, places(x, w.shape[0], windows_of(op, x, attrs, spatial(w)))};
}

/// [first, second, sizes...] of the attribute `name`.
Type type_with(std::string_view op, DType dtype, std::int64_t first, std::int64_t second, const Attrs& attrs,
               std::string_view name) {
  Integers sizes{first, second};
  for (std::int64_t size : attrs.integers(name)) sizes.push_back(size);
  if (sizes.size() > static_cast<std::size_t>(max_rank) || *std::min_element(sizes.begin(), sizes.end()) < 0) {
    refuse(op, std::string(name) + " " + text(attrs.integers(name)), "one size >= 0 a spatial axis");
  }
  return {dtype, Shape(sizes)};
}

void expect_places(std::string_view op, const Type& dy, const Type& y, const Type& x, const Type& w) {
  if (y == dy) return;
  refuse(op, "a gradient " + to_string(dy),
         to_string(y) + ", what convolving " + to_string(x) + " with " + to_string(w) + " gives");
}

Type infer_conv(Types in, const Attrs& attrs) { return infer_from("conv", in[0], in[1], attrs); }

Type infer_input_grad(Types in, const Attrs& attrs) {
  constexpr std::string_view op = "conv_input_grad";
  const Type &dy = in[0], &w = in[1];
  spatial_axes(op, dy);
  const std::int64_t groups = attrs.integer("groups");
  const auto channels = w.shape.rank() < 2 || groups < 1 ? std::nullopt : checked_multiply(w.shape[1], groups);
  if (!channels) refuse(op, "weights " + to_string(w) + " in " + std::to_string(groups) + " groups", "1 group or more");
  const Type x = type_with(op, dy.dtype, dy.shape[0], *channels, attrs, "size");
  expect_places(op, dy, infer_from(op, x, w, attrs), x, w);
  return x;
}

Type infer_weight_grad(Types in, const Attrs& attrs) {
  constexpr std::string_view op = "conv_weight_grad";
  const Type &x = in[0], &dy = in[1];
  spatial_axes(op, x), spatial_axes(op, dy);
  const std::int64_t groups = std::max<std::int64_t>(attrs.integer("groups"), 1);  // less is refused with the rest
  const Type w = type_with(op, x.dtype, dy.shape[1], x.shape[1] / groups, attrs, "kernel");
  expect_places(op, dy, infer_from(op, x, w, attrs), x, w);
  return w;
}

ConvOptions options_of(Value y) {
  const Attrs& attrs = y.node().attrs;
  return {attrs.integers("stride"), attrs.integers("padding"), attrs.integers("dilation"), attrs.integer("groups")};
}

Values derive_conv(Value y, Value dy) {
  const Value x = y.input(0), w = y.input(1);
  return {conv_input_grad(dy, w, sizes_of(x), options_of(y)), conv_weight_grad(x, dy, sizes_of(w), options_of(y))};
}
Values derive_input_grad(Value dx, Value v) {
  const Value dy = dx.input(0), w = dx.input(1);
  return {conv(v, w, options_of(dx)), conv_weight_grad(v, dy, sizes_of(w), options_of(dx))};
}
Values derive_weight_grad(Value dw, Value v) {
  const Value x = dw.input(0), dy = dw.input(1);
  return {conv_input_grad(dy, v, sizes_of(x), options_of(dw)), conv(x, v, options_of(dw))};
}

/// Where a run of places of y meets the elements of x under one weight.
struct Meeting {
  std::int64_t x, w, y;      // first offsets; x goes on by `stride`, y by 1
  std::int64_t run, stride;  // places
};

/// Calls f for every weight and every row of places, each place and tap that meets an element exactly once; the weights
/// of one place in order.
template <class F> void for_each_meeting(const ConvSizes& of, F&& f) {
  const Window &rows = of.windows.rows, &columns = of.windows.columns;
  for (std::int64_t n = 0; n < of.rows; ++n) {
    for (std::int64_t o = 0; o < of.out_channels; ++o) {
      for (std::int64_t c = 0; c < of.group_in(); ++c) {
        const std::int64_t channel = o / of.group_out() * of.group_in() + c;
        const std::int64_t x = (n * of.in_channels + channel) * rows.size, y = (n * of.out_channels + o) * rows.count;
        for (std::int64_t k = 0; k < rows.kernel; ++k) {
          const std::int64_t w = ((o * of.group_in() + c) * rows.kernel + k) * columns.kernel;
          for (std::int64_t l = 0; l < columns.kernel; ++l) {
            const std::int64_t j = columns.first_place(l), run = columns.end_place(l) - j;
            for (std::int64_t i = rows.first_place(k); run > 0 && i < rows.end_place(k); ++i) {
              f(Meeting{(x + rows.element(i, k)) * columns.size + columns.element(j, l), w + l,
                        (y + i) * columns.count + j, run, columns.stride});
            }
          }
        }
      }
    }
  }
}

/// Fills `out` with zeros and lets body(x, w, y, meeting) add to it at every meeting.
template <class Body> void accumulate(const Op& op, Views in, View out, const Attrs& attrs, Body&& body) {
  const Type types[] = {in[0].type(), in[1].type()};
  const ConvSizes sizes = conv_sizes(op, types, out.type(), attrs);
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
    const std::span<T> to = out.as<T>();
    std::fill(to.begin(), to.end(), T{0});
    for_each_meeting(sizes,
                     [&](const Meeting& at) { body(in[0].as<T>().data(), in[1].as<T>().data(), to.data(), at); });
  });
}

void evaluate_conv(Views in, View out, const Attrs& attrs);
void evaluate_input_grad(Views in, View out, const Attrs& attrs);
void evaluate_weight_grad(Views in, View out, const Attrs& attrs);

/// A channel axis is summed over when there is one group; else each output channel reads its group's part.
Axis channels(const Node& node, Axis in_one_group) {
  return node.attrs.integer("groups") == 1 ? in_one_group : Axis{Axis::looked_up, -1};
}

Axis axis_conv(int input, int axis, Types, const Node& node) {
  if (axis >= 2) return {Axis::looked_up, -1};
  if (axis == 0) return {Axis::kept, input};
  return channels(node, {Axis::reduced, -1});
}
Axis axis_input_grad(int input, int axis, Types, const Node& node) {
  if (axis >= 2) return {Axis::looked_up, -1};
  if (input == 0 && axis == 0) return {Axis::kept, 0};
  return channels(node, input == 1 && axis == 1 ? Axis{Axis::kept, 1} : Axis{Axis::reduced, -1});
}
Axis axis_weight_grad(int input, int axis, Types, const Node& node) {
  if (axis >= 2) return {Axis::looked_up, -1};
  if (axis == 0) return {Axis::reduced, -1};
  return input == 1 ? Axis{Axis::kept, 0} : channels(node, {Axis::kept, 1});
}

/// Output channels of one group meet all input channels; of several, a block would have to name its own.
std::optional<Block> block_weight_grad(Types in, const Node& node, Rows rows) {
  return node.attrs.integer("groups") == 1 ? block_of_rows(in, node, rows) : std::nullopt;
}

double flops(const ConvSizes& of) {
  const Window &rows = of.windows.rows, &columns = of.windows.columns;
  return 2.0 * static_cast<double>(of.rows * of.out_channels) * static_cast<double>(of.group_in()) *
         static_cast<double>(rows.count * columns.count) * static_cast<double>(rows.kernel * columns.kernel);
}
template <const Op& op> double flops_of(Types in, const Node& node) {
  return flops(conv_sizes(op, in, node.type, node.attrs));
}

Attrs attributes(Integers stride, Integers padding, Integers dilation, std::int64_t groups) {
  return {{"stride", std::move(stride)},
          {"padding", std::move(padding)},
          {"dilation", std::move(dilation)},
          {"groups", groups}};
}

struct Shapes {
  Shape x, w, y;
  Attrs attrs;
};

/// One case for all three ops.
std::vector<Shapes> shapes() {
  const auto attrs = attributes;
  return {{{2, 2, 4, 5}, {3, 2, 2, 3}, {2, 3, 3, 3}, attrs({1, 1}, {0, 0}, {1, 1}, 1)},
          {{1, 2, 5, 4}, {2, 2, 3, 2}, {1, 2, 3, 4}, attrs({2, 1}, {1, 1}, {1, 2}, 1)},
          {{1, 4, 4, 3}, {6, 2, 3, 3}, {1, 6, 2, 2}, attrs({3, 2}, {1, 1}, {1, 1}, 2)},
          {{2, 3, 7}, {2, 3, 3}, {2, 2, 4}, attrs({2}, {2}, {2}, 1)},
          {{2, 3, 4}, {3, 1, 2}, {2, 3, 3}, attrs({1}, {0}, {1}, 3)},
          {{1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}, attrs({1, 1}, {0, 0}, {1, 1}, 1)},
          {{1, 1, 2, 2}, {1, 1, 1, 1}, {1, 1, 6, 4}, attrs({1, 1}, {2, 1}, {1, 1}, 1)},
          {{0, 2, 3}, {2, 2, 2}, {0, 2, 2}, attrs({1}, {0}, {1}, 1)},
          {{2, 0, 3}, {2, 0, 2}, {2, 2, 2}, attrs({1}, {0}, {1}, 1)},
          {{2, 1, 0}, {2, 1, 2}, {2, 2, 1}, attrs({1}, {1}, {1}, 1)}};
}

Attrs with(Attrs attrs, const char* name, const Shape& shape) {
  attrs.set(name, Integers(shape.begin() + 2, shape.end()));
  return attrs;
}

std::vector<Sample> samples_conv() {
  std::vector<Sample> out;
  for (const Shapes& of : shapes()) out.push_back({{{of.x}, {of.w}}, of.attrs});
  return out;
}
std::vector<Sample> samples_input_grad() {
  std::vector<Sample> out;
  for (const Shapes& of : shapes()) out.push_back({{{of.y}, {of.w}}, with(of.attrs, "size", of.x)});
  return out;
}
std::vector<Sample> samples_weight_grad() {
  std::vector<Sample> out;
  for (const Shapes& of : shapes()) out.push_back({{{of.x}, {of.y}}, with(of.attrs, "kernel", of.w)});
  return out;
}

void evaluate_conv(Views in, View out, const Attrs& attrs) {
  accumulate(conv_op, in, out, attrs, [](auto* x, auto* w, auto* y, const Meeting& at) {
    for (std::int64_t i = 0; i < at.run; ++i) y[at.y + i] += w[at.w] * x[at.x + i * at.stride];
  });
}
void evaluate_input_grad(Views in, View out, const Attrs& attrs) {
  accumulate(conv_input_grad_op, in, out, attrs, [](auto* dy, auto* w, auto* dx, const Meeting& at) {
    for (std::int64_t i = 0; i < at.run; ++i) dx[at.x + i * at.stride] += w[at.w] * dy[at.y + i];
  });
}
void evaluate_weight_grad(Views in, View out, const Attrs& attrs) {
  accumulate(conv_weight_grad_op, in, out, attrs, [](auto* x, auto* dy, auto* dw, const Meeting& at) {
    for (std::int64_t i = 0; i < at.run; ++i) dw[at.w] += dy[at.y + i] * x[at.x + i * at.stride];
  });
}

Attrs attributes(const ConvOptions& options, Value image) {
  const int axes = std::max(image.shape().rank() - 2, 1);  // infer refuses other ranks
  return attributes(for_each_axis(options.stride, axes, 1), for_each_axis(options.padding, axes, 0),
                    for_each_axis(options.dilation, axes, 1), options.groups);
}

}  // namespace

constinit const Op conv_op{
    .name = "conv",
    .doc = "Convolution of [rows, channels, spatial...] with weights [out, channels / groups, kernel...].",
    .rule = "conv: dx spreads the gradient back through the kernel, dw meets it with x",
    .arity = 2,
    .attributes = "dilation groups padding stride",
    .infer = infer_conv,
    .derive = derive_conv,
    .evaluate = evaluate_conv,
    .axis = axis_conv,
    .block = block_of_rows,
    .flops = flops_of<conv_op>,
    .samples = samples_conv};

constinit const Op conv_input_grad_op{
    .name = "conv_input_grad",
    .doc = "The gradient of a convolution by its input, whose spatial sizes are `size`.",
    .rule = "conv_input_grad: a convolution of the gradient, and its meeting with the other input",
    .arity = 2,
    .attributes = "dilation groups padding size stride",
    .infer = infer_input_grad,
    .derive = derive_input_grad,
    .evaluate = evaluate_input_grad,
    .axis = axis_input_grad,
    .block = block_of_rows,
    .flops = flops_of<conv_input_grad_op>,
    .samples = samples_input_grad};

constinit const Op conv_weight_grad_op{
    .name = "conv_weight_grad",
    .doc = "The gradient of a convolution by its weights, whose kernel sizes are `kernel`.",
    .rule = "conv_weight_grad: the gradient acts as the weights of the two other ops",
    .arity = 2,
    .attributes = "dilation groups kernel padding stride",
    .traits = {.additive = true},
    .infer = infer_weight_grad,
    .derive = derive_weight_grad,
    .evaluate = evaluate_weight_grad,
    .axis = axis_weight_grad,
    .block = block_weight_grad,
    .flops = flops_of<conv_weight_grad_op>,
    .samples = samples_weight_grad};

std::span<const Op* const> conv_ops() {
  static constexpr const Op* ops[] = {&conv_op, &conv_input_grad_op, &conv_weight_grad_op};
  return ops;
}

Value conv(Value x, Value w, const ConvOptions& options) { return apply(conv_op, {x, w}, attributes(options, x)); }

Value conv_input_grad(Value dy, Value w, const Integers& size, const ConvOptions& options) {
  Attrs attrs = attributes(options, dy);
  attrs.set("size", size);
  return apply(conv_input_grad_op, {dy, w}, std::move(attrs));
}

Value conv_weight_grad(Value x, Value dy, const Integers& kernel, const ConvOptions& options) {
  Attrs attrs = attributes(options, x);
  attrs.set("kernel", kernel);
  return apply(conv_weight_grad_op, {x, dy}, std::move(attrs));
}

ConvSizes conv_sizes(const Op& op, Types in, const Type& out, const Attrs& attrs) {
  const Type& x = &op == &conv_input_grad_op ? out : in[0];
  const Type& w = &op == &conv_weight_grad_op ? out : in[1];
  const Windows windows = windows_of(op.name, x, attrs, spatial(w));
  return {x.shape[0], x.shape[1], w.shape[0], attrs.integer("groups"), windows};
}

}  // namespace gradus
