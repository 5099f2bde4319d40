// Convolution and its two gradients, image by image: an image is copied into scratch with room for the padding, and the
// sums over taps and channels run there. A sum over images is one over leaves, as every sum over rows.
#include <algorithm>
#include <cstring>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/conv.hpp"
#include "gradus/engine/cpu/kernels/block.hpp"
#include "gradus/engine/cpu/kernels/highway/conv_loops.hpp"
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "gradus/engine/cpu/kernels/highway/matmul_loops.hpp"

namespace gradus::highway {
namespace {

constexpr std::int64_t largest_table = 1 << 24;

struct Conv {
  Correlation of;
  ConvLoops loops;
  ConvWeightLoops weight_loops;
  MatrixLoops matrix;
  std::size_t width = 4;  // bytes of a number
  std::int64_t images = 0;
  std::int64_t leaf = rows_per_leaf;            // images of a leaf
  bool cut = false;                             // a block is some of the images
  std::int64_t source = 0, result = 0;          // numbers of an image of the source, and of the other operand
  std::size_t copy = 0, second = 0, stack = 0;  // where things lie in scratch: see layouts below
};

std::int64_t divided_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// The source is the input: tap l of column j is column j * stride + l * dilation of the padded input. With a stride
/// the columns of a row of the copy are sorted by their remainder, so that a tap's are side by side.
void place_input(Correlation& of, const Windows& windows, std::int64_t lanes) {
  const Window &rows = windows.rows, &columns = windows.columns;
  of.kernel_rows = rows.kernel, of.kernel_columns = columns.kernel;
  of.out_rows = rows.count, of.out_columns = columns.count;
  of.source_rows = rows.size, of.source_columns = columns.size;
  for (std::int64_t i = 0; i < rows.count; ++i) {
    for (std::int64_t k = 0; k < rows.kernel; ++k) {
      const std::int64_t row = rows.element(i, k);
      of.row_of.push_back(row >= 0 && row < rows.size ? checked_cast<std::int32_t>(row) : -1);
    }
  }
  const std::int64_t stride = columns.stride, farthest = (columns.kernel - 1) * columns.dilation / stride;
  const std::int64_t run = divided_up(columns.count, lanes) * lanes + farthest;
  const std::int64_t runs = std::min(stride, (columns.kernel - 1) * columns.dilation + 1);
  for (std::int64_t l = 0; l < columns.kernel; ++l) {
    const std::int64_t at = l * columns.dilation;
    of.column_of.push_back(checked_cast<std::int32_t>(at % stride * run + at / stride));
  }
  for (std::int64_t j = 0; j < columns.size; ++j) {
    const std::int64_t at = j + columns.padding, place = at / stride;
    const bool read = place < run && at % stride < runs;
    of.place_of.push_back(read ? checked_cast<std::int32_t>(at % stride * run + place) : -1);
  }
  of.row_stride = divided_up(run * runs, lanes) * lanes;
}

/// The source is the gradient by the output: element q of the input met place (q + padding - l * dilation) / stride
/// under tap l, where that is whole. With a stride the copy has zeros between the columns.
void place_gradient(Correlation& of, const Windows& windows, std::int64_t lanes) {
  const Window &rows = windows.rows, &columns = windows.columns;
  of.kernel_rows = rows.kernel, of.kernel_columns = columns.kernel;
  of.out_rows = rows.size, of.out_columns = columns.size;
  of.source_rows = rows.count, of.source_columns = columns.count;
  for (std::int64_t i = 0; i < rows.size; ++i) {
    for (std::int64_t k = 0; k < rows.kernel; ++k) {
      const std::int64_t at = i + rows.padding - k * rows.dilation;
      const bool met = at >= 0 && at % rows.stride == 0 && at / rows.stride < rows.count;
      of.row_of.push_back(met ? checked_cast<std::int32_t>(at / rows.stride) : -1);
    }
  }
  const std::int64_t first = std::max<std::int64_t>(0, (columns.kernel - 1) * columns.dilation - columns.padding);
  for (std::int64_t l = 0; l < columns.kernel; ++l) {
    of.column_of.push_back(checked_cast<std::int32_t>(first + columns.padding - l * columns.dilation));
  }
  const std::int64_t run = divided_up(columns.size, lanes) * lanes + of.column_of[0];
  for (std::int64_t j = 0; j < columns.count; ++j) {
    const std::int64_t place = first + j * columns.stride;
    of.place_of.push_back(place < run ? checked_cast<std::int32_t>(place) : -1);
  }
  of.row_stride = divided_up(run, lanes) * lanes;
}

void note_orders(Correlation& of) {
  const auto counts_up = [](const std::vector<std::int32_t>& v) {
    return v[0] >= 0 && std::adjacent_find(v.begin(), v.end(), [](auto a, auto b) { return b != a + 1; }) == v.end();
  };
  of.in_place_order = counts_up(of.place_of), of.unit_columns = counts_up(of.column_of);
}

/// Vectors of channels read one weight or number of the image for every product, and are turned at the end: worth it
/// where rows are so narrow that vectors of columns would be emptier by a third.
bool prefers_channels(const Correlation& of, std::int64_t lanes) {
  const std::int64_t by_columns = of.out_rows * divided_up(of.out_columns, lanes) * of.outs;
  const std::int64_t by_channels = of.out_plane() * divided_up(of.outs, lanes);
  return lanes > 1 && 3 * by_columns > 4 * by_channels;
}

std::byte* moved(const Conv& of, std::byte* from, std::int64_t numbers) {
  return from + static_cast<std::size_t>(numbers) * of.width;
}
std::size_t bytes(const Conv& of, std::int64_t numbers) {
  return aligned(static_cast<std::size_t>(numbers) * of.width);
}

// Scratch: packed weights; the copy of an image at `copy`; a tile at `second`.
void run_correlation(const void* state, const Frame& frame) {
  const Conv& of = *static_cast<const Conv*>(state);
  std::byte* const copy = frame.scratch + of.copy;
  of.loops.pack(of.of, frame.operands[1], frame.scratch);
  std::memset(copy, 0, bytes(of, of.of.copy_size()));
  const std::int64_t images = of.cut ? frame.rows : of.images;
  for (std::int64_t i = 0; i < images; ++i) {
    of.loops.copy(of.of, moved(of, frame.operands[0], i * of.source), copy);
    of.loops.correlate(of.of, copy, frame.scratch, frame.scratch + of.second,
                       moved(of, frame.operands[2], i * of.result));
  }
}

/// The gradient by the weights of images first .. first + n in order. Scratch: sums; copy; turned gradient.
void sum_images(const Conv& of, const Frame& frame, std::int64_t first, std::int64_t n, void* to) {
  std::byte* const copy = frame.scratch + of.copy;
  std::memset(frame.scratch, 0, bytes(of, sum_vectors(of.of, of.weight_loops.lanes) * of.weight_loops.lanes));
  for (std::int64_t i = first; i < first + n; ++i) {
    of.loops.copy(of.of, moved(of, frame.operands[0], i * of.source), copy);
    of.weight_loops.add(of.of, copy, moved(of, frame.operands[1], i * of.result), frame.scratch + of.second,
                        frame.scratch);
  }
  of.weight_loops.finish(of.of, frame.scratch, to);
}

/// Partial gradients that wait at a time: one a level of the tree, and the newest.
std::int64_t heights_of(std::int64_t images, std::int64_t leaf) {
  std::int64_t n = 2;
  for (std::int64_t leaves = images / leaf; leaves > 0; leaves /= 2) ++n;
  return n;
}

void run_weight_grad(const void* state, const Frame& frame) {
  const Conv& of = *static_cast<const Conv*>(state);
  std::memset(frame.scratch + of.copy, 0, bytes(of, of.of.copy_size()));
  const std::int64_t images = of.cut ? frame.rows : of.images;
  if (images <= of.leaf) {
    sum_images(of, frame, 0, images, frame.operands[2]);
    return;
  }
  const std::int64_t size = of.of.groups * of.of.group_weights();
  const auto at = [&](std::int64_t height) { return moved(of, frame.scratch + of.stack, height * size); };
  std::int64_t height = 0;
  const auto merge = [&] { --height, of.matrix.add(at(height - 1), at(height), size); };
  for (std::int64_t leaf = 0; leaf * of.leaf < images; ++leaf) {
    const std::int64_t first = leaf * of.leaf;
    sum_images(of, frame, first, std::min(of.leaf, images - first), at(height++));
    for (std::int64_t done = leaf + 1; done % 2 == 0; done /= 2) merge();
  }
  while (height > 1) merge();
  std::memcpy(frame.operands[2], at(0), static_cast<std::size_t>(size) * of.width);
}

/// Whether the call's blocks are images of operand `image` and of the output, which the kernel then cuts too.
bool set_blocks(const Call& call, std::size_t image, Conv& conv) {
  const auto whole = [&](const Operand& operand) {
    return operand.access == Access::whole || (operand.access == Access::rows && call.block >= call.rows);
  };
  const Operand &in = call.inputs[image], &out = call.outputs[0];
  conv.images = in.type.shape[0];
  conv.cut = !(whole(in) && whole(out));
  return whole(call.inputs[1 - image]) &&
         (!conv.cut || (in.access == Access::rows && out.access == Access::rows && in.type.shape[0] == call.rows));
}

bool too_large(const Windows& windows) {
  std::int64_t table = 0;
  for (const Window& w : {windows.rows, windows.columns}) {
    const auto cells = checked_multiply(std::max(w.size, w.count), w.kernel);
    const auto spread = checked_multiply(w.kernel, w.dilation * std::min<std::int64_t>(w.stride, 1 << 20));
    if (!cells || *cells > largest_table || !spread || *spread > largest_table) return true;
    table = std::max({table, *cells, w.size + 2 * w.padding, w.count * std::min(w.stride, w.kernel)});
  }
  return table > largest_table;
}

Prepared prepare_correlation(const Call& call, Conv conv, const ConvSizes& sizes, bool backward) {
  if (!set_blocks(call, 0, conv)) return decline("blocks that are not images");
  Correlation& of = conv.of;
  const std::int64_t lanes = conv.loops.lanes;
  of.outs = backward ? sizes.group_in() : sizes.group_out(), of.ins = backward ? sizes.group_out() : sizes.group_in();
  if (backward) place_gradient(of, sizes.windows, lanes);
  else place_input(of, sizes.windows, lanes);
  note_orders(of);
  of.weight_m = backward ? of.taps() : of.ins * of.taps();
  of.weight_n = backward ? of.outs * of.taps() : of.taps();
  of.by_channels = prefers_channels(of, lanes);
  conv.copy = bytes(conv, packed_size(of, lanes));
  conv.second = conv.copy + bytes(conv, of.copy_size());
  const std::size_t scratch = conv.second + (of.by_channels ? bytes(conv, of.out_plane() * lanes) : 0);
  return {std::make_shared<Conv>(std::move(conv)), run_correlation, scratch, {}};
}

Prepared prepare_weight_grad(const Call& call, Conv conv, const ConvSizes& sizes) {
  conv.cut = is_partial(call), conv.leaf = call.leaf;
  const Access wanted = conv.cut ? Access::rows : Access::whole;
  for (const Operand& input : call.inputs) {
    const bool all = !conv.cut && input.access == Access::rows && call.block >= call.rows;
    if (input.access != wanted && !all) return decline("blocks that are not images");
  }
  if (!conv.cut && call.outputs[0].access != Access::whole && call.block < call.rows) return decline("in blocks");
  Correlation& of = conv.of;
  const std::int64_t lanes = conv.loops.lanes;
  conv.images = conv.cut ? std::min(call.block, call.rows) : sizes.rows;
  of.outs = sizes.group_out(), of.ins = sizes.group_in();
  place_input(of, sizes.windows, lanes);
  note_orders(of);
  of.by_channels = prefers_channels(of, lanes);
  conv.copy = bytes(conv, sum_vectors(of, lanes) * lanes);
  conv.second = conv.copy + bytes(conv, of.copy_size());
  conv.stack = conv.second + (of.by_channels ? bytes(conv, of.out_plane() * divided_up(of.outs, lanes) * lanes) : 0);
  const std::int64_t waiting = conv.images > conv.leaf ? heights_of(conv.images, conv.leaf) : 0;
  const std::size_t scratch = conv.stack + bytes(conv, waiting * of.groups * of.group_weights());
  return {std::make_shared<Conv>(std::move(conv)), run_weight_grad, scratch, {}};
}

}  // namespace

Prepared prepare_conv(const Call& call) {
  const bool by_input = call.op == &conv_input_grad_op, by_weight = call.op == &conv_weight_grad_op;
  if (call.op != &conv_op && !by_input && !by_weight) return decline("not a convolution");
  const Type types[] = {call.inputs[0].type, call.inputs[1].type};
  const Type out = is_partial(call) ? block_type(call.outputs[0], 1) : call.outputs[0].type;
  if (types[0].shape.count() == 0 || types[1].shape.count() == 0 || out.shape.count() == 0)
    return decline("of nothing");
  const ConvSizes sizes = conv_sizes(*call.op, types, out, call.attrs);
  if (too_large(sizes.windows)) return decline("a kernel, a row or an image of more than 2^24 places");
  const bool single = out.dtype == DType::f32;
  Conv conv;
  conv.loops = single ? conv_loops_f32() : conv_loops_f64();
  conv.weight_loops = single ? conv_weight_loops_f32() : conv_weight_loops_f64();
  conv.matrix = single ? matrix_loops_f32() : matrix_loops_f64();
  conv.width = size_of(out.dtype);
  conv.of.groups = sizes.groups;
  const auto row_size = [&](const Type& type) { return type.shape.count() / type.shape[0]; };
  conv.source = row_size(types[0]), conv.result = row_size(by_weight ? types[1] : out);
  return by_weight ? prepare_weight_grad(call, std::move(conv), sizes)
                   : prepare_correlation(call, std::move(conv), sizes, by_input);
}

}  // namespace gradus::highway
