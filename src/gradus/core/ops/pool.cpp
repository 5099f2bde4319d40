#include "gradus/core/ops/pool.hpp"

#include "gradus/core/ops/axes.hpp"
#include "gradus/core/ops/blocks.hpp"

namespace gradus {
namespace {

Type pooled(std::string_view op, const Type& x, const Attrs& attrs) {
  return {x.dtype, places(x, x.shape[1], pool_windows(op, x, attrs))};
}

/// As pooled; a window must have an element to choose.
Type chosen(std::string_view op, const Type& x, const Attrs& attrs) {
  const Type y = pooled(op, x, attrs);
  if (x.shape.count() == 0 && y.shape.count() > 0) refuse(op, to_string(x), "at least one element in each window");
  return y;
}

void expect(std::string_view op, const Type& found, const Type& wanted, const char* what) {
  if (!(found == wanted)) refuse(op, std::string(what) + " " + to_string(found), to_string(wanted));
}

Type infer_max(Types in, const Attrs& attrs) { return chosen("max_pool", in[0], attrs); }
Type infer_scatter(Types in, const Attrs& attrs) {
  expect("max_pool_scatter", in[1], chosen("max_pool_scatter", in[0], attrs), "a gradient");
  return in[0];
}
Type infer_select(Types in, const Attrs& attrs) {
  const Type y = chosen("max_pool_select", in[0], attrs);
  expect("max_pool_select", in[1], in[0], "values");
  return y;
}
Type infer_avg(Types in, const Attrs& attrs) { return pooled("avg_pool", in[0], attrs); }
Type infer_avg_grad(Types in, const Attrs& attrs) {
  constexpr std::string_view op = "avg_pool_grad";
  spatial_axes(op, in[0]);
  const Integers& size = attrs.integers("size");
  Integers sizes{in[0].shape[0], in[0].shape[1]};
  sizes.insert(sizes.end(), size.begin(), size.end());
  if (sizes.size() > static_cast<std::size_t>(max_rank) || *std::min_element(sizes.begin(), sizes.end()) < 0) {
    refuse(op, "size " + text(size), "one size >= 0 a spatial axis");
  }
  const Type x{in[0].dtype, Shape(sizes)};
  expect(op, in[0], pooled(op, x, attrs), "a gradient");
  return x;
}

PoolOptions options_of(Value y) {
  const Attrs& attrs = y.node().attrs;
  return {attrs.integers("kernel"), attrs.integers("stride"), attrs.integers("padding")};
}

Values derive_max(Value y, Value dy) { return {max_pool_scatter(y.input(0), dy, options_of(y))}; }
Values derive_scatter(Value y, Value dy) { return {Value{}, max_pool_select(y.input(0), dy, options_of(y))}; }
Values derive_select(Value y, Value dy) { return {Value{}, max_pool_scatter(y.input(0), dy, options_of(y))}; }
Values derive_avg(Value y, Value dy) {
  const Shape& x = y.input(0).shape();
  return {avg_pool_grad(dy, Integers(x.begin() + 2, x.end()), options_of(y))};
}
Values derive_avg_grad(Value y, Value dy) { return {avg_pool(dy, options_of(y))}; }

/// The elements that one window meets, as offsets in a plane.
struct Area {
  std::int64_t row, end_row, column, end_column;
};

/// Calls f(plane, place, area) for every window of every plane [row, channel]. Place counts in all planes.
template <class F> void for_each_window(const Type& x, const Windows& windows, F&& f) {
  const auto from = [](const Window& w, std::int64_t at) { return std::max<std::int64_t>(w.element(at, 0), 0); };
  const auto to = [](const Window& w, std::int64_t at) { return std::min(w.element(at, w.kernel), w.size); };
  const auto& [rows, columns] = windows;
  std::int64_t place = 0;
  for (std::int64_t plane = 0; plane < x.shape[0] * x.shape[1]; ++plane) {
    for (std::int64_t i = 0; i < rows.count; ++i) {
      for (std::int64_t j = 0; j < columns.count; ++j, ++place) {
        f(plane * rows.size * columns.size, place, Area{from(rows, i), to(rows, i), from(columns, j), to(columns, j)});
      }
    }
  }
}

/// The offset of the first largest element of the area; of the first NaN if there is one.
template <class T> std::int64_t first_largest(const T* plane, std::int64_t width, const Area& area) {
  std::int64_t best = area.row * width + area.column;
  for (std::int64_t i = area.row; i < area.end_row; ++i) {
    for (std::int64_t j = area.column; j < area.end_column; ++j) {
      const T x = plane[i * width + j], largest = plane[best];
      if (x > largest || (x != x && largest == largest)) best = i * width + j;
    }
  }
  return best;
}

/// Calls f(place, chosen) with the offset in x of the element that each window chooses.
template <class F> void for_each_choice(ConstView x, const Attrs& attrs, F&& f) {
  const Windows windows = pool_windows("max_pool", x.type(), attrs);
  visit_floating(x.dtype(), [&]<class T>(std::type_identity<T>) {
    for_each_window(x.type(), windows, [&](std::int64_t plane, std::int64_t place, const Area& area) {
      const std::int64_t at = plane + first_largest(x.as<T>().data() + plane, windows.columns.size, area);
      f(static_cast<std::size_t>(place), static_cast<std::size_t>(at));
    });
  });
}

void evaluate_max(Views in, View out, const Attrs& attrs) {
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto x = in[0].as<T>();
    const auto y = out.as<T>();
    for_each_choice(in[0], attrs, [&](std::size_t place, std::size_t at) { y[place] = x[at]; });
  });
}
void evaluate_scatter(Views in, View out, const Attrs& attrs) {
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto dy = in[1].as<T>();
    const auto dx = out.as<T>();
    std::fill(dx.begin(), dx.end(), T{0});
    for_each_choice(in[0], attrs, [&](std::size_t place, std::size_t at) { dx[at] += dy[place]; });
  });
}
void evaluate_select(Views in, View out, const Attrs& attrs) {
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto v = in[1].as<T>();
    const auto y = out.as<T>();
    for_each_choice(in[0], attrs, [&](std::size_t place, std::size_t at) { y[place] = v[at]; });
  });
}

/// The part of a window's mean that each of its elements has.
template <class T> T share(const Windows& windows) {
  return static_cast<T>(1.0 / static_cast<double>(windows.rows.kernel * windows.columns.kernel));
}

void evaluate_avg(Views in, View out, const Attrs& attrs) {
  const Windows windows = pool_windows("avg_pool", in[0].type(), attrs);
  const std::int64_t width = windows.columns.size;
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* x = in[0].as<T>().data();
    T* y = out.as<T>().data();
    for_each_window(in[0].type(), windows, [&](std::int64_t plane, std::int64_t place, const Area& area) {
      T total = 0;
      for (std::int64_t i = area.row; i < area.end_row; ++i) {
        for (std::int64_t j = area.column; j < area.end_column; ++j) total += x[plane + i * width + j];
      }
      y[place] = total * share<T>(windows);
    });
  });
}

void evaluate_avg_grad(Views in, View out, const Attrs& attrs) {
  const Windows windows = pool_windows("avg_pool_grad", out.type(), attrs);
  const std::int64_t width = windows.columns.size;
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* dy = in[0].as<T>().data();
    const std::span<T> dx = out.as<T>();
    std::fill(dx.begin(), dx.end(), T{0});
    for_each_window(out.type(), windows, [&](std::int64_t plane, std::int64_t place, const Area& area) {
      const T part = dy[place] * share<T>(windows);
      for (std::int64_t i = area.row; i < area.end_row; ++i) {
        for (std::int64_t j = area.column; j < area.end_column; ++j) {
          dx[static_cast<std::size_t>(plane + i * width + j)] += part;
        }
      }
    });
  });
}

Axis axis(int, int axis, Types, const Node&) { return axis < 2 ? Axis{Axis::kept, axis} : Axis{Axis::looked_up, -1}; }

/// One comparison or addition an element of each window.
double flops(const Shape& pooled, const Node& node) {
  double out = static_cast<double>(pooled.count());
  for (std::int64_t size : node.attrs.integers("kernel")) out *= static_cast<double>(size);
  return out;
}
double flops_forward(Types, const Node& node) { return flops(node.type.shape, node); }
double flops_backward(Types in, const Node& node) { return flops(in.back().shape, node); }

struct Shapes {
  Shape x, y;
  Attrs attrs;
};

std::vector<Shapes> shapes() {
  const auto attrs = [](Integers kernel, Integers stride, Integers padding) {
    return Attrs{{"kernel", std::move(kernel)}, {"stride", std::move(stride)}, {"padding", std::move(padding)}};
  };
  return {{{2, 2, 4, 6}, {2, 2, 2, 3}, attrs({2, 2}, {2, 2}, {0, 0})},
          {{1, 2, 5, 4}, {1, 2, 3, 3}, attrs({3, 2}, {2, 1}, {1, 0})},
          {{2, 3, 7}, {2, 3, 4}, attrs({3}, {2}, {1})},
          {{1, 1, 3, 2}, {1, 1, 1, 1}, attrs({2, 1}, {3, 5}, {0, 0})},
          {{1, 1, 1}, {1, 1, 1}, attrs({1}, {1}, {0})},
          {{0, 2, 3}, {0, 2, 2}, attrs({2}, {1}, {0})},
          {{2, 0, 3, 3}, {2, 0, 1, 1}, attrs({2, 2}, {2, 2}, {0, 0})}};
}

/// The samples of an op whose inputs have the shapes that `inputs` picks.
template <class F> std::vector<Sample> samples_of(F&& inputs) {
  std::vector<Sample> out;
  for (const Shapes& of : shapes()) out.push_back({inputs(of), of.attrs});
  return out;
}
using Inputs = std::vector<SampleInput>;
// Drawn further apart than differences step, so that no choice is near a tie.
SampleInput spread(const Shape& shape) { return {shape, -8, 8}; }
std::vector<Sample> samples_max() {
  return samples_of([](const Shapes& of) { return Inputs{spread(of.x)}; });
}
std::vector<Sample> samples_scatter() {
  return samples_of([](const Shapes& of) { return Inputs{spread(of.x), {of.y}}; });
}
std::vector<Sample> samples_select() {
  return samples_of([](const Shapes& of) { return Inputs{spread(of.x), {of.x}}; });
}
std::vector<Sample> samples_avg() {
  return samples_of([](const Shapes& of) { return Inputs{{of.x}}; });
}
std::vector<Sample> samples_avg_grad() {
  std::vector<Sample> out;
  for (const Shapes& of : shapes()) {
    out.push_back({{{of.y}}, of.attrs});
    out.back().attrs.set("size", Integers(of.x.begin() + 2, of.x.end()));
  }
  return out;
}

Attrs attributes(const PoolOptions& options, Value x) {
  const int axes = std::max(x.shape().rank() - 2, 1);  // infer refuses other ranks
  const Integers kernel = for_each_axis(options.kernel, axes, 2);
  return {{"kernel", kernel},
          {"stride", options.stride.empty() ? kernel : for_each_axis(options.stride, axes, 1)},
          {"padding", for_each_axis(options.padding, axes, 0)}};
}

}  // namespace

constinit const Op max_pool_op{
    .name = "max_pool",
    .doc = "The largest element of each window; NaN if any is.",
    .rule = "max_pool: each window's gradient goes to its largest element, the first at a tie",
    .attributes = "kernel padding stride",
    .infer = infer_max,
    .derive = derive_max,
    .evaluate = evaluate_max,
    .axis = axis,
    .block = block_of_rows,
    .flops = flops_forward,
    .samples = samples_max};

constinit const Op max_pool_scatter_op{
    .name = "max_pool_scatter",
    .doc = "Each window's element of the second input, added where the first has the window's largest.",
    .rule = "max_pool_scatter: the gradient where the largest element was",
    .arity = 2,
    .attributes = "kernel padding stride",
    .infer = infer_scatter,
    .derive = derive_scatter,
    .evaluate = evaluate_scatter,
    .axis = axis,
    .block = block_of_rows,
    .flops = flops_backward,
    .samples = samples_scatter};

constinit const Op max_pool_select_op{
    .name = "max_pool_select",
    .doc = "The element of the second input where the first has each window's largest.",
    .rule = "max_pool_select: each window's gradient goes where its element was",
    .arity = 2,
    .attributes = "kernel padding stride",
    .infer = infer_select,
    .derive = derive_select,
    .evaluate = evaluate_select,
    .axis = axis,
    .block = block_of_rows,
    .flops = flops_forward,
    .samples = samples_select};

constinit const Op avg_pool_op{.name = "avg_pool",
                               .doc = "The mean of each window; padding counts as zeros.",
                               .rule = "avg_pool: each window's gradient in equal parts to its elements",
                               .attributes = "kernel padding stride",
                               .infer = infer_avg,
                               .derive = derive_avg,
                               .evaluate = evaluate_avg,
                               .axis = axis,
                               .block = block_of_rows,
                               .flops = flops_forward,
                               .samples = samples_avg};

constinit const Op avg_pool_grad_op{.name = "avg_pool_grad",
                                    .doc = "The gradient of avg_pool by its input, whose spatial sizes are `size`.",
                                    .rule = "avg_pool_grad: the mean of the gradient in each window",
                                    .attributes = "kernel padding size stride",
                                    .infer = infer_avg_grad,
                                    .derive = derive_avg_grad,
                                    .evaluate = evaluate_avg_grad,
                                    .axis = axis,
                                    .block = block_of_rows,
                                    .flops = flops_backward,
                                    .samples = samples_avg_grad};

std::span<const Op* const> pool_ops() {
  static constexpr const Op* ops[] = {&max_pool_op, &max_pool_scatter_op, &max_pool_select_op, &avg_pool_op,
                                      &avg_pool_grad_op};
  return ops;
}

Value max_pool(Value x, const PoolOptions& options) { return apply(max_pool_op, {x}, attributes(options, x)); }
Value max_pool_scatter(Value x, Value dy, const PoolOptions& options) {
  return apply(max_pool_scatter_op, {x, dy}, attributes(options, x));
}
Value max_pool_select(Value x, Value v, const PoolOptions& options) {
  return apply(max_pool_select_op, {x, v}, attributes(options, x));
}
Value avg_pool(Value x, const PoolOptions& options) { return apply(avg_pool_op, {x}, attributes(options, x)); }
Value avg_pool_grad(Value dy, const Integers& size, const PoolOptions& options) {
  Attrs attrs = attributes(options, dy);
  attrs.set("size", size);
  return apply(avg_pool_grad_op, {dy}, std::move(attrs));
}

Windows pool_windows(std::string_view op, const Type& x, const Attrs& attrs) {
  const Windows windows = windows_of(op, x, attrs);
  for (const Window& window : {windows.rows, windows.columns}) {
    if (2 * window.padding > window.kernel) {
      refuse(op, "padding " + std::to_string(window.padding) + " of a window of " + std::to_string(window.kernel),
             "at most half the window");
    }
  }
  return windows;
}

}  // namespace gradus
