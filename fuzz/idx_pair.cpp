// Two IDX files, images and labels, packed or not: only UserError may come out. The first two bytes of the input,
// little endian, are the length of the first file; the second is what follows it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/support/memory_file.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/idx/idx.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gradus;
  if (size < 2) return 0;
  static const fuzz::MemoryFile images("images"), labels("labels");
  const std::string_view rest(reinterpret_cast<const char*>(bytes) + 2, size - 2);
  const std::size_t length = std::min<std::size_t>(bytes[0] + std::size_t{256} * bytes[1], rest.size());
  if (!images.write(rest.substr(0, length)) || !labels.write(rest.substr(length))) return 0;
  try {
    const data::Dataset read = data::read_idx_pair(images.path(), labels.path());
    require(read.features.type().shape[0] == read.rows(), "images and labels of different numbers");
  } catch (const UserError&) {
  }
  return 0;
}
