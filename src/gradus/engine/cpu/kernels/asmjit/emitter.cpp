#include "gradus/engine/cpu/kernels/asmjit/emitter.hpp"

#include <algorithm>

#include "gradus/core/base/checked_cast.hpp"

namespace gradus::jit {
namespace x86 = asmjit::x86;
namespace {

constexpr int lane_register = 15;  // avx2: the lanes that exist
constexpr std::size_t never = ~std::size_t{0};
std::size_t at(int i) { return static_cast<std::size_t>(i); }

}  // namespace

Emitter::Emitter(const Code& code, InstructionSet set, x86::Assembler& assembler, x86::Gp scratch, Address address)
    : code_(code),
      wide_(set >= InstructionSet::avx512),
      a_(assembler),
      scratch_(scratch),
      address_(std::move(address)),
      places_(code.lines.size()),
      uses_(code.lines.size()) {
  vectors_.holds.assign(wide_ ? 32 : 16, free);
  if (!wide_) vectors_.holds[lane_register] = taken;
  masks_.holds.assign(8, free);  // k0 cannot be asked for, k1 has the lanes that exist, k7 is for constants
  for (const std::size_t i : {0u, 1u, 7u}) masks_.holds[i] = taken;
  pool_ = a_.newLabel();
  tables_ = a_.newLabel();
}

x86::Reg Emitter::vector(int i) const {
  if (wide_) return x86::zmm(checked_cast<std::uint32_t>(i));
  return x86::ymm(checked_cast<std::uint32_t>(i));
}

x86::Mem Emitter::slot_at(int slot) const {
  return x86::ptr(scratch_, checked_cast<std::int32_t>(std::int64_t{slot} * 64));
}

x86::Mem Emitter::number_at(std::uint64_t bits, Form form) {
  const auto found = std::find(numbers_.begin(), numbers_.end(), std::pair{bits, form});
  const auto offset = checked_cast<std::int32_t>((found - numbers_.begin()) * (wide_ ? 8 : 32));
  if (found == numbers_.end()) numbers_.emplace_back(bits, form);
  const x86::Mem mem = x86::ptr(pool_, offset);
  if (!wide_) return mem;
  return form == Form::f64 ? mem._1to8() : mem._1to16();
}

/// Where a value lies when it is in no register.
x86::Mem Emitter::home(int l) {
  if (line(l).kind == Kind::number) return number_at(line(l).immediate, line(l).form);
  return slot_at(place(l).slot);
}

std::size_t Emitter::next_use(int l) const {
  const auto& uses = uses_[at(l)];
  return uses.empty() ? never : uses.back();
}

/// A register of the file: a free one, or that of the value that is needed last.
int Emitter::take(File& file) {
  int victim = -1;
  std::size_t latest = 0;
  for (std::size_t i = 0; i < file.holds.size(); ++i) {
    const int held = file.holds[i];
    if (held == free) return checked_cast<int>(i);
    if (held == taken || (file.locked >> i & 1) || place(held).pinned) continue;
    const std::size_t next = next_use(held);
    if (victim < 0 || next > latest) victim = checked_cast<int>(i), latest = next;
  }
  const int held = file.holds[at(victim)];
  if (latest != never) spill(held);
  place(held).at = -1;
  file.holds[at(victim)] = free;
  return victim;
}

/// Gives a value a place in scratch memory, unless it has one or can be had again.
void Emitter::spill(int l) {
  Place& p = place(l);
  if (p.slot >= 0 || line(l).kind == Kind::number) return;
  if (free_slots_.empty()) {
    p.slot = slots_++;
  } else {
    p.slot = free_slots_.back();
    free_slots_.pop_back();
  }
  if (in_mask_register(l)) a_.kmovw(slot_at(p.slot), x86::k(checked_cast<std::uint32_t>(p.at)));
  else a_.emit(x86::Inst::kIdVmovups, slot_at(p.slot), vector(p.at));
}

void Emitter::load(int l, int to) {
  if (in_mask_register(l)) {
    a_.kmovw(x86::k(checked_cast<std::uint32_t>(to)), home(l));
  } else if (line(l).kind == Kind::number && wide_) {
    const bool zero = line(l).immediate == 0;
    const auto broadcast = line(l).form == Form::f64 ? x86::Inst::kIdVbroadcastsd : x86::Inst::kIdVbroadcastss;
    if (zero) a_.emit(x86::Inst::kIdVpxord, vector(to), vector(to), vector(to));
    else a_.emit(broadcast, vector(to), home(l)._1to1());
  } else {
    a_.emit(x86::Inst::kIdVmovups, vector(to), home(l));
  }
}

int Emitter::in_register(int l) {
  File& file = file_of(l);
  if (place(l).at < 0) {
    const int to = take(file);
    load(l, to);
    place(l).at = to;
    file.holds[at(to)] = l;
  }
  file.locked |= 1u << place(l).at;
  return place(l).at;
}

/// The value as the operand that may lie in memory.
asmjit::Operand Emitter::operand(int l) {
  const auto& held = vectors_.holds;
  const bool room = std::find(held.begin(), held.end(), free) != held.end();
  if (place(l).at < 0 && (uses_[at(l)].size() <= 1 || !room)) return home(l);
  return vector(in_register(l));
}

/// A register for the line's value. Inputs that nobody needs any more give theirs up first.
int Emitter::result(int l) {
  finish(l);
  File& file = file_of(l);
  const int to = take(file);
  place(l).at = to;
  file.holds[at(to)] = l;
  file.locked |= 1u << to;
  return to;
}

/// Takes this use off the inputs' lists.
void Emitter::finish(int l) {
  for (const int in : line(l).in) {
    if (in >= 0) release(in);
  }
}

void Emitter::release(int l) {
  auto& uses = uses_[at(l)];
  if (!uses.empty()) uses.pop_back();
  Place& p = place(l);
  if (!uses.empty() || p.pinned) return;
  if (p.at >= 0) {
    File& file = file_of(l);
    file.holds[at(p.at)] = free;
    file.locked &= ~(1u << p.at);
    p.at = -1;
  }
}

void Emitter::pin(const std::vector<int>& body) {
  std::vector<int> count(code_.lines.size()), last(code_.lines.size(), -1);
  for (std::size_t i = 0; i < body.size(); ++i) {
    for (const int in : line(body[i]).in) {
      if (in >= 0) ++count[at(in)], last[at(in)] = checked_cast<int>(i);
    }
  }
  // How many registers the body's own values need at a time.
  int live = 0, most = 0;
  std::vector<char> own(code_.lines.size());
  for (const int l : body) own[at(l)] = 1;
  for (std::size_t i = 0; i < body.size(); ++i) {
    most = std::max(most, live + 4);
    const Line& of = line(body[i]);
    for (std::size_t k = 0; k < of.in.size(); ++k) {
      const int in = of.in[k];
      const bool again = std::find(of.in.begin(), of.in.begin() + static_cast<std::ptrdiff_t>(k), in) !=
                         of.in.begin() + static_cast<std::ptrdiff_t>(k);
      if (in >= 0 && !again && own[at(in)] && last[at(in)] == checked_cast<int>(i) && !in_mask_register(in)) --live;
    }
    if (of.kind != Kind::store && !in_mask_register(body[i])) ++live;
  }
  std::vector<int> candidates;
  for (int l = 0; l < checked_cast<int>(code_.lines.size()); ++l) {
    if (count[at(l)] > 0 && !own[at(l)] && !in_mask_register(l)) candidates.push_back(l);
  }
  // Numbers are read from memory at no cost by most instructions: others first.
  std::stable_sort(candidates.begin(), candidates.end(), [&](int a, int b) {
    const bool x = line(a).kind == Kind::number, y = line(b).kind == Kind::number;
    return x != y ? y : count[at(a)] > count[at(b)];
  });
  const int usable = (wide_ ? 32 : 15) - most;
  if (checked_cast<int>(candidates.size()) > usable) candidates.resize(at(std::max(usable, 0)));
  for (const int l : candidates) {
    place(l).pinned = true;
    if (line(l).kind != Kind::number) continue;
    place(l).at = take(vectors_);
    vectors_.holds[at(place(l).at)] = l;
    load(l, place(l).at);
  }
}

void Emitter::section(const std::vector<int>& order, const std::vector<char>& needed_later, bool masked) {
  masked_ = masked, mask_bits_ = -1;
  for (std::size_t i = order.size(); i-- > 0;) {
    const auto& in = line(order[i]).in;
    for (std::size_t k = in.size(); k-- > 0;) {
      if (in[k] >= 0) uses_[at(in[k])].push_back(i);
    }
  }
  for (const int l : order) {
    vectors_.locked = masks_.locked = 0;
    emit(l);
    const Kind kind = line(l).kind;
    if (kind == Kind::store || kind == Kind::number) continue;
    if (needed_later[at(l)] && !place(l).pinned) spill(l);
    if (uses_[at(l)].empty() && !place(l).pinned) release(l);
  }
  for (File* file : {&vectors_, &masks_}) {
    for (int& held : file->holds) {
      if (held < 0 || place(held).pinned) continue;
      place(held).at = -1;
      held = free;
    }
  }
  // What only this section read gives up its slot.
  for (const int l : order) {
    Place& p = place(l);
    if (p.slot < 0 || needed_later[at(l)]) continue;
    free_slots_.push_back(p.slot);
    p.slot = -1;
  }
}

void Emitter::constants() {
  a_.align(asmjit::AlignMode::kData, 64);
  a_.bind(pool_);
  for (const auto& [bits, form] : numbers_) {
    const std::uint64_t both = form == Form::f64 ? bits : (bits & 0xffffffffu) | bits << 32;
    a_.embedUInt64(both, wide_ ? 1 : 4);
  }
  a_.align(asmjit::AlignMode::kData, 64);
  a_.bind(tables_);
  for (const Table& table : code_.tables) a_.embed(table.data(), sizeof table);
}

}  // namespace gradus::jit
