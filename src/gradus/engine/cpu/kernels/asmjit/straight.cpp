// A small graph as a whole: every node's lines after one another, then the stores. Nothing is called, nothing branches,
// and what lies between stays in registers as far as there are any.
#include <algorithm>
#include <map>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/engine/cpu/kernels/asmjit/emitter.hpp"
#include "gradus/engine/cpu/kernels/asmjit/kernels.hpp"
#include "gradus/engine/cpu/kernels/asmjit/machine_code.hpp"
#include "gradus/engine/cpu/kernels/asmjit/write_node.hpp"

namespace gradus::jit {
namespace {
namespace x86 = asmjit::x86;

constexpr std::size_t most_lines = 6000;  // beyond them the code no longer stays in the cache next to its data
std::size_t at(int i) { return static_cast<std::size_t>(i); }

constexpr x86::Gp operands = x86::rdx, scratch = x86::rcx;
/// Where addresses of operands are kept, the one asked for longest ago gives way.
constexpr x86::Gp bases[] = {x86::rsi, x86::rdi, x86::r8, x86::r9, x86::r10, x86::r11};

Lanes input_lanes(const Type& type, int operand) {
  return {.shape = type.shape,
          .form = type.dtype == DType::f64 ? Form::f64 : Form::f32,
          .operand = operand,
          .bytes = type.dtype == DType::u8,
          .stored = type.shape.count()};
}

/// A last vector is stored whole, into memory that is nobody's: what is stored under a mask is not there for the next
/// run's loads at once.
void store(Code& code, const Lanes& x, DType dtype, int operand) {
  for (std::int64_t q = 0; q < x.vector_count(); ++q) {
    Numbers line{&code, fetch(code, x, consecutive(x.count(), q))};
    const bool bytes = dtype == DType::u8;
    if (bytes) line = write(Kind::to_integer, line, 1);
    const Form form = dtype == DType::f64 ? Form::f64 : Form::f32;
    code.add({.kind = Kind::store,
              .form = form,
              .bytes = bytes,
              .in = {line.line, -1, -1},
              .immediate = static_cast<std::uint64_t>(operand),
              .element = q * width,
              .lanes = x.count() == 1 ? 1 : width});
  }
}

/// False when it is longer than code may be.
bool write_graph(Code& code, const Graph& graph) {
  std::vector<Lanes> values;
  int inputs = 0;
  for (const Node& node : graph.nodes()) {
    if (node.op == &input_op) {
      values.push_back(input_lanes(node.type, inputs++));
      continue;
    }
    std::vector<Lanes> in;
    for (const int input : node.inputs) in.push_back(values[at(input)]);
    values.push_back(write_node(code, node, in));
    if (code.lines.size() > most_lines) return false;
  }
  // Every vector that is stored is there before the first store: that may write over an input.
  std::vector<Lanes> results;
  for (const Output& output : graph.outputs()) {
    const Lanes& x = values[at(output.id)];
    Lanes flat{.shape = x.shape, .form = x.form, .stored = x.count(), .everywhere = x.count() == 1};
    for (std::int64_t q = 0; q < x.vector_count(); ++q) {
      flat.vectors.push_back(fetch(code, x, consecutive(x.count(), q)));
    }
    results.push_back(std::move(flat));
  }
  for (std::size_t o = 0; o < results.size(); ++o) {
    const DType dtype = graph.node(graph.outputs()[o].id).type.dtype;
    store(code, results[o], dtype, inputs + checked_cast<int>(o));
  }
  return code.lines.size() <= most_lines && !code.refused;
}

/// Which lines the stores to operands from `first` on need, these stores among them.
std::vector<char> needed_by(const Code& code, int first) {
  std::vector<char> needed(code.lines.size());
  for (std::size_t l = code.lines.size(); l-- > 0;) {
    const Line& line = code.lines[l];
    if (line.kind == Kind::store && checked_cast<int>(line.immediate) >= first) needed[l] = 1;
    if (!needed[l]) continue;
    for (const int in : line.in) {
      if (in >= 0) needed[at(in)] = 1;
    }
  }
  return needed;
}

/// What the first output alone needs comes late where it is one number, the loss of a step: the next step waits for
/// the others. Stores come last.
std::vector<int> needed_order(const Code& code, int first_output, bool delay_first) {
  const std::vector<char> needed = needed_by(code, first_output), soon = needed_by(code, first_output + 1);
  std::vector<int> order;
  const auto take = [&](const auto& of_turn) {
    for (std::size_t l = 0; l < code.lines.size(); ++l) {
      if (needed[l] && code.lines[l].kind != Kind::number && of_turn(l)) order.push_back(checked_cast<int>(l));
    }
  };
  const auto stores = [&](std::size_t l) { return code.lines[l].kind == Kind::store; };
  const auto early = [&](std::size_t l) { return !delay_first || soon[l]; };
  take([&](std::size_t l) { return !stores(l) && early(l); });
  take([&](std::size_t l) { return !stores(l) && !early(l); });
  take(stores);
  return order;
}

/// Addresses of operands, loaded when they are needed.
class Bases {
 public:
  explicit Bases(x86::Assembler& assembler) : a_(assembler) {}
  x86::Mem operator()(const Line& line) {
    const auto operand = checked_cast<int>(line.immediate);
    auto place = std::find(std::begin(held_), std::end(held_), operand);
    if (place == std::end(held_)) {
      place = std::min_element(std::begin(used_), std::end(used_)) - std::begin(used_) + std::begin(held_);
      *place = operand;
      a_.mov(bases[place - std::begin(held_)],
             x86::ptr(operands, checked_cast<std::int32_t>(std::int64_t{operand} * 8)));
    }
    used_[place - std::begin(held_)] = ++time_;
    const std::int64_t size = line.bytes ? 1 : line.form == Form::f64 ? 8 : 4;
    return x86::ptr(bases[place - std::begin(held_)], checked_cast<std::int32_t>(line.element * size));
  }

 private:
  x86::Assembler& a_;
  int held_[std::size(bases)] = {-1, -1, -1, -1, -1, -1};
  int used_[std::size(bases)] = {};
  int time_ = 0;
};

}  // namespace

bool writes_straight(const Graph& graph, const Node& node) {
  return instruction_set() >= InstructionSet::avx512 && writes(graph, node);
}

Prepared prepare_straight(const Call& call) {
  if (!call.graph) return decline("only graphs as a whole");
  if (instruction_set() < InstructionSet::avx512) return decline("no AVX-512");
  for (const Node& node : call.graph->nodes()) {
    if (!writes(*call.graph, node)) return decline("an op without generated code: " + std::string(node.op->name));
  }
  Code code(width);
  if (!write_graph(code, *call.graph)) return decline("more code than stays in the cache");
  const Node& first = call.graph->node(call.graph->outputs()[0].id);
  const bool delay_first = call.graph->outputs().size() > 1 && first.type.shape.count() == 1;
  const auto order = needed_order(code, checked_cast<int>(call.inputs.size()), delay_first);
  std::size_t scratch_bytes = 0;
  auto machine_code = MachineCode::make([&](x86::Assembler& a) {
    a.mov(operands, x86::ptr(x86::rsi, checked_cast<std::int32_t>(offsetof(Frame, operands))));
    a.mov(scratch, x86::ptr(x86::rsi, checked_cast<std::int32_t>(offsetof(Frame, scratch))));
    Bases address(a);
    Emitter emitter(code, InstructionSet::avx512, a, scratch, [&](const Line& line) { return address(line); });
    emitter.section(order, std::vector<char>(code.lines.size()), false);
    a.vzeroupper();
    a.ret();
    emitter.constants();
    scratch_bytes = emitter.scratch_bytes();
  });
  if (!machine_code) return decline("the system gives no memory that may be executed");
  const auto run = machine_code->entry<void (*)(const void*, const Frame&)>();
  return {std::move(machine_code), run, scratch_bytes, {}};
}

}  // namespace gradus::jit
