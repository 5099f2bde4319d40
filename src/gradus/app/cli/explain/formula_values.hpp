// --at: the values of a formula's variables.
#pragma once

#include <string>
#include <vector>

#include "gradus/app/explain/formula/formula.hpp"

namespace gradus::cli {

/// The variables in all --at together. Throws UserError for what does not parse and for a second value of one name.
std::vector<explain::Variable> values_in(const std::vector<std::string>& lists);

}  // namespace gradus::cli
