// Checking a table without keeping it: what is refused is refused before it takes memory.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gradus/learn/data/csv/csv.hpp"

namespace gradus::data {

/// The delimiter of the table that begins with `text` (no byte order mark). Throws UserError(Fault::data) for a text
/// that does not begin as a table does; messages call it `shown`.
char begin_table(std::string_view text, const std::string& shown, const CsvOptions& options);

/// Reads the table in `source` once, piece by piece, throws for all that TableRows refuses, and rewinds it.
/// REQUIRES: nothing was read yet; it is a file.
void check_in_pieces(Source& source, const CsvOptions& options);

}  // namespace gradus::data
