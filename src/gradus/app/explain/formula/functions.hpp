// Functions of formulas: every op of all_ops() by its name.
#pragma once

#include <map>

#include "gradus/app/explain/formula/token.hpp"
#include "gradus/core/graph/graph.hpp"

namespace gradus::explain {

/// axis=0, keep=1, axes=[0 1], dtype=i64: what follows the values in a call.
struct NamedArgument {
  Token name;
  Attribute value;
};

/// A call as it stands in the formula.
struct Call {
  Token name;
  Values values;
  std::vector<NamedArgument> named;
};

/// The value of a call. ln, pow, and max and min of two values go by their usual names. Attributes that are not given:
/// axis is the last, axes are all, keep is 0. Throws UserError with a caret.
Value apply_function(const Source& source, const Call& call);

/// Whether formulas can call `name`.
bool is_function(std::string_view name);
/// The nearest function, or "".
std::string nearest_function(std::string_view name);

}  // namespace gradus::explain
