// The safetensors layout: 8 bytes little endian with the length of the header, the header (a JSON object: name ->
// dtype, shape, [begin, end) in the bytes after the header; "__metadata__" -> texts), the numbers, nothing after them.
// https://github.com/huggingface/safetensors
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"

namespace gradus::io {

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

struct Safetensors {
  std::vector<NamedTensor> tensors;                           // in the order of their bytes
  std::vector<std::pair<std::string, std::string>> metadata;  // in the order of the header
  std::vector<std::string> notes;                             // "tensor w: F16 became f32"
};

/// Longest header and most tensors that are read.
inline constexpr std::size_t safetensors_header_limit = std::size_t{16} << 20;
inline constexpr std::size_t safetensors_tensor_limit = 65'536;

struct StoredDType;

/// A tensor that is still in the file.
struct StoredTensor {
  std::string name;
  const StoredDType* dtype = nullptr;
  Shape shape;
  std::uint64_t begin = 0, end = 0;  // in the bytes after the header
};

/// What the header says: all but the numbers.
struct SafetensorsHeader {
  std::vector<StoredTensor> tensors;                          // in the order of their bytes
  std::vector<std::pair<std::string, std::string>> metadata;  // in the order of the header
  std::size_t size = 0;                                       // bytes, with those of its length

  const std::string* find_metadata(std::string_view key) const;
};

/// Checks everything about the header, which is all that can be wrong with the file: length, UTF-8, JSON, names given
/// twice, dtypes, shape x dtype = bytes, no overlap, no hole, no byte left over. F16 and BF16 become f32 (said in
/// notes); dtypes that gradus does not have are refused by name. Throws UserError(Fault::model_file) naming the tensor
/// and the numbers.
SafetensorsHeader parse_safetensors_header(std::span<const std::byte> file, const std::string& name);
/// The tensors that the header names. REQUIRES: it is that of the file.
Safetensors read_tensors(SafetensorsHeader header, std::span<const std::byte> file);
/// Both.
Safetensors parse_safetensors(std::span<const std::byte> file, const std::string& name);

/// Length and header, padded with blanks to a multiple of 8 bytes; the tensors' bytes follow in their order.
/// Throws UserError(Fault::usage) for a name given twice, or "__metadata__".
std::string safetensors_header(std::span<const NamedTensor> tensors,
                               std::span<const std::pair<std::string, std::string>> metadata);

}  // namespace gradus::io
