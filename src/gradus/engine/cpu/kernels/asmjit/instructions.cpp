// One line, one instruction, or a few.
#include <algorithm>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/engine/cpu/kernels/asmjit/emitter.hpp"

namespace gradus::jit {
namespace x86 = asmjit::x86;
namespace I = x86::Inst;
namespace {

constexpr int quiet = 8;  // rounding raises no exception
std::size_t at(int i) { return static_cast<std::size_t>(i); }
x86::Xmm xmm(int i) { return x86::xmm(checked_cast<std::uint32_t>(i)); }
x86::Ymm ymm(int i) { return x86::ymm(checked_cast<std::uint32_t>(i)); }
x86::KReg mask(int i) { return x86::k(checked_cast<std::uint32_t>(i)); }

// Permutations that need no table and fewer cycles: the order as an instruction has it, or -1.

/// The same order within each block of four lanes.
int within_blocks(const Table& table) {
  std::uint32_t order = 0;
  for (std::uint32_t lane = 0; lane < table.size(); ++lane) {
    if (table[lane] / 4 != lane / 4 || table[lane] % 4 != table[lane % 4]) return -1;
    if (lane < 4) order |= table[lane] << 2 * lane;
  }
  return checked_cast<int>(order);
}

/// Whole blocks of four lanes.
int of_blocks(const Table& table) {
  std::uint32_t order = 0;
  for (std::uint32_t lane = 0; lane < table.size(); ++lane) {
    if (table[lane] % 4 != lane % 4 || table[lane] / 4 != table[lane / 4 * 4] / 4) return -1;
    if (lane % 4 == 0) order |= table[lane] / 4 << lane / 2;
  }
  return checked_cast<int>(order);
}

}  // namespace

void Emitter::constant_mask(std::uint64_t bits) {
  if (mask_bits_ == static_cast<std::int64_t>(bits)) return;
  a_.mov(x86::eax, bits);
  a_.kmovw(x86::k7, x86::eax);
  mask_bits_ = static_cast<std::int64_t>(bits);
}

/// avx512: makes the next instruction touch only the lanes in memory that exist. Whether there are any that do not.
bool Emitter::lane_mask(const Line& of) {
  const int width = of.form == Form::f64 ? code_.lanes / 2 : code_.lanes;
  if (of.lanes == 0 && masked_) {
    a_.k(x86::k1);
    return true;
  }
  if (of.lanes == 0 || of.lanes >= width) return false;
  constant_mask((std::uint64_t{1} << of.lanes) - 1);
  a_.k(x86::k7);
  return true;
}

/// Whether this line is the last to read a value that is in a register of its own.
bool Emitter::dies(int l) const {
  const Place& p = places_[at(l)];
  return p.at >= 0 && !p.pinned && uses_[at(l)].size() == 1;
}

void Emitter::copy(int l, int to) {
  if (places_[at(l)].at >= 0) a_.emit(I::kIdVmovaps, vector(to), vector(places_[at(l)].at));
  else load(l, to);
}

void Emitter::emit_two(int l, std::uint32_t f32, std::uint32_t f64) {
  const Line& of = line(l);
  int a = of.in[0], b = of.in[1];
  const bool commutes = of.kind != Kind::subtract && of.kind != Kind::divide && of.kind != Kind::bit_and_not &&
                        of.kind != Kind::subtract_integer && of.kind != Kind::larger && of.kind != Kind::smaller;
  if (commutes && place(a).at < 0) std::swap(a, b);
  const int x = in_register(a);
  const asmjit::Operand y = operand(b);
  a_.emit(of.form == Form::f64 ? f64 : f32, vector(result(l)), vector(x), y);
}

void Emitter::emit_one(int l, std::uint32_t f32, std::uint32_t f64, int immediate) {
  const Line& of = line(l);
  const asmjit::Operand x = operand(of.in[0]);
  const std::uint32_t id = of.form == Form::f64 ? f64 : f32;
  const x86::Reg to = vector(result(l));
  if (immediate < 0) a_.emit(id, to, x);
  else a_.emit(id, to, x, immediate);
}

void Emitter::emit_shift(int l, std::uint32_t id) {
  const int x = in_register(line(l).in[0]);
  a_.emit(id, vector(result(l)), vector(x), checked_cast<int>(line(l).immediate));
}

void Emitter::emit_to_integer(int l) {
  const bool truncate = line(l).immediate == 1;
  if (line(l).form == Form::f32) {
    return emit_one(l, truncate ? I::kIdVcvttps2dq : I::kIdVcvtps2dq, 0);
  }
  const int x = in_register(line(l).in[0]), to = result(l);
  if (wide_) a_.emit(I::kIdVcvttpd2dq, ymm(to), vector(x));
  else a_.emit(I::kIdVcvttpd2dq, xmm(to), vector(x));
}

void Emitter::emit_load(int l) {
  const Line& of = line(l);
  const x86::Mem from = address_(of);
  const int to = result(l);
  const bool f64 = of.form == Form::f64;
  if (!wide_) {
    const bool whole = !masked_;
    if (whole) a_.emit(I::kIdVmovups, vector(to), from);
    else a_.emit(f64 ? I::kIdVmaskmovpd : I::kIdVmaskmovps, vector(to), x86::ymm15, from);
    return;
  }
  if (lane_mask(of)) a_.z();
  if (!of.bytes) {
    a_.emit(f64 ? I::kIdVmovupd : I::kIdVmovups, vector(to), from);
  } else if (f64) {
    a_.emit(I::kIdVpmovzxbd, ymm(to), from);
    a_.emit(I::kIdVcvtdq2pd, vector(to), ymm(to));
  } else {
    a_.emit(I::kIdVpmovzxbd, vector(to), from);
    a_.emit(I::kIdVcvtdq2ps, vector(to), vector(to));
  }
}

void Emitter::emit_single(int l) {
  const Line& of = line(l);
  x86::Mem from = address_(of);
  const int to = result(l);
  const bool f64 = of.form == Form::f64;
  if (!of.bytes) {
    a_.emit(f64 ? I::kIdVbroadcastsd : I::kIdVbroadcastss, vector(to), from);
    return;
  }
  from.setSize(1);
  a_.movzx(x86::eax, from);
  a_.emit(I::kIdVmovd, xmm(to), x86::eax);
  a_.emit(f64 ? I::kIdVcvtdq2pd : I::kIdVcvtdq2ps, xmm(to), xmm(to));
  a_.emit(f64 ? I::kIdVbroadcastsd : I::kIdVbroadcastss, vector(to), xmm(to));
}

void Emitter::emit_store(int l) {
  const Line& of = line(l);
  const int x = in_register(of.in[0]);
  const x86::Mem to = address_(of);
  const bool f64 = of.form == Form::f64;
  if (of.past_cache && !masked_) {
    a_.emit(f64 ? I::kIdVmovntpd : I::kIdVmovntps, to, vector(x));
  } else if (!wide_) {
    if (!masked_) a_.emit(I::kIdVmovups, to, vector(x));
    else a_.emit(f64 ? I::kIdVmaskmovpd : I::kIdVmaskmovps, to, x86::ymm15, vector(x));
  } else if (of.lanes == 1 && !of.bytes) {  // what is stored under a mask is not there for a load at once
    a_.emit(f64 ? I::kIdVmovsd : I::kIdVmovss, to, xmm(x));
  } else {
    lane_mask(of);
    if (!of.bytes) a_.emit(f64 ? I::kIdVmovupd : I::kIdVmovups, to, vector(x));
    else if (f64) a_.emit(I::kIdVpmovdb, to, ymm(x));
    else a_.emit(I::kIdVpmovdb, to, vector(x));
  }
  finish(l);
}

void Emitter::emit_multiply_add(int l) {
  const Line& of = line(l);
  const bool f64 = of.form == Form::f64, negative = of.kind == Kind::negative_multiply_add;
  const auto id = [&](std::uint32_t plain32, std::uint32_t plain64, std::uint32_t minus32, std::uint32_t minus64) {
    return negative ? (f64 ? minus64 : minus32) : (f64 ? plain64 : plain32);
  };
  const auto id231 =
      id(I::kIdVfmadd231ps, I::kIdVfmadd231pd, I::kIdVfnmadd231ps, I::kIdVfnmadd231pd);  // first += second third
  const auto id213 =
      id(I::kIdVfmadd213ps, I::kIdVfmadd213pd, I::kIdVfnmadd213ps, I::kIdVfnmadd213pd);  // first = second first + third
  int a = of.in[0], b = of.in[1];
  const int c = of.in[2];
  int to = -1;
  if (dies(c)) {
    if (place(a).at < 0) std::swap(a, b);
    to = in_register(c);
    const int x = in_register(a);
    const asmjit::Operand y = operand(b);
    a_.emit(id231, vector(to), vector(x), y);
    finish(l);
  } else {
    if (!dies(a) && (dies(b) || place(b).at < 0)) std::swap(a, b);  // a is overwritten, or loaded to be so
    const bool overwrite = dies(a);
    const int x = in_register(b);
    const asmjit::Operand y = operand(c);
    if (overwrite) {
      to = in_register(a);
    } else {
      to = take(vectors_);
      copy(a, to);
    }
    a_.emit(id213, vector(to), vector(x), y);
    finish(l);
  }
  place(l).at = to;
  vectors_.holds[at(to)] = l;
}

void Emitter::emit_select(int l) {
  const Line& of = line(l);
  const int c = in_register(of.in[0]), otherwise = in_register(of.in[2]);
  const asmjit::Operand then = operand(of.in[1]);
  const x86::Reg to = vector(result(l));
  const bool f64 = of.form == Form::f64;
  if (wide_) a_.k(mask(c)).emit(f64 ? I::kIdVblendmpd : I::kIdVblendmps, to, vector(otherwise), then);
  else a_.emit(f64 ? I::kIdVblendvpd : I::kIdVblendvps, to, vector(otherwise), then, vector(c));
}

void Emitter::emit_compare(int l) {
  const Line& of = line(l);
  const int x = in_register(of.in[0]);
  const asmjit::Operand y = operand(of.in[1]);
  const int to = result(l);
  const auto id = of.form == Form::f64 ? I::kIdVcmppd : I::kIdVcmpps;
  const int predicate = checked_cast<int>(of.immediate);
  if (wide_) a_.emit(id, mask(to), vector(x), y, predicate);
  else a_.emit(id, vector(to), vector(x), y, predicate);
}

void Emitter::emit_truth(int l) {
  const Line& of = line(l);
  const int x = in_register(of.in[0]), y = of.in[1] < 0 ? -1 : in_register(of.in[1]);
  const int to = result(l);
  if (of.kind == Kind::truth_not) {
    if (wide_) a_.knotw(mask(to), mask(x));
    else a_.emit(I::kIdVxorps, vector(to), vector(x), number_at(~std::uint64_t{0}, Form::f64));
  } else if (wide_) {
    a_.emit(of.kind == Kind::truth_and ? I::kIdKandw : I::kIdKorw, mask(to), mask(x), mask(y));
  } else {
    a_.emit(of.kind == Kind::truth_and ? I::kIdVandps : I::kIdVorps, vector(to), vector(x), vector(y));
  }
}

void Emitter::emit_permute(int l) {
  const Line& of = line(l);
  const Table& table = code_.tables[of.immediate];
  const bool two = of.kind == Kind::permute_two;
  const int a = in_register(of.in[0]), b = two ? in_register(of.in[1]) : -1;
  if (!two && std::all_of(table.begin(), table.end(), [](std::uint32_t lane) { return lane == 0; })) {
    a_.emit(I::kIdVbroadcastss, vector(result(l)), xmm(a));
    return;
  }
  if (const int order = within_blocks(table); !two && order >= 0) {
    a_.emit(I::kIdVpermilps, vector(result(l)), vector(a), order);
    return;
  }
  if (const int order = of_blocks(table); !two && order >= 0) {
    a_.emit(I::kIdVshuff32x4, vector(result(l)), vector(a), vector(a), order);
    return;
  }
  const int to = take(vectors_);  // the table goes there first
  const auto offset = checked_cast<std::int32_t>(of.immediate * sizeof(Table));
  a_.emit(I::kIdVmovups, vector(to), x86::ptr(tables_, offset));
  if (two) a_.emit(I::kIdVpermi2ps, vector(to), vector(a), vector(b));
  else a_.emit(I::kIdVpermps, vector(to), vector(to), vector(a));
  finish(l);
  place(l).at = to;
  vectors_.holds[at(to)] = l;
}

void Emitter::emit_lanes(int l) {
  const Line& of = line(l);
  const int a = in_register(of.in[0]), b = of.kind == Kind::blend ? in_register(of.in[1]) : -1;
  const x86::Reg to = vector(result(l));
  constant_mask(of.immediate);
  if (b < 0) a_.k(x86::k7).z().emit(I::kIdVmovaps, to, vector(a));
  else a_.k(x86::k7).emit(I::kIdVblendmps, to, vector(a), vector(b));
}

void Emitter::emit_narrow(int l) {
  const int x = in_register(line(l).in[0]), to = result(l);
  if (wide_) a_.emit(I::kIdVcvtpd2ps, ymm(to), vector(x));
  else a_.emit(I::kIdVcvtpd2ps, xmm(to), vector(x));
  a_.emit(I::kIdVbroadcastss, vector(to), xmm(to));
}

void Emitter::emit(int l) {
  switch (line(l).kind) {
    case Kind::number: return;
    case Kind::load: return emit_load(l);
    case Kind::single: return emit_single(l);
    case Kind::store: return emit_store(l);
    case Kind::add: return emit_two(l, I::kIdVaddps, I::kIdVaddpd);
    case Kind::subtract: return emit_two(l, I::kIdVsubps, I::kIdVsubpd);
    case Kind::multiply: return emit_two(l, I::kIdVmulps, I::kIdVmulpd);
    case Kind::divide: return emit_two(l, I::kIdVdivps, I::kIdVdivpd);
    case Kind::larger: return emit_two(l, I::kIdVmaxps, I::kIdVmaxpd);
    case Kind::smaller: return emit_two(l, I::kIdVminps, I::kIdVminpd);
    case Kind::bit_and: return emit_two(l, I::kIdVandps, I::kIdVandpd);
    case Kind::bit_and_not: return emit_two(l, I::kIdVandnps, I::kIdVandnpd);
    case Kind::bit_or: return emit_two(l, I::kIdVorps, I::kIdVorpd);
    case Kind::bit_xor: return emit_two(l, I::kIdVxorps, I::kIdVxorpd);
    case Kind::add_integer: return emit_two(l, I::kIdVpaddd, 0);
    case Kind::subtract_integer: return emit_two(l, I::kIdVpsubd, 0);
    case Kind::square_root: return emit_one(l, I::kIdVsqrtps, I::kIdVsqrtpd);
    case Kind::round_to: {
      const int immediate = checked_cast<int>(line(l).immediate) | quiet;
      return emit_one(l, wide_ ? I::kIdVrndscaleps : I::kIdVroundps, wide_ ? I::kIdVrndscalepd : I::kIdVroundpd,
                      immediate);
    }
    case Kind::from_integer: return emit_one(l, I::kIdVcvtdq2ps, 0);
    case Kind::to_integer: return emit_to_integer(l);
    case Kind::shift_left: return emit_shift(l, I::kIdVpslld);
    case Kind::shift_right: return emit_shift(l, I::kIdVpsrad);
    case Kind::multiply_add:
    case Kind::negative_multiply_add: return emit_multiply_add(l);
    case Kind::select: return emit_select(l);
    case Kind::compare: return emit_compare(l);
    case Kind::truth_and:
    case Kind::truth_or:
    case Kind::truth_not: return emit_truth(l);
    case Kind::permute:
    case Kind::permute_two: return emit_permute(l);
    case Kind::keep:
    case Kind::blend: return emit_lanes(l);
    case Kind::narrow: return emit_narrow(l);
  }
}

}  // namespace gradus::jit
