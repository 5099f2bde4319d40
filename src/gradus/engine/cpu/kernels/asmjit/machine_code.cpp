#include "gradus/engine/cpu/kernels/asmjit/machine_code.hpp"

#include <cstdlib>

#include "gradus/engine/cpu/kernels/asmjit/code.hpp"

// Debian's libasmjit.a is not made for shared objects, but only one of its files cannot be in one: that which takes the
// address of stderr. These functions are all that it has; with them in a file that is linked before asmjit, it never
// is, and a library that uses gradus can be. Weak, so that another copy of them does no harm.
ASMJIT_BEGIN_NAMESPACE

[[gnu::weak]] const char* DebugUtils::errorAsString(Error) noexcept { return "error of asmjit"; }
[[gnu::weak]] void DebugUtils::debugOutput(const char*) noexcept {}
[[gnu::weak]] void DebugUtils::assertionFailed(const char*, int, const char*) noexcept { std::abort(); }

ASMJIT_END_NAMESPACE

namespace gradus::jit {
namespace {

/// Remembers that something could not be encoded.
struct Failure : asmjit::ErrorHandler {
  bool failed = false;
  void handleError(asmjit::Error, const char*, asmjit::BaseEmitter*) override { failed = true; }
};

/// What asmjit keeps of its first look is written under a lock of ours, by whoever compiles first.
std::size_t page_size() {
  static const std::size_t bytes = asmjit::VirtMem::info().pageSize;
  return bytes;
}

}  // namespace

std::shared_ptr<const MachineCode> MachineCode::make(const std::function<void(asmjit::x86::Assembler&)>& write) {
  asmjit::CodeHolder holder;
  holder.init(asmjit::Environment::host());
  Failure failure;
  holder.setErrorHandler(&failure);
  asmjit::x86::Assembler assembler(&holder);
  write(assembler);
  if (failure.failed || holder.flatten() != 0 || holder.resolveUnresolvedLinks() != 0) return nullptr;
  const std::size_t page = page_size();
  const std::size_t bytes = (holder.codeSize() + page - 1) / page * page;
  void* at = nullptr;
  if (asmjit::VirtMem::alloc(&at, bytes, asmjit::VirtMem::MemoryFlags::kAccessRW) != 0) return nullptr;
  const std::shared_ptr<const MachineCode> code(new MachineCode(at, bytes));
  if (holder.relocateToBase(reinterpret_cast<std::uint64_t>(at)) != 0) return nullptr;
  if (holder.copyFlattenedData(at, bytes) != 0) return nullptr;
  if (asmjit::VirtMem::protect(at, bytes, asmjit::VirtMem::MemoryFlags::kAccessRX) != 0) return nullptr;
  return code;
}

MachineCode::~MachineCode() { asmjit::VirtMem::release(at_, bytes_); }

}  // namespace gradus::jit
