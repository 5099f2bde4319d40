// Counts every operator new of the process. In one file of a test program alone, and never under ThreadSanitizer, which
// brings operators of its own.
#pragma once

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

// GCC inlines one of the operators below and takes the pair for a mismatch.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace {
std::atomic<long> allocations{0}, live_number_bytes{0};
constexpr std::size_t line = 64;  // memory for numbers begins at cache lines, what describes a plan does not

void* counted(std::size_t bytes, std::size_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
  if (void* memory = std::aligned_alloc(alignment, whole == 0 ? alignment : whole)) {
    if (alignment >= line) live_number_bytes += static_cast<long>(malloc_usable_size(memory));
    return memory;
  }
  throw std::bad_alloc();
}

void give_back(void* memory, std::size_t alignment = 0) {
  if (alignment >= line) live_number_bytes -= static_cast<long>(malloc_usable_size(memory));
  std::free(memory);
}
}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes, 16); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return counted(bytes, 16); }
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t alignment) noexcept {
  give_back(memory, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
  give_back(memory, static_cast<std::size_t>(alignment));
}
