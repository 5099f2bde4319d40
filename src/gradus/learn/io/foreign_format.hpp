// Files of other programs that people give for a model.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace gradus::io {

struct ForeignFormat {
  std::string name;    // "a PyTorch file (zip)"
  std::string remedy;  // how its weights can be had
};

/// What a file that begins with `bytes` is, if its first bytes belong to a format that is known and not ours.
std::optional<ForeignFormat> foreign_format(std::span<const std::byte> bytes);

}  // namespace gradus::io
