// A pointwise program as one loop: inputs are loaded, every instruction works on registers, outputs are stored. What
// depends on single numbers alone is computed once before it, what depends on a row's one number once a row.
#include <algorithm>
#include <numeric>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/engine/cpu/kernels/asmjit/emitter.hpp"
#include "gradus/engine/cpu/kernels/asmjit/kernels.hpp"
#include "gradus/engine/cpu/kernels/asmjit/machine_code.hpp"
#include "gradus/engine/cpu/kernels/asmjit/numbers.hpp"
#include "gradus/engine/cpu/kernels/pointwise_layout.hpp"

namespace gradus::jit {
namespace {
namespace x86 = asmjit::x86;

constexpr std::size_t line_bytes = 64;

using Function = void (*)(std::byte* const* operands, std::int64_t runs, std::int64_t elements, std::byte* scratch);

std::size_t at(int i) { return static_cast<std::size_t>(i); }

struct Pointwise {
  Layout layout;
  std::shared_ptr<const MachineCode> code, past_code;
  Function function = nullptr;
  Function past_function = nullptr;   // writes outputs that cross past the caches
  Crossing most = Crossing::no;       // of all outputs
  std::vector<std::size_t> crossing;  // operands; these begin at whole cache lines, or `function` writes them
  std::vector<std::size_t> widths;    // bytes of a number of each operand
};

/// The program, written down once for each of `copies` vectors that one turn of the loop takes.
struct Body {
  Code code;
  std::vector<std::vector<int>> copies;  // lines of each, stores last
  std::vector<int> once, run;            // lines computed before the loop, and before each run
};

// In this order they are given to the arrays that the loop walks along.
constexpr x86::Gp pointers[] = {x86::r9,  x86::r10, x86::r11, x86::rbx, x86::rbp,
                                x86::r12, x86::r13, x86::r14, x86::r15};
constexpr x86::Gp operands = x86::rdi, runs = x86::rsi, elements = x86::rdx, scratch = x86::rcx, index = x86::r8;
constexpr std::size_t first_saved = 3;  // of `pointers`: the caller wants these and the later ones back

Line input_line(const Call& call, const Layout& layout, std::size_t i, std::int64_t element) {
  const InputLayout& input = layout.inputs[i];
  Line line{.form = call.program.dtype == DType::f64 ? Form::f64 : Form::f32,
            .bytes = call.inputs[i].type.dtype == DType::u8,
            .immediate = i};
  const bool moves = input.linear || input.inner;
  line.kind = moves ? Kind::load : Kind::single;
  line.level = moves ? Level::vector : input.single ? Level::once : Level::run;
  line.element = moves ? element : 0;
  return line;
}

bool crosses(const Operand& output) { return output.crossing != Crossing::no && output.type.dtype != DType::u8; }

/// A number as u8, as a cast makes it: NaN and what is below are 0, what is above 255.
Numbers to_byte(Numbers x) {
  x = select(x > like(x, 0), x, like(x, 0));
  return write(Kind::to_integer, select(x < like(x, 255), x, like(x, 255)), 1);
}

void write_copy(const Call& call, const Layout& layout, Code& code, std::int64_t element, bool past) {
  std::vector<int> registers(call.inputs.size(), -1);
  const auto value = [&](int r) {
    if (registers[at(r)] < 0) registers[at(r)] = code.add(input_line(call, layout, at(r), element));
    return registers[at(r)];
  };
  for (const auto& instruction : call.program.instructions) {
    std::vector<int> in;
    for (const int r : instruction.inputs) in.push_back(value(r));
    registers.push_back(instruction.op == &cast_op ? in[0] : write_op(code, *instruction.op, in.data()));
  }
  std::vector<Line> stores;
  for (std::size_t o = 0; o < call.outputs.size(); ++o) {
    Numbers x{&code, value(call.program.outputs[o])};
    const bool bytes = call.outputs[o].type.dtype == DType::u8;
    const Form form = x.form();
    if (bytes) x = to_byte(x);
    stores.push_back({.kind = Kind::store,
                      .form = form,
                      .bytes = bytes,
                      .level = Level::vector,
                      .in = {x.line, -1, -1},
                      .immediate = call.inputs.size() + o,
                      .element = element,
                      .past_cache = past && crosses(call.outputs[o])});
  }
  for (const Line& store : stores) code.add(store);
}

/// The lines that stores need, directly or not.
std::vector<char> needed_lines(const Code& code) {
  std::vector<char> needed(code.lines.size());
  for (std::size_t l = code.lines.size(); l-- > 0;) {
    if (code.lines[l].kind == Kind::store) needed[l] = 1;
    if (!needed[l]) continue;
    for (const int in : code.lines[l].in) {
      if (in >= 0) needed[at(in)] = 1;
    }
  }
  return needed;
}

Body write_body(const Call& call, const Layout& layout, InstructionSet set, int copies, bool past) {
  const int lanes = set >= InstructionSet::avx512 ? 16 : 8;
  const int step = call.program.dtype == DType::f64 ? lanes / 2 : lanes;
  Body body{Code(lanes), {}, {}, {}};
  std::vector<std::size_t> ends;
  for (int copy = 0; copy < copies && !body.code.refused; ++copy) {
    write_copy(call, layout, body.code, std::int64_t{copy} * step, past);
    ends.push_back(body.code.lines.size());
  }
  const std::vector<char> needed = needed_lines(body.code);
  body.copies.resize(ends.size());
  std::size_t copy = 0;
  for (std::size_t l = 0; l < body.code.lines.size(); ++l) {
    while (l >= ends[copy]) ++copy;
    const Line& line = body.code.lines[l];
    if (!needed[l] || line.kind == Kind::number) continue;
    auto& list = line.level == Level::once ? body.once : line.level == Level::run ? body.run : body.copies[copy];
    list.push_back(checked_cast<int>(l));
  }
  return body;
}

/// The copies' lines in turn, so that one waits while another works.
std::vector<int> interleave(const std::vector<std::vector<int>>& copies) {
  std::vector<int> order;
  for (std::size_t i = 0; i < copies[0].size(); ++i) {
    for (const auto& copy : copies) order.push_back(copy[i]);
  }
  return order;
}

/// Writes the loop.
class Loop {
 public:
  Loop(const Call& call, const Layout& layout, const Body& body, InstructionSet set, x86::Assembler& assembler)
      : call_(call),
        layout_(layout),
        body_(body),
        set_(set),
        a_(assembler),
        emitter_(body.code, set, assembler, scratch, [this](const Line& line) { return address(line); }),
        f64_(call.program.dtype == DType::f64) {
    pointer_.assign(call.inputs.size() + call.outputs.size(), -1);
    // Registers go to what the loop walks along first.
    for (const bool walked : {true, false}) {
      for (std::size_t i = 0; i < pointer_.size(); ++i) {
        const InputLayout* const input = i < call.inputs.size() ? &layout.inputs[i] : nullptr;
        const bool walks = !input || input->linear || input->inner, single = input && input->single;
        if (!single && walks == walked) pointer_[i] = all_++;
      }
    }
    used_ = std::min(all_, checked_cast<int>(std::size(pointers)));
  }

  void write(bool fence) {
    for (std::size_t p = first_saved; p < at(used_); ++p) a_.push(pointers[p]);
    if (all_ > used_) a_.sub(x86::rsp, stack_bytes());
    for (std::size_t i = 0; i < pointer_.size(); ++i) {
      const x86::Mem from = x86::ptr(operands, checked_cast<std::int32_t>(i * 8));
      if (pointer_[i] >= used_) a_.mov(x86::rax, from), a_.mov(on_stack(i), x86::rax);
      else if (pointer_[i] >= 0) a_.mov(pointers[pointer_[i]], from);
    }
    const std::vector<int> wide = interleave(body_.copies);
    const std::vector<char> later = read_later(wide);
    emitter_.pin(wide);
    emitter_.section(body_.once, later, false);
    const asmjit::Label next_run = a_.newLabel();
    a_.bind(next_run);
    emitter_.section(body_.run, later, false);
    a_.xor_(index.r32(), index.r32());
    if (body_.copies.size() > 1) whole_vectors(wide, checked_cast<std::int32_t>(body_.copies.size()));
    whole_vectors(body_.copies[0], 1);
    rest();
    if (!layout_.sizes.empty()) {
      advance();
      a_.dec(runs);
      a_.jnz(next_run);
    }
    if (fence) a_.sfence();  // what goes past the caches arrives in no order
    a_.vzeroupper();
    if (all_ > used_) a_.add(x86::rsp, stack_bytes());
    for (std::size_t p = at(used_); p-- > first_saved;) a_.pop(pointers[p]);
    a_.ret();
    emitter_.constants();
    if (set_ < InstructionSet::avx512) lane_table();
  }
  std::size_t scratch_bytes() const { return emitter_.scratch_bytes(); }

 private:
  int stack_bytes() const { return (all_ - used_) * 8; }
  /// Where the address of an operand lies that got no register.
  x86::Mem on_stack(std::size_t operand) const { return x86::qword_ptr(x86::rsp, (pointer_[operand] - used_) * 8); }
  int lanes() const { return f64_ ? body_.code.lanes / 2 : body_.code.lanes; }
  std::size_t width(std::size_t operand) const {
    const auto& all =
        operand < call_.inputs.size() ? call_.inputs[operand] : call_.outputs[operand - call_.inputs.size()];
    return size_of(all.type.dtype);
  }

  x86::Mem address(const Line& line) {
    const auto operand = static_cast<std::size_t>(line.immediate);
    if (pointer_[operand] < 0) {
      a_.mov(x86::rax, x86::ptr(operands, checked_cast<std::int32_t>(operand * 8)));
      return x86::ptr(x86::rax);
    }
    const bool stacked = pointer_[operand] >= used_;
    if (stacked) a_.mov(x86::rax, on_stack(operand));
    const x86::Gp base = stacked ? x86::rax : pointers[pointer_[operand]];
    if (line.kind == Kind::single) return x86::ptr(base);
    const std::uint32_t shift = line.bytes ? 0 : f64_ ? 3 : 2;
    return x86::ptr(base, index, shift, checked_cast<std::int32_t>(line.element << shift));
  }

  /// Lines of lower levels that the loop, or lines of a run, read.
  std::vector<char> read_later(const std::vector<int>& wide) const {
    std::vector<char> later(body_.code.lines.size());
    const auto mark = [&](const std::vector<int>& order, Level level) {
      for (const int l : order) {
        for (const int in : body_.code.lines[at(l)].in) {
          if (in >= 0 && body_.code.lines[at(in)].level < level) later[at(in)] = 1;
        }
      }
    };
    mark(wide, Level::vector);
    mark(body_.run, Level::run);
    return later;
  }

  void whole_vectors(const std::vector<int>& order, std::int32_t copies) {
    const asmjit::Label again = a_.newLabel(), done = a_.newLabel();
    const std::int32_t step = copies * lanes();
    const std::vector<char> none(body_.code.lines.size());
    a_.lea(x86::rax, x86::ptr(index, step));
    a_.cmp(x86::rax, elements);
    a_.ja(done);
    a_.bind(again);
    emitter_.section(order, none, false);
    a_.add(index, step);
    a_.lea(x86::rax, x86::ptr(index, step));
    a_.cmp(x86::rax, elements);
    a_.jbe(again);
    a_.bind(done);
  }

  void rest() {
    const asmjit::Label done = a_.newLabel();
    a_.cmp(index, elements);
    a_.jae(done);
    a_.sub(elements, index);
    if (set_ >= InstructionSet::avx512) {
      a_.mov(x86::eax, -1);
      a_.bzhi(x86::eax, x86::eax, elements.r32());
      a_.kmovw(x86::k1, x86::eax);
    } else {
      lane_table_ = a_.newLabel();
      a_.neg(elements);
      a_.lea(x86::rax, x86::ptr(lane_table_, 32));
      a_.vmovups(x86::ymm15, x86::ptr(x86::rax, elements, f64_ ? 3 : 2));
      a_.neg(elements);
    }
    a_.add(elements, index);
    emitter_.section(body_.copies[0], std::vector<char>(body_.code.lines.size()), true);
    a_.bind(done);
  }

  void lane_table() {
    a_.align(asmjit::AlignMode::kData, 64);
    a_.bind(lane_table_);
    a_.embedUInt64(~std::uint64_t{0}, 4);
    a_.embedUInt64(0, 4);
  }

  /// To the next run.
  void advance() {
    for (std::size_t i = 0; i < pointer_.size(); ++i) {
      if (pointer_[i] < 0) continue;
      std::int64_t stride = layout_.inner;
      if (i < call_.inputs.size() && !layout_.inputs[i].linear) stride = layout_.inputs[i].strides.back();
      stride *= static_cast<std::int64_t>(width(i));
      if (stride == 0) continue;
      a_.mov(x86::rax, stride);
      if (pointer_[i] >= used_) a_.add(on_stack(i), x86::rax);
      else a_.add(pointers[pointer_[i]], x86::rax);
    }
  }

  const Call& call_;
  const Layout& layout_;
  const Body& body_;
  InstructionSet set_;
  x86::Assembler& a_;
  Emitter emitter_;
  bool f64_;
  std::vector<int> pointer_;  // of each operand: which of `pointers`, then of the stack; -1 for single numbers
  int all_ = 0, used_ = 0;    // arrays, and those of them with registers
  asmjit::Label lane_table_;
};

/// Whether outputs shall be written past the caches, and can be.
bool goes_past(const Pointwise& p, const Frame& frame) {
  return p.past_function && frame.past_caches >= p.most &&
         std::all_of(p.crossing.begin(), p.crossing.end(), [&](std::size_t operand) {
           return reinterpret_cast<std::uintptr_t>(frame.operands[operand]) % line_bytes == 0;
         });
}

void run_pointwise(const void* state, const Frame& frame) {
  const Pointwise& p = *static_cast<const Pointwise*>(state);
  const std::int64_t count = p.layout.cut ? frame.rows * p.layout.row : p.layout.row;
  if (count == 0) return;
  const Function function = goes_past(p, frame) ? p.past_function : p.function;
  if (p.layout.sizes.empty()) return function(frame.operands, 1, count, frame.scratch);
  const std::int64_t total = count / p.layout.inner;
  if (p.layout.sizes.size() == 1) return function(frame.operands, total, p.layout.inner, frame.scratch);
  // More outer axes: those of the last one at a time.
  const std::int64_t last = p.layout.sizes.back();
  std::byte* moved[64];
  for (std::int64_t run = 0; run < total; run += last) {
    for (std::size_t i = 0; i < p.widths.size(); ++i) {
      const bool input = i < p.layout.inputs.size();
      const std::int64_t offset =
          input && !p.layout.inputs[i].linear ? offset_of(p.layout, p.layout.inputs[i], run) : run * p.layout.inner;
      moved[i] = frame.operands[i] + offset * static_cast<std::int64_t>(p.widths[i]);
    }
    function(moved, last, p.layout.inner, frame.scratch);
  }
}

/// Why there is no code for the operands.
std::string check(const Call& call, InstructionSet set) {
  const DType dtype = call.program.dtype;
  if (dtype != DType::f32 && dtype != DType::f64) return "f32 and f64 only";
  for (const auto* list : {&call.inputs, &call.outputs}) {
    for (const Operand& operand : *list) {
      if (operand.type.dtype == DType::u8 && set < InstructionSet::avx512) return "u8 without AVX-512";
      if (operand.type.dtype != dtype && operand.type.dtype != DType::u8) return "an operand of another dtype";
    }
  }
  return {};
}

/// nullptr: an op has no code, or the system gives no memory that may be executed.
std::shared_ptr<const MachineCode> write_code(const Call& call, const Layout& layout, InstructionSet set, bool past,
                                              std::size_t& scratch_bytes) {
  const Body body = write_body(call, layout, set, call.program.instructions.size() <= 4 ? 4 : 2, past);
  if (body.code.refused) return nullptr;
  return MachineCode::make([&](x86::Assembler& assembler) {
    Loop loop(call, layout, body, set, assembler);
    loop.write(past);
    scratch_bytes = loop.scratch_bytes();
  });
}

/// Outputs that other threads read and that are written in whole cache lines.
std::vector<std::size_t> crossing_outputs(const Call& call, const Layout& layout) {
  std::vector<std::size_t> found;
  for (std::size_t o = 0; o < call.outputs.size(); ++o) {
    const std::size_t run = static_cast<std::size_t>(layout.inner) * size_of(call.outputs[o].type.dtype);
    const bool lines = layout.sizes.empty() || run % line_bytes == 0;
    if (crosses(call.outputs[o]) && lines) found.push_back(call.inputs.size() + o);
  }
  return found;
}

}  // namespace

Prepared prepare_pointwise(const Call& call) { return prepare_pointwise(call, instruction_set()); }

Prepared prepare_pointwise(const Call& call, InstructionSet set) {
  if (call.op || call.graph) return decline("only pointwise programs");
  if (set < InstructionSet::avx2) return decline("no AVX2");
  const auto p = std::make_shared<Pointwise>();
  p->layout = make_layout(call);
  if (!p->layout.refusal.empty()) return decline(p->layout.refusal);
  if (std::string refusal = check(call, set); !refusal.empty()) return decline(std::move(refusal));
  if (call.inputs.size() + call.outputs.size() > 64) return decline("more than 64 operands");
  constexpr std::size_t longest = 200;  // instructions; keeps the time to generate them short
  if (call.program.instructions.size() > longest) return decline("a long program");
  std::size_t scratch_bytes = 0;
  p->code = write_code(call, p->layout, set, false, scratch_bytes);
  if (!p->code) return decline("an op without generated code");
  p->function = p->code->entry<Function>();
  p->crossing = crossing_outputs(call, p->layout);
  for (const Operand& output : call.outputs) p->most = std::max(p->most, output.crossing);
  if (!p->crossing.empty()) p->past_code = write_code(call, p->layout, set, true, scratch_bytes);
  if (p->past_code) p->past_function = p->past_code->entry<Function>();
  for (const auto* list : {&call.inputs, &call.outputs}) {
    for (const Operand& operand : *list) p->widths.push_back(size_of(operand.type.dtype));
  }
  return {p, run_pointwise, scratch_bytes, {}};
}

}  // namespace gradus::jit
