#include <algorithm>
#include <unordered_set>

#include "gradus/learn/io/safetensors/dtype.hpp"
#include "gradus/learn/io/safetensors/safetensors.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::io {
namespace {

std::string_view stored_name(DType dtype) {
  if (dtype == DType::bf16) return "BF16";
  return std::find_if(stored_dtypes.begin(), stored_dtypes.end(),
                      [&](const StoredDType& d) { return d.becomes == dtype; })
      ->name;
}

}  // namespace

std::string safetensors_header(std::span<const NamedTensor> tensors,
                               std::span<const std::pair<std::string, std::string>> metadata) {
  json::Object document;
  if (!metadata.empty()) {
    json::Object texts;
    for (const auto& [name, text] : metadata) texts[name] = text;
    document["__metadata__"] = std::move(texts);
  }
  std::unordered_set<std::string_view> names;
  std::size_t end = 0;
  for (const auto& [name, tensor] : tensors) {
    if (name == "__metadata__" || !names.insert(name).second) {
      throw UserError(Fault::usage, Report{"tensor \"" + printable(name) + "\"", "a name that is taken", "another",
                                           printable(name) + "-2"});
    }
    const std::size_t begin = end;
    end += tensor.bytes();
    const auto sizes = tensor.shape().sizes();
    document.append(name, json::Object{{"dtype", stored_name(tensor.dtype())},
                                       {"shape", std::vector<std::int64_t>(sizes.begin(), sizes.end())},
                                       {"data_offsets", json::Array{begin, end}}});
  }
  std::string text = json::write(std::move(document));
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string out;
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(text.size() >> shift & 0xff);
  return out + text;
}

}  // namespace gradus::io
