// Instructions in memory of their own, which is never writable and executable at once.
#pragma once

#include <asmjit/x86.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace gradus::jit {

class MachineCode {
 public:
  /// What `write` emits; nullptr when it could not be encoded or there is no memory that may be executed.
  static std::shared_ptr<const MachineCode> make(const std::function<void(asmjit::x86::Assembler&)>& write);
  ~MachineCode();
  MachineCode(const MachineCode&) = delete;
  MachineCode& operator=(const MachineCode&) = delete;

  template <class Function> Function entry() const { return reinterpret_cast<Function>(at_); }
  std::size_t bytes() const { return bytes_; }

 private:
  MachineCode(void* at, std::size_t bytes) : at_(at), bytes_(bytes) {}
  void* at_;
  std::size_t bytes_;
};

}  // namespace gradus::jit
