// Chunks of a block that stay in the first-level cache go through one precompiled loop per instruction or two. Those on
// single numbers run once a block; an output is the register of the last instruction, so nothing is copied.
#include <algorithm>
#include <cstring>

#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "gradus/engine/cpu/kernels/highway/pointwise_steps.hpp"

namespace gradus::highway {
namespace {

struct Pointwise {
  Layout layout;
  Steps direct, safe;
  std::size_t width = 4;  // bytes of a number
  std::vector<std::size_t> input_widths, output_widths;
};

constexpr std::size_t cell_bytes = 64;

std::size_t rounded(std::size_t bytes) { return (bytes + 63) / 64 * 64; }
std::size_t slots_of(const Pointwise& p, const Steps& steps) {
  return p.input_widths.size() + p.output_widths.size() + static_cast<std::size_t>(steps.cells + steps.buffers);
}
std::size_t buffer_bytes(const Pointwise& p, const Steps& steps) {
  return rounded(static_cast<std::size_t>(steps.chunk) * p.width);
}
std::size_t scratch_of(const Pointwise& p, const Steps& steps) {
  return rounded(slots_of(p, steps) * sizeof(std::byte*)) + static_cast<std::size_t>(steps.cells) * cell_bytes +
         static_cast<std::size_t>(steps.buffers) * buffer_bytes(p, steps);
}

void run_steps(const std::vector<LoopCall>& steps, std::byte* const* at, std::int64_t n) {
  for (const LoopCall& step : steps) {
    step.loop(at[step.in[0]], at[step.in[1]], at[step.in[2]], at[step.out], static_cast<std::size_t>(n));
  }
}

/// Runs first .. first + runs of an input, written out as they are read: each in full, or one number repeated.
void spread_runs(const Layout& layout, const InputLayout& input, std::size_t width, const std::byte* from,
                 std::byte* to, std::int64_t first, std::int64_t runs) {
  const std::size_t bytes = static_cast<std::size_t>(layout.inner) * width;
  for (std::int64_t run = 0; run < runs; ++run, to += bytes) {
    const std::byte* source = from + static_cast<std::size_t>(offset_of(layout, input, first + run)) * width;
    std::memcpy(to, source, input.inner ? bytes : std::min(width, bytes));
    // One number: what is there is doubled until the run is full.
    for (std::size_t i = width; !input.inner && i < bytes; i *= 2) std::memcpy(to + i, to, std::min(i, bytes - i));
  }
}

/// The state of one run: where each slot is.
struct Runner {
  const Pointwise& p;
  const Steps& steps;
  const Frame& frame;
  std::byte** at;
  std::int64_t elements;

  std::size_t inputs() const { return p.input_widths.size(); }
  void point_outputs(std::int64_t element) {
    for (std::size_t o = 0; o < p.output_widths.size(); ++o) {
      at[inputs() + o] = frame.operands[inputs() + o] + static_cast<std::size_t>(element) * p.output_widths[o];
    }
  }
  void spread(const std::vector<Spread>& list, std::int64_t run, std::int64_t runs) {
    for (const Spread& s : list) {
      const auto i = static_cast<std::size_t>(s.input);
      spread_runs(p.layout, p.layout.inputs[i], p.input_widths[i], frame.operands[i], at[s.slot], run, runs);
    }
  }

  /// Chunks of whole runs (or of any elements, when runs do not matter).
  void across_runs() {
    for (std::int64_t done = 0; done < elements; done += steps.chunk) {
      const std::int64_t n = std::min(steps.chunk, elements - done);
      for (std::size_t i = 0; i < inputs(); ++i) {
        if (p.layout.inputs[i].linear) at[i] = frame.operands[i] + static_cast<std::size_t>(done) * p.input_widths[i];
      }
      point_outputs(done);
      if (!steps.spread.empty()) spread(steps.spread, done / p.layout.inner, n / p.layout.inner);
      run_steps(steps.steps, at, n);
    }
  }

  /// Chunks within runs: every input is read where it lies.
  void within_runs() {
    const std::int64_t inner = p.layout.inner;
    for (std::int64_t run = 0; run * inner < elements; ++run) {
      for (std::int64_t done = 0; done < inner; done += steps.chunk) {
        for (std::size_t i = 0; i < inputs(); ++i) {
          const InputLayout& input = p.layout.inputs[i];
          if (input.single) continue;
          const std::int64_t start = input.linear ? run * inner : offset_of(p.layout, input, run);
          at[i] = frame.operands[i] + static_cast<std::size_t>(start + (input.inner ? done : 0)) * p.input_widths[i];
        }
        point_outputs(run * inner + done);
        run_steps(steps.steps, at, std::min(steps.chunk, inner - done));
      }
    }
  }

  void place() {
    const std::size_t operands = inputs() + p.output_widths.size();
    for (std::size_t i = 0; i < operands; ++i) at[i] = frame.operands[i];
    std::byte* next = frame.scratch + rounded(slots_of(p, steps) * sizeof(std::byte*));
    for (int i = 0; i < steps.cells; ++i, next += cell_bytes) at[operands + static_cast<std::size_t>(i)] = next;
    const std::size_t bytes = buffer_bytes(p, steps), buffers = operands + static_cast<std::size_t>(steps.cells);
    for (int i = 0; i < steps.buffers; ++i, next += bytes) at[buffers + static_cast<std::size_t>(i)] = next;
  }

  void run() {
    place();
    run_steps(steps.once_single, at, 1);
    if (!steps.spread_once.empty()) spread(steps.spread_once, 0, std::min(steps.chunk, elements) / p.layout.inner);
    run_steps(steps.once_full, at, std::min(steps.chunk, elements));
    if (steps.by_run) within_runs();
    else across_runs();
  }
};

bool shares_memory(const Steps& steps, const Frame& frame, std::size_t inputs) {
  for (const auto& [output, input] : steps.hazards) {
    if (frame.operands[inputs + static_cast<std::size_t>(output)] == frame.operands[input]) return true;
  }
  return false;
}

void run_pointwise(const void* state, const Frame& frame) {
  const Pointwise& p = *static_cast<const Pointwise*>(state);
  const Steps& steps = shares_memory(p.direct, frame, p.input_widths.size()) ? p.safe : p.direct;
  const std::int64_t elements = p.layout.cut ? frame.rows * p.layout.row : p.layout.row;
  if (elements == 0) return;
  Runner{p, steps, frame, reinterpret_cast<std::byte**>(frame.scratch), elements}.run();
}

}  // namespace

Prepared prepare_pointwise(const Call& call) {
  if (call.op || call.graph) return decline("only pointwise programs");
  const auto p = std::make_shared<Pointwise>();
  p->layout = make_layout(call);
  if (!p->layout.refusal.empty()) return decline(p->layout.refusal);
  p->direct = make_steps(call, p->layout, true);
  if (!p->direct.refusal.empty()) return decline(p->direct.refusal);
  p->safe = make_steps(call, p->layout, false);
  p->width = size_of(call.program.dtype);
  for (const Operand& input : call.inputs) p->input_widths.push_back(size_of(input.type.dtype));
  for (const Operand& output : call.outputs) p->output_widths.push_back(size_of(output.type.dtype));
  const std::size_t scratch = std::max(scratch_of(*p, p->direct), scratch_of(*p, p->safe));
  return {p, run_pointwise, scratch, {}};
}

}  // namespace gradus::highway
