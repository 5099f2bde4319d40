// Any bytes as safetensors and as a model file: only UserError may come out, and what is accepted can be written again.
#include <cstddef>
#include <cstdint>
#include <span>

#include "gradus/learn/io/model_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gradus;
  const auto file = std::as_bytes(std::span(bytes, size));
  try {
    const io::Safetensors parsed = io::parse_safetensors(file, "fuzz");
    std::string again = io::safetensors_header(parsed.tensors, parsed.metadata);
    for (const auto& [name, tensor] : parsed.tensors)
      again.append(static_cast<const char*>(tensor.data()), tensor.bytes());
    const auto back = io::parse_safetensors(std::as_bytes(std::span(again)), "fuzz");
    require(back.tensors.size() == parsed.tensors.size(), "safetensors do not come back as they were");
  } catch (const UserError&) {
  }
  try {
    io::parse_model_file(file, "fuzz");
  } catch (const UserError&) {
  }
  return 0;
}
