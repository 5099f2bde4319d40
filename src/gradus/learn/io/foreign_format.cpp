#include "gradus/learn/io/foreign_format.hpp"

#include <array>
#include <string_view>

namespace gradus::io {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes, name, remedy;
};

constexpr std::string_view from_torch =
    "train again, or convert in Python: safetensors.torch.save_file(torch.load(path, weights_only=True), new_path)";

constexpr std::array<Magic, 10> magics{{
    {"PK\x03\x04"sv, "a zip archive (PyTorch .pt, Keras .keras or NumPy .npz)", from_torch},
    {"\x80\x02"sv, "a Python pickle (older PyTorch file), which is never executed here", from_torch},
    {"\x80\x03"sv, "a Python pickle, which is never executed here", from_torch},
    {"\x80\x04"sv, "a Python pickle, which is never executed here", from_torch},
    {"\x80\x05"sv, "a Python pickle, which is never executed here", from_torch},
    {"\x89HDF\r\n\x1a\n"sv, "an HDF5 file (Keras .h5)",
     "in Python, save model.weights under their names with safetensors.numpy.save_file"},
    {"GGUF"sv, "a GGUF file (llama.cpp)", "the model's .safetensors instead"},
    {"\x93NUMPY"sv, "a NumPy array", "safetensors.numpy.save_file in Python"},
    {"\x08\x07\x12"sv, "an ONNX file", "a .gradus model"},
    {"\x08\x08\x12"sv, "an ONNX file", "a .gradus model"},
}};

/// The length of the header in 8 bytes, little-endian, and the header's brace: lengths like 0x0480 begin as a pickle
/// does.
bool is_safetensors(std::string_view text) {
  return text.size() > 8 && text.substr(5, 3) == "\0\0\0"sv && text[8] == '{';
}

}  // namespace

std::optional<ForeignFormat> foreign_format(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (is_safetensors(text)) return std::nullopt;
  for (const Magic& magic : magics) {
    if (text.starts_with(magic.bytes)) return ForeignFormat{std::string(magic.name), std::string(magic.remedy)};
  }
  return std::nullopt;
}

}  // namespace gradus::io
