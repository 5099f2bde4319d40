// Turns lines into instructions, with registers given out as they go: what is not needed for longest leaves first.
#pragma once

#include <asmjit/x86.h>

#include <functional>
#include <vector>

#include "gradus/engine/cpu/kernels/asmjit/code.hpp"

namespace gradus::jit {

/// REQUIRES of the code around: `scratch` holds the address of 64-byte aligned memory, eax is free to use, and in
/// masked sections k1 (avx512) or register 15 (avx2) has the lanes that exist.
class Emitter {
 public:
  using Address = std::function<asmjit::x86::Mem(const Line&)>;  // where a load, single or store finds its operand

  Emitter(const Code& code, InstructionSet set, asmjit::x86::Assembler& assembler, asmjit::x86::Gp scratch,
          Address address);

  /// Values of lower levels that the lines of `body` read: the most used get registers for good, as far as the body can
  /// spare them; the others will lie in scratch memory. Before any section.
  void pin(const std::vector<int>& body);
  /// The lines, in this order. Values that are read after the section were pinned, or are given in `needed_later`.
  void section(const std::vector<int>& order, const std::vector<char>& needed_later, bool masked);
  /// The constants, after the last instruction.
  void constants();
  std::size_t scratch_bytes() const { return static_cast<std::size_t>(slots_) * 64; }

 private:
  struct Place {
    int at = -1;    // register
    int slot = -1;  // of scratch memory
    bool pinned = false;
  };
  struct File {              // of registers
    std::vector<int> holds;  // the line in each; free: none, taken: not ours
    std::uint32_t locked = 0;
  };
  static constexpr int free = -1, taken = -2;

  const Line& line(int l) const { return code_.lines[static_cast<std::size_t>(l)]; }
  Place& place(int l) { return places_[static_cast<std::size_t>(l)]; }
  bool in_mask_register(int l) const { return wide_ && makes_truth(line(l).kind); }
  File& file_of(int l) { return in_mask_register(l) ? masks_ : vectors_; }
  std::size_t next_use(int l) const;
  int take(File& file);
  int result(int l);
  void release(int l);
  void load(int l, int at);
  void spill(int l);
  int in_register(int l);
  asmjit::Operand operand(int l);
  asmjit::x86::Mem home(int l);
  asmjit::x86::Mem number_at(std::uint64_t bits, Form form);
  asmjit::x86::Mem slot_at(int slot) const;
  asmjit::x86::Reg vector(int at) const;
  void constant_mask(std::uint64_t bits);
  bool lane_mask(const Line& of);
  bool dies(int l) const;
  void copy(int l, int to);

  void emit(int l);
  void emit_two(int l, std::uint32_t f32, std::uint32_t f64);
  void emit_one(int l, std::uint32_t f32, std::uint32_t f64, int immediate = -1);
  void emit_shift(int l, std::uint32_t id);
  void emit_to_integer(int l);
  void emit_load(int l);
  void emit_single(int l);
  void emit_store(int l);
  void emit_multiply_add(int l);
  void emit_select(int l);
  void emit_compare(int l);
  void emit_truth(int l);
  void emit_permute(int l);
  void emit_lanes(int l);
  void emit_narrow(int l);
  void finish(int l);

  const Code& code_;
  bool wide_;  // avx512
  asmjit::x86::Assembler& a_;
  asmjit::x86::Gp scratch_;
  Address address_;
  std::vector<Place> places_;
  File vectors_, masks_;
  std::vector<std::vector<std::size_t>> uses_;  // of each line in the section, last first
  bool masked_ = false;
  std::int64_t mask_bits_ = -1;  // what k7 holds
  int slots_ = 0;
  std::vector<int> free_slots_;
  asmjit::Label pool_, tables_;
  std::vector<std::pair<std::uint64_t, Form>> numbers_;
};

}  // namespace gradus::jit
