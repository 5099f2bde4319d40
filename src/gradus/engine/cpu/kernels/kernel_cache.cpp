#include "gradus/engine/cpu/kernels/kernel_cache.hpp"

#include <functional>

namespace gradus {
namespace {

class Mixed {
 public:
  Mixed& operator<<(std::size_t hash) {
    hash_ = mixed_hash(hash_, hash);
    return *this;
  }
  Mixed& operator<<(const Op* op) { return *this << std::hash<const Op*>{}(op); }
  Mixed& operator<<(const Operand& operand) {
    *this << static_cast<std::size_t>(operand.type.dtype) << static_cast<std::size_t>(operand.access);
    for (const std::int64_t size : operand.type.shape) *this << static_cast<std::size_t>(size);
    return *this;
  }
  Mixed& operator<<(const PointwiseProgram& program) {
    for (const auto& instruction : program.instructions) {
      *this << instruction.op;
      for (const int input : instruction.inputs) *this << static_cast<std::size_t>(input);
    }
    return *this << program.instructions.size();
  }
  std::size_t hash() const { return hash_; }

 private:
  std::size_t hash_ = 0;
};

}  // namespace

std::size_t KernelCache::Hash::operator()(const Call& call) const {
  Mixed mixed;
  mixed << call.op << hash_of(call.attrs) << call.program << static_cast<std::size_t>(call.rows)
        << static_cast<std::size_t>(call.block) << call.inputs.size();
  for (const Operand& input : call.inputs) mixed << input;
  for (const Operand& output : call.outputs) mixed << output;
  return mixed.hash();
}

std::shared_ptr<const Choice> KernelCache::choose(const Call& call) {
  const auto [place, fresh] = known_.try_emplace(call, nullptr);
  if (fresh) place->second = std::make_shared<const Choice>(gradus::choose(call));
  return place->second;
}

}  // namespace gradus
