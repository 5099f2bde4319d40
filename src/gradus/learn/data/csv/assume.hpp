// How a table is to be read: from its first lines, then from what a reading by that says.
#pragma once

#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/data/csv/table_pass.hpp"
#include "gradus/learn/data/csv/text_windows.hpp"

namespace gradus::data {

/// What the first lines say. Throws UserError(Fault::data) where there are none.
Assumptions assume(TextWindows& text, const CsvOptions& options);

/// Readings until what was taken for granted is what the table says, which `assumed` is then. Throws as read_pass().
Pass read_until_settled(TextWindows& text, Assumptions& assumed, const CsvOptions& options);

}  // namespace gradus::data
