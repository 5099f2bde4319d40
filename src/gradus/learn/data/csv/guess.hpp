// What the first lines of a table say of how it is to be read.
#pragma once

#include <string_view>

#include "gradus/learn/data/csv/csv.hpp"

namespace gradus::data {

/// The delimiter that cuts the lines of `sample` into equally many fields with the least odd cells (cells that hold
/// another delimiter and are no numbers); the one that is most frequent in the first line if none is regular. 0 when
/// none occurs. Blanks only where no other character does. `rules` has quote and comment.
char find_delimiter(std::string_view sample, const ReadingRules& rules);

/// Delimiter, quote and comment as `sample` has them (whole lines, UTF-8), the others as `before`; what was said goes
/// before. `skip`: 1 where the first line is sep=; as spreadsheets write it.
ReadingRules guess_layout(std::string_view sample, const ReadingRules& before, const RuleChoices& said,
                          std::size_t& skip);

}  // namespace gradus::data
