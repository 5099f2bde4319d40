// The flags that say how a table is read, for verbs that read one for a model.
#pragma once

#include <vector>

#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/learn/data/csv/reading_rules.hpp"

namespace gradus::cli {

/// `own`, and behind them --delimiter, --missing, ...: the same as of gradus train.
std::vector<Option> with_reading_options(std::vector<Option> own);

/// What was said by them. Throws UserError(Fault::usage) for a value that a flag does not take.
data::RuleChoices read_rules(const Arguments& arguments);

}  // namespace gradus::cli
