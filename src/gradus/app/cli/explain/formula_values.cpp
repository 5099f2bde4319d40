#include "gradus/app/cli/explain/formula_values.hpp"

namespace gradus::cli {

std::vector<explain::Variable> values_in(const std::vector<std::string>& lists) {
  std::vector<explain::Variable> out;
  for (const std::string& list : lists) {
    for (explain::Variable& variable : explain::parse_variables(list)) {
      for (const explain::Variable& other : out) {
        if (other.name != variable.name) continue;
        throw UserError(Fault::usage,
                        Report{"--at", "a second value of " + other.name, "one", "one --at for each name"});
      }
      out.push_back(std::move(variable));
    }
  }
  return out;
}

}  // namespace gradus::cli
