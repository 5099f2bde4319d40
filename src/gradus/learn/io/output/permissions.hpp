// Who may read and write a file that takes the place of another.
#pragma once

#include <string>

namespace gradus::io {

/// Gives the open `file` owner, group, mode and access list of the file at `old`, as far as this process may. Where the
/// group cannot be kept, the new one gets no more than everybody has.
void keep_permissions(int file, const std::string& old);

}  // namespace gradus::io
