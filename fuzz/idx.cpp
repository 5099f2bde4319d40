// Any bytes as an IDX file, packed or not: only UserError may come out.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/idx/idx.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gradus;
  static const int file = ::memfd_create("idx", 0);  // a regular file that never touches the disk
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, bytes, size, 0) != static_cast<ssize_t>(size)) return 0;
  try {
    data::read_idx_pair(path, path);
  } catch (const UserError&) {
  }
  return 0;
}
