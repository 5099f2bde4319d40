// Files of other programs that people give for a table, images, a model or settings: what they are, and what to do.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gradus/learn/data/source.hpp"

namespace gradus::data {

/// What a reader needs.
enum class Wanted {
  table,     // CSV text
  images,    // IDX
  model,     // a .gradus file
  settings,  // TOML text
  answers,   // JSON text
};

struct ForeignFormat {
  std::string name;    // "a Parquet file"
  std::string remedy;  // how to get what is wanted out of it
};

/// What a file is that begins with `start` (64 KiB are enough), if that cannot be what is wanted. `path` is how
/// remedies call the file.
std::optional<ForeignFormat> foreign_format(std::span<const std::byte> start, Wanted wanted, std::string_view path);

/// Throws UserError(source.fault()) that names the format, before more than the first bytes are read.
void refuse_foreign(Source& source, Wanted wanted);
/// The same for bytes in memory that messages call `name`.
void refuse_foreign(std::string_view bytes, Wanted wanted, std::string_view name, Fault fault);

}  // namespace gradus::data
