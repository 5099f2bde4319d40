// What is said of how a file was read.
#pragma once

#include "gradus/learn/data/csv/table_pass.hpp"
#include "gradus/learn/data/note.hpp"

namespace gradus::data {

/// One line of the rules that are not the usual ones, or not those of the model, each with its flag; and of what was
/// left out of the file or added to it.
Notes rule_notes(const Pass& pass, const Assumptions& assumed, const CsvOptions& options);

}  // namespace gradus::data
