// Any text as the document of a model file whose checksum is right: only UserError may come out, and a model that is
// accepted can be described, saved in the same words, and asked for a prediction.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/support/memory_file.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/learn/io/model_file.hpp"
#include "gradus/learn/io/sha256.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/saved_model.hpp"

namespace {

using namespace gradus;

/// The parameters of "2 relu" over three inputs: a document must describe a net of these.
std::vector<io::NamedTensor> tensors(std::int64_t outputs) {
  std::vector<io::NamedTensor> out;
  const std::pair<const char*, Shape> parameters[] = {
      {"0.weight", {2, 3}}, {"0.bias", {2}}, {"2.weight", {outputs, 2}}, {"2.bias", {outputs}}};
  for (const auto& [name, shape] : parameters) out.push_back({name, Tensor(Type{DType::f32, shape})});
  return out;
}

/// As save_model_file() writes it, but for the document, which is any text.
std::string file_with(std::string_view document, std::int64_t outputs) {
  const std::vector<io::NamedTensor> all = tensors(outputs);
  const std::string no_hash(64, '0');
  const std::vector<std::pair<std::string, std::string>> texts = {{"format", "gradus"},
                                                                  {"format_version", "1"},
                                                                  {"library_version", "0"},
                                                                  {"sha256", no_hash},
                                                                  {"gradus", std::string(document)}};
  std::string file = io::safetensors_header(all, texts);
  for (const io::NamedTensor& named : all) {
    file.append(static_cast<const char*>(named.tensor.data()), named.tensor.bytes());
  }
  io::Sha256 hash;
  hash.add(std::as_bytes(std::span(file)));
  return file.replace(file.find("\"sha256\":\"" + no_hash) + 10, no_hash.size(), hash.finish());
}

void load_and_use(const std::string& path) {
  static Engine engine({.threads = 1});
  const TrainedModel model = io::load(path);
  const std::string described = json::write(io::describe_model(model));
  require(json::write(json::parse(described, "fuzz")) == described, "a document does not come back as it was");
  predict(engine, model, Tensor(Type{model.network.dtype, {2, model.network.input.count()}}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const fuzz::MemoryFile file("model");
  for (const std::int64_t outputs : {1, 2}) {  // a number, or two classes
    try {
      if (file.write(file_with({reinterpret_cast<const char*>(bytes), size}, outputs))) load_and_use(file.path());
    } catch (const UserError&) {
    }
  }
  return 0;
}
