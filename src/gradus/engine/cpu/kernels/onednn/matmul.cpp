#include "gradus/engine/cpu/kernels/onednn/matmul.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <oneapi/dnnl/dnnl.hpp>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/engine/cpu/kernels/block.hpp"
#include "gradus/engine/cpu/kernels/highway/matmul_loops.hpp"
#include "gradus/engine/cpu/kernels/instruction_set.hpp"
#include "gradus/engine/cpu/kernels/matmul_call.hpp"
#include "gradus/engine/cpu/kernels/onednn/one_thread.hpp"

namespace gradus {
namespace {

using dnnl::memory;

/// A product of one size. What a call needs beside it is made before, once for each of some places; a thread takes a
/// free place for as long as the call lasts.
struct SizedProduct {
  static constexpr std::size_t places = 32;
  struct Place {
    std::atomic_flag taken = ATOMIC_FLAG_INIT;
    memory a, b, c, scratch;
    std::array<dnnl_exec_arg_t, 4> arguments = {};
  };
  std::int64_t rows = 0, length = 0;
  dnnl::matmul primitive;
  std::size_t scratch = 0;
  std::unique_ptr<std::array<Place, places>> all = std::make_unique<std::array<Place, places>>();
};

struct Matmul {
  std::shared_ptr<dnnl::engine> engine;
  dnnl::stream stream;
  MatmulCall sizes;
  std::int64_t leaf = rows_per_leaf;
  std::vector<SizedProduct> parts;
  std::size_t sums_at = 0;  // of partial sums, in scratch
  void (*add)(void*, const void*, std::int64_t) = nullptr;
};

void check(dnnl_status_t status) {
  if (status != dnnl_success) throw InternalError("oneDNN failed to run a product");
}

/// C = A B for matrices of `rows` rows and `length` columns.
void multiply(const Matmul& of, std::int64_t rows, std::int64_t length, const std::byte* a, const std::byte* b,
              float* c, std::byte* scratch) {
  const auto part = std::find_if(of.parts.begin(), of.parts.end(),
                                 [&](const SizedProduct& p) { return p.rows == rows && p.length == length; });
  SizedProduct::Place* place = nullptr;
  for (std::size_t i = 0; !place; i = (i + 1) % SizedProduct::places) {
    if (!(*part->all)[i].taken.test_and_set(std::memory_order_acquire)) place = &(*part->all)[i];
  }
  check(dnnl_memory_set_data_handle(place->a.get(), const_cast<std::byte*>(a)));
  check(dnnl_memory_set_data_handle(place->b.get(), const_cast<std::byte*>(b)));
  check(dnnl_memory_set_data_handle(place->c.get(), c));
  check(dnnl_memory_set_data_handle(place->scratch.get(), scratch));
  const auto& arguments = place->arguments;
  const auto status = dnnl_primitive_execute(part->primitive.get(), of.stream.get(),
                                             checked_cast<int>(arguments.size()), arguments.data());
  place->taken.clear(std::memory_order_release);
  check(status);
}

/// Leaf by leaf; of two sums of equally many leaves the older comes first.
void multiply_leaves(const Matmul& of, std::int64_t rows, std::int64_t length, const Frame& frame) {
  const std::byte *a = frame.operands[0], *b = frame.operands[1];
  auto* const c = reinterpret_cast<float*>(frame.operands[2]);
  const std::int64_t count = rows * of.sizes.columns;
  float* top = reinterpret_cast<float*>(frame.scratch + of.sums_at);
  float* const bottom = top;
  for (std::int64_t first = 0, index = 0; first < length; first += of.leaf, ++index) {
    const std::int64_t terms = std::min(of.leaf, length - first);
    const bool last = first + terms == length;
    float* const sum = last ? c : top;
    multiply(of, rows, terms, a + first * of.sizes.a_l * 2, b + first * of.sizes.b_l * 2, sum, frame.scratch);
    if (!last) top += count;
    for (std::int64_t done = index; last ? top != bottom : done % 2 == 1; done /= 2) {
      top -= count;
      if (last) {
        of.add(top, c, count);
        std::memcpy(c, top, static_cast<std::size_t>(count) * sizeof(float));
      } else {
        of.add(top - count, top, count);
      }
    }
  }
}

void run(const void* state, const Frame& frame) {
  const Matmul& of = *static_cast<const Matmul*>(state);
  const OneThread guard;
  const std::int64_t rows = of.sizes.whole || of.sizes.partial ? of.sizes.rows : frame.rows;
  const std::int64_t length = of.sizes.partial ? frame.rows : of.sizes.length;
  if (of.sizes.leaves) return multiply_leaves(of, rows, length, frame);
  multiply(of, rows, length, frame.operands[0], frame.operands[1], reinterpret_cast<float*>(frame.operands[2]),
           frame.scratch);
}

/// Why not, or "".
std::string make_part(Matmul& of, std::int64_t rows, std::int64_t length) {
  const bool known = std::any_of(of.parts.begin(), of.parts.end(),
                                 [&](const SizedProduct& p) { return p.rows == rows && p.length == length; });
  if (rows == 0 || length == 0 || known) return "";
  const MatmulCall& sizes = of.sizes;
  const memory::desc a({rows, length}, memory::data_type::bf16, memory::dims{sizes.a_row, sizes.a_l});
  const memory::desc b({length, sizes.columns}, memory::data_type::bf16, memory::dims{sizes.b_l, sizes.b_column});
  const memory::desc c({rows, sizes.columns}, memory::data_type::f32, memory::dims{sizes.columns, 1});
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(a, b, c), attributes, *of.engine);
  const std::string name = description.impl_info_str();
  if (name.rfind("ref", 0) == 0) return "oneDNN has plain loops alone for it (" + name + ")";
  SizedProduct part;
  part.rows = rows, part.length = length;
  part.primitive = dnnl::matmul(description);
  const memory::desc scratch = description.scratchpad_desc();
  part.scratch = scratch.get_size();
  for (SizedProduct::Place& place : *part.all) {
    place.a = memory(a, *of.engine, nullptr), place.b = memory(b, *of.engine, nullptr);
    place.c = memory(c, *of.engine, nullptr), place.scratch = memory(scratch, *of.engine, nullptr);
    place.arguments = {{{DNNL_ARG_SRC, place.a.get()},
                        {DNNL_ARG_WEIGHTS, place.b.get()},
                        {DNNL_ARG_DST, place.c.get()},
                        {DNNL_ARG_SCRATCHPAD, place.scratch.get()}}};
  }
  of.parts.push_back(std::move(part));
  return "";
}

/// Products of every size that a block can ask for.
std::string make_parts(Matmul& of, const Call& call) {
  const MatmulCall& sizes = of.sizes;
  const bool cut = !sizes.whole && !sizes.partial;
  for (const std::int64_t rows : {sizes.rows, cut ? rest_rows(call) : 0}) {
    for (const std::int64_t length : {sizes.length, sizes.partial ? rest_rows(call) : 0}) {
      const std::int64_t last = length % of.leaf;
      for (const std::int64_t terms : {!sizes.leaves ? length : std::min(length, of.leaf), sizes.leaves ? last : 0}) {
        const std::string refusal = make_part(of, rows, terms);
        if (!refusal.empty()) return refusal;
      }
    }
  }
  return "";
}

}  // namespace

Prepared prepare_onednn_matmul_anywhere(const Call& call) {
  const MatmulCall sizes = matmul_call(call);
  if (!sizes.refusal.empty()) return decline(sizes.refusal);
  if (call.inputs[0].type.dtype != DType::bf16) return decline("matrices that are not bf16");
  if (sizes.rows == 0 || sizes.columns == 0 || sizes.length == 0) return decline("a matrix is empty");
  if (!OneThread::holds()) return decline("oneDNN was built with threads that cannot be told to stay away");
  const OneThread guard;
  auto of = std::make_shared<Matmul>();
  try {
    of->engine = std::make_shared<dnnl::engine>(dnnl::engine::kind::cpu, 0);
    of->stream = dnnl::stream(*of->engine);
    of->sizes = sizes, of->leaf = call.leaf, of->add = highway::matrix_loops_f32().add;
    const std::string refusal = make_parts(*of, call);
    if (!refusal.empty()) return decline(refusal);
  } catch (const dnnl::error& error) {
    return decline(std::string("oneDNN: ") + error.what());
  }
  for (const SizedProduct& part : of->parts) of->sums_at = std::max(of->sums_at, aligned(part.scratch));
  std::size_t scratch = of->sums_at;
  if (sizes.leaves) {
    std::int64_t levels = 2;
    for (std::int64_t held = of->leaf; held < sizes.length; held *= 2) ++levels;
    scratch += static_cast<std::size_t>(levels * sizes.rows * sizes.columns) * sizeof(float);
  }
  return {std::move(of), run, scratch, {}};
}

Prepared prepare_onednn_matmul(const Call& call) {
  const auto isa = checked_cast<unsigned>(dnnl::get_effective_cpu_isa());
  const auto amx = checked_cast<unsigned>(dnnl::cpu_isa::avx512_core_amx);
  if ((isa & amx) != amx || instruction_set() < InstructionSet::amx) return decline("no AMX");
  return prepare_onednn_matmul_anywhere(call);
}

}  // namespace gradus
