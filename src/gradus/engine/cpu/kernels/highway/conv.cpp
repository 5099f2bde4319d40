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
constexpr std::size_t most_phases = 1 << 10;

struct Conv {
  Correlation of;
  Correlation rest;  // of a last block of fewer output channels
  ConvLoops loops;
  ConvWeightLoops weight_loops;
  MatrixLoops matrix;
  std::size_t width = 4;  // bytes of a number
  std::int64_t images = 0;
  std::int64_t leaf = rows_per_leaf;            // images of a leaf
  std::int64_t block = 0;                       // output channels of a block
  bool cut = false;                             // a block is some of the images
  std::int64_t source = 0, result = 0;          // numbers of an image of the source, and of the other operand
  std::size_t copy = 0, second = 0, stack = 0;  // where things lie in scratch: see layouts below
};

/// A correlation whose output is made in phases of its places, one where there is no stride.
struct Phases {
  Conv conv;
  std::vector<Correlation> all;
  std::vector<std::size_t> packed;                         // where the weights of each lie in scratch
  std::vector<std::size_t> made;                           // and its output, where there are several
  std::vector<std::pair<std::size_t, std::size_t>> zeros;  // of phases that no tap meets: place in scratch, bytes
  Weave weave;
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
  of.reads_row.assign(static_cast<std::size_t>(rows.size), 0);
  for (const std::int32_t row : of.row_of) {
    if (row >= 0) of.reads_row[static_cast<std::size_t>(row)] = 1;
  }
  for (std::int64_t tap = 0; tap < of.taps(); ++tap) of.tap_of.push_back(checked_cast<std::int32_t>(tap));
}

/// Which taps of an axis meet the elements of one phase of the input, and at which place of the output from the
/// element's own on: element phase + j * stride meets place j + shift under the tap.
struct Phase {
  std::int64_t elements = 0;
  std::vector<std::int64_t> taps, shifts;
};

std::vector<Phase> phases_of(const Window& window) {
  std::vector<Phase> all(static_cast<std::size_t>(std::min(window.stride, window.size)));
  for (std::size_t p = 0; p < all.size(); ++p) {
    const auto phase = static_cast<std::int64_t>(p);
    all[p].elements = divided_up(window.size - phase, window.stride);
    for (std::int64_t k = 0; k < window.kernel; ++k) {
      const std::int64_t at = phase + window.padding - k * window.dilation;
      if (at % window.stride != 0) continue;
      all[p].taps.push_back(k), all[p].shifts.push_back(at / window.stride);
    }
  }
  return all;
}

/// How the columns of the gradient by the output lie in a row of the copy, for all phases.
struct Run {
  std::int64_t first = 0, numbers = 0;  // where column 0 lies
};

Run run_of(const std::vector<Phase>& columns, std::int64_t lanes) {
  Run run;
  for (const Phase& phase : columns) {
    for (const std::int64_t shift : phase.shifts) run.first = std::max(run.first, -shift);
  }
  for (const Phase& phase : columns) {
    for (const std::int64_t shift : phase.shifts) {
      run.numbers = std::max(run.numbers, divided_up(phase.elements, lanes) * lanes + run.first + shift);
    }
  }
  return run;
}

/// The source is the gradient by the output.
void place_gradient(Correlation& of, const Windows& windows, const Phase& rows, const Phase& columns, const Run& run,
                    std::int64_t lanes) {
  of.kernel_rows = std::ssize(rows.taps), of.kernel_columns = std::ssize(columns.taps);
  of.out_rows = rows.elements, of.out_columns = columns.elements;
  of.source_rows = windows.rows.count, of.source_columns = windows.columns.count;
  for (std::int64_t i = 0; i < rows.elements; ++i) {
    for (const std::int64_t shift : rows.shifts) {
      const bool met = i + shift >= 0 && i + shift < windows.rows.count;
      of.row_of.push_back(met ? checked_cast<std::int32_t>(i + shift) : -1);
    }
  }
  for (const std::int64_t shift : columns.shifts) {
    of.column_of.push_back(checked_cast<std::int32_t>(run.first + shift));
  }
  for (std::int64_t j = 0; j < windows.columns.count; ++j) {
    of.place_of.push_back(run.first + j < run.numbers ? checked_cast<std::int32_t>(run.first + j) : -1);
  }
  of.row_stride = divided_up(run.numbers, lanes) * lanes;
  for (const std::int64_t k : rows.taps) {
    for (const std::int64_t l : columns.taps) {
      of.tap_of.push_back(checked_cast<std::int32_t>(k * windows.columns.kernel + l));
    }
  }
  of.reads_row.assign(static_cast<std::size_t>(of.source_rows), 1);
}

void note_orders(Correlation& of) {
  const auto counts_up = [](const std::vector<std::int32_t>& v) {
    return v[0] >= 0 && std::adjacent_find(v.begin(), v.end(), [](auto a, auto b) { return b != a + 1; }) == v.end();
  };
  of.in_place_order = counts_up(of.place_of), of.unit_columns = counts_up(of.column_of);
  of.in_two_runs = of.place_of.size() >= 2 && of.place_of[0] >= 0;
  for (std::size_t j = 2; j < of.place_of.size(); ++j) {
    const std::int32_t before = of.place_of[j - 2];
    of.in_two_runs = of.in_two_runs && of.place_of[j] == (before < 0 ? -1 : before + 1);
  }
}

/// Vectors that hold the output, by columns and by channels.
struct VectorCounts {
  std::int64_t by_columns, by_channels;
};
VectorCounts vector_counts(const Correlation& of, std::int64_t lanes) {
  return {of.out_rows * divided_up(of.out_columns, lanes) * of.outs, of.out_plane() * divided_up(of.outs, lanes)};
}

/// Vectors of channels read one weight or number of the image for every product, and are turned at the end: worth it
/// where vectors of columns would be emptier by a sixteenth.
bool prefers_channels(const Correlation& of, std::int64_t lanes) {
  const VectorCounts counts = vector_counts(of, lanes);
  return lanes > 1 && 16 * counts.by_columns > 17 * counts.by_channels;
}

/// Sums over places: by columns they pass through memory with every image, and vectors lie across lines.
bool sums_channels(const Correlation& of, std::int64_t lanes) {
  const VectorCounts counts = vector_counts(of, lanes);
  return lanes > 1 && counts.by_columns >= counts.by_channels;
}

std::byte* moved(const Conv& of, std::byte* from, std::int64_t numbers) {
  return from + static_cast<std::size_t>(numbers) * of.width;
}
std::size_t bytes(const Conv& of, std::int64_t numbers) {
  return aligned(static_cast<std::size_t>(numbers) * of.width);
}

// Scratch: packed weights of each phase; the copy of an image at `copy`; a tile at `second`; the phases' outputs.
void run_correlation(const void* state, const Frame& frame) {
  const Phases& of = *static_cast<const Phases*>(state);
  const Conv& conv = of.conv;
  std::byte* const copy = frame.scratch + conv.copy;
  for (std::size_t p = 0; p < of.all.size(); ++p) {
    conv.loops.pack(of.all[p], frame.operands[1], frame.scratch + of.packed[p]);
  }
  for (const auto& [at, size] : of.zeros) std::memset(frame.scratch + at, 0, size);
  if (!of.all.empty()) std::memset(copy, 0, bytes(conv, of.all[0].copy_size()));
  const std::int64_t images = conv.cut ? frame.rows : conv.images;
  for (std::int64_t i = 0; i < images; ++i) {
    std::byte* const out = moved(conv, frame.operands[2], i * conv.result);
    if (!of.all.empty()) conv.loops.copy(of.all[0], moved(conv, frame.operands[0], i * conv.source), copy);
    for (std::size_t p = 0; p < of.all.size(); ++p) {
      conv.loops.correlate(of.all[p], copy, frame.scratch + of.packed[p], frame.scratch + conv.second,
                           of.made.empty() ? out : frame.scratch + of.made[p]);
    }
    if (!of.made.empty() || of.all.empty()) conv.loops.weave(of.weave, frame.scratch, out);
  }
}

/// The gradient by the weights of images first .. first + n in order. Scratch: sums; copy; turned gradient.
void sum_images(const Conv& of, const Correlation& some, const Frame& frame, std::int64_t first, std::int64_t n,
                void* to) {
  std::byte* const copy = frame.scratch + of.copy;
  std::memset(frame.scratch, 0, bytes(of, sum_vectors(some, of.weight_loops.lanes) * of.weight_loops.lanes));
  for (std::int64_t i = first; i < first + n; ++i) {
    of.loops.copy(some, moved(of, frame.operands[0], i * of.source), copy);
    of.weight_loops.add(some, copy, moved(of, frame.operands[1], i * of.result), frame.scratch + of.second,
                        frame.scratch);
  }
  of.weight_loops.finish(some, frame.scratch, to);
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
  const Correlation& some = of.block == 0 || frame.rows == of.block ? of.of : of.rest;
  if (images <= of.leaf) {
    sum_images(of, some, frame, 0, images, frame.operands[2]);
    return;
  }
  const std::int64_t size = some.groups * some.group_weights();
  const auto at = [&](std::int64_t height) { return moved(of, frame.scratch + of.stack, height * size); };
  std::int64_t height = 0;
  const auto merge = [&] { --height, of.matrix.add(at(height - 1), at(height), size); };
  for (std::int64_t leaf = 0; leaf * of.leaf < images; ++leaf) {
    const std::int64_t first = leaf * of.leaf;
    sum_images(of, some, frame, first, std::min(of.leaf, images - first), at(height++));
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

/// Lays out scratch; the correlations are placed.
Prepared with_scratch(Phases phases) {
  Conv& conv = phases.conv;
  const std::int64_t lanes = conv.loops.lanes;
  std::size_t end = 0;
  const auto take = [&](std::int64_t numbers) {
    const std::size_t at = end;
    end += bytes(conv, numbers);
    return at;
  };
  std::int64_t tile = 0;
  for (Correlation& of : phases.all) {
    note_orders(of);
    of.by_channels = prefers_channels(of, lanes);
    phases.packed.push_back(take(packed_size(of, lanes)));
    if (of.by_channels) tile = std::max(tile, of.out_plane() * lanes);
  }
  conv.copy = take(phases.all.empty() ? 0 : phases.all[0].copy_size());
  conv.second = take(tile);
  const auto width = static_cast<std::int64_t>(conv.width);
  for (std::size_t p = 0; p < phases.weave.first.size(); ++p) {
    const bool met = phases.weave.first[p] == 0;
    const std::int64_t size = phases.weave.planes * phases.weave.phase_rows[p / phases.weave.phase_columns.size()] *
                              phases.weave.phase_columns[p % phases.weave.phase_columns.size()];
    const std::size_t at = take(size);
    if (met) phases.made.push_back(at);
    else phases.zeros.emplace_back(at, bytes(conv, size));
    phases.weave.first[p] = static_cast<std::int64_t>(at) / width;
  }
  return {std::make_shared<Phases>(std::move(phases)), run_correlation, end, {}};
}

Prepared prepare_forward(const Call& call, Conv conv, const ConvSizes& sizes) {
  if (!set_blocks(call, 0, conv)) return decline("blocks that are not images");
  Correlation of = conv.of;
  of.outs = sizes.group_out(), of.ins = sizes.group_in();
  place_input(of, sizes.windows, conv.loops.lanes);
  of.weight_m = of.ins * of.taps(), of.weight_n = of.taps(), of.weight_group = of.outs * of.weight_m;
  Phases phases;
  phases.conv = std::move(conv);
  phases.all.push_back(std::move(of));
  return with_scratch(std::move(phases));
}

Prepared prepare_backward(const Call& call, Conv conv, const ConvSizes& sizes) {
  if (!set_blocks(call, 0, conv)) return decline("blocks that are not images");
  const std::vector<Phase> rows = phases_of(sizes.windows.rows), columns = phases_of(sizes.windows.columns);
  if (rows.size() * columns.size() > most_phases) return decline("a stride of more than 2^10 phases");
  const std::int64_t lanes = conv.loops.lanes, taps = sizes.windows.rows.kernel * sizes.windows.columns.kernel;
  const Run run = run_of(columns, lanes);
  Phases phases;
  Weave& weave = phases.weave;
  const bool several = rows.size() * columns.size() > 1;
  if (several) {
    weave.planes = sizes.in_channels;
    weave.rows = sizes.windows.rows.size, weave.columns = sizes.windows.columns.size;
    weave.row_stride = std::ssize(rows), weave.column_stride = std::ssize(columns);
    for (const Phase& phase : rows) weave.phase_rows.push_back(phase.elements);
    for (const Phase& phase : columns) weave.phase_columns.push_back(phase.elements);
  }
  for (const Phase& row : rows) {
    for (const Phase& column : columns) {
      const bool met = !row.taps.empty() && !column.taps.empty();
      if (several) weave.first.push_back(met ? 0 : -1);
      if (!met) continue;
      Correlation& of = phases.all.emplace_back(conv.of);
      of.outs = sizes.group_in(), of.ins = sizes.group_out();
      place_gradient(of, sizes.windows, row, column, run, lanes);
      of.weight_m = taps, of.weight_n = of.outs * taps, of.weight_group = of.ins * of.weight_n;
    }
  }
  phases.conv = std::move(conv);
  return with_scratch(std::move(phases));
}

Prepared prepare_weight_grad(const Call& call, Conv conv, const ConvSizes& sizes) {
  conv.cut = is_partial(call), conv.leaf = call.leaf;
  const bool one = call.block >= call.rows;
  const bool channels = !conv.cut && !one;  // a block is some of the output channels
  const Access wanted = conv.cut ? Access::rows : Access::whole;
  for (std::size_t i = 0; i < 2; ++i) {
    const Access access = call.inputs[i].access;
    if (access == wanted && !(channels && i == 1)) continue;
    if (!conv.cut && one && access != Access::part) continue;
    if (!channels || i == 0 || access != Access::columns) return decline("blocks that are not images");
  }
  if (channels && (call.outputs[0].access != Access::rows || sizes.groups != 1)) return decline("in blocks");
  Correlation& of = conv.of;
  const std::int64_t lanes = conv.loops.lanes;
  conv.images = conv.cut ? std::min(call.block, call.rows) : sizes.rows;
  of.outs = sizes.group_out(), of.ins = sizes.group_in();
  place_input(of, sizes.windows, lanes);
  note_orders(of);
  of.by_channels = sums_channels(of, lanes);  // by all channels: blocks change no bits
  if (channels) {
    conv.block = of.outs = call.block;
    conv.rest = of;
    conv.rest.outs = call.rows % call.block;
  }
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
  if (by_weight) return prepare_weight_grad(call, std::move(conv), sizes);
  return by_input ? prepare_backward(call, std::move(conv), sizes) : prepare_forward(call, std::move(conv), sizes);
}

}  // namespace gradus::highway
