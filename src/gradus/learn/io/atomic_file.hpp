// Files that are replaced as a whole or not at all.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace gradus::io {

/// Throws UserError(Fault::usage) unless a file could be written at `path` now: its folder exists, is a folder and is
/// writable, and the path is not itself a folder or a device. Creates nothing. To be called before training starts.
void check_writable(const std::string& path);

/// Writes `parts` one after another as the file `path`: a new file in the same folder, written, fsynced, renamed over
/// the old one, the folder fsynced. Until the rename the old file is untouched; readers that have it open keep it.
/// Throws UserError(Fault::failure) with the system's reason when any step fails, and removes what it began.
void replace_file(const std::string& path, std::span<const std::span<const std::byte>> parts);

}  // namespace gradus::io
