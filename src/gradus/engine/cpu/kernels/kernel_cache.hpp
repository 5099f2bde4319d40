// Kernels by what they depend on.
#pragma once

#include <memory>
#include <unordered_map>

#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus {

/// Equal calls get one kernel, which is generated once.
class KernelCache {
 public:
  std::shared_ptr<const Choice> choose(const Call& call);
  /// How many calls were different from all before.
  std::size_t size() const { return known_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const Call& call) const;
  };
  std::unordered_map<Call, std::shared_ptr<const Choice>, Hash> known_;
};

}  // namespace gradus
