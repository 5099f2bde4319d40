// Zip archives (APPNOTE 6.3), as NumPy writes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gradus::data {

struct ZipEntry {
  std::string name;
  std::string bytes;
};

/// The files in the archive `bytes`, stored or deflated. Throws UserError(Fault::data) for archives that are cut off or
/// damaged, of several parts, encrypted or packed in another way; for two files of the same name, files that lie over
/// one another and names with ".." or from the root; for more than `most` bytes in all. Nothing is written anywhere.
std::vector<ZipEntry> unzip(std::string_view bytes, const std::string& name, std::uint64_t most);

}  // namespace gradus::data
