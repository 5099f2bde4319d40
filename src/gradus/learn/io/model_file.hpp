// Model files (.gradus): safetensors, so that other programs can read the weights, with these texts in the metadata:
//   "format"          "gradus"
//   "format_version"  "1": a reader refuses a larger one, naming both
//   "library_version" the gradus that wrote the file
//   "gradus"          one JSON document: whatever the caller needs to rebuild the model (net, schema, seed, curve)
//   "sha256"          SHA-256 of the whole file with these 64 digits read as zeros: any flipped bit is noticed
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"
#include "gradus/learn/io/output/output_file.hpp"
#include "gradus/learn/io/safetensors/safetensors.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::io {

inline constexpr int model_format_version = 1;
/// Version of this library, as the build names it.
std::string_view library_version();

/// Numbers of a tensor that are NaN or infinite.
struct NotFiniteNumbers {
  std::string tensor;
  std::int64_t count = 0, of = 0;
};

struct ModelFile {
  std::vector<NamedTensor> tensors;  // in order; names as PyTorch's: "0.weight" [out, in], "0.bias" [out]
  json::Value document;
  std::string written_by;                    // library version of the writer; filled when loading
  std::vector<std::string> notes;            // filled when loading: conversions
  std::vector<NotFiniteNumbers> not_finite;  // filled when loading: the tensors that have such numbers

  /// The tensor called `name`, or nullptr.
  const Tensor* find(std::string_view name) const;
};

/// Writes `model` as a whole or not at all. Throws UserError(Fault::failure).
void save_model_file(OutputFile& output, const ModelFile& model);
/// The same at `path`. Throws UserError(Fault::usage) when that cannot be written.
void save_model_file(const std::string& path, const ModelFile& model);

/// Reads and checks the model at `path`. Throws UserError(Fault::model_file) for a file that is missing, cut off,
/// damaged, of a newer format version, or of another program (each is named, with what to do:
/// data/foreign), and for gzip that unpacks to more than 32 MiB and three times its size.
ModelFile load_model_file(const std::string& path);

/// The same, for bytes in memory; messages call them `name`.
ModelFile parse_model_file(std::span<const std::byte> file, const std::string& name);

/// A parameter that a network wants.
struct Wanted {
  std::string name;
  Type type;
};

/// Throws UserError(Fault::model_file) listing every tensor that is missing, extra or of another shape or dtype.
void require_tensors(const ModelFile& model, std::span<const Wanted> wanted, const std::string& path);

}  // namespace gradus::io
