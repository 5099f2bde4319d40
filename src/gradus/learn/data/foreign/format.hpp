// What is known of a format that is not ours.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gradus::data::foreign {

struct Format {
  std::string name = {};  // "a Parquet file"
  std::string to_table =
      {};                   // a command that makes a table of it: IN and OUT stand for the files; empty: nothing known
  std::string unpack = {};  // a command that unpacks it; whatever is wanted may be inside
  enum class Kind { binary, model_of_others, gradus_model, images_idx, text } kind = Kind::binary;
};

/// By the bytes that it begins with.
std::optional<Format> by_magic(std::string_view start);
/// Zip archives, by the names in them: an Excel sheet, a PyTorch model, NumPy arrays, ...
std::optional<Format> by_zip(std::string_view start);
/// Texts: a web page, JSON, a pointer of Git LFS; and texts in other encodings.
std::optional<Format> by_text(std::string_view start);
/// ONNX, which has no magic number: a protocol buffer with the fields of a model.
bool is_onnx(std::string_view start);
/// A file of safetensors: the length of a header in 8 bytes, and the header's brace.
bool is_safetensors(std::string_view start);
/// Too many control characters for a text.
bool is_binary(std::string_view start);

/// Python commands that write IN as CSV to OUT: by a reader of pandas, or the array that numpy.load(IN) gives.
std::string with_pandas(std::string_view reader, std::string_view more = {});
std::string with_numpy(std::string_view element);

/// Whether a shell takes the text as it is.
bool is_plain(std::string_view text);
/// The command with `path` for IN and a name beside it for OUT, each quoted as a shell needs it; OUT ends with
/// `extension`, or without the one that says how the file is packed.
std::string filled_in(std::string command, std::string_view path, std::string_view extension = {});

}  // namespace gradus::data::foreign
