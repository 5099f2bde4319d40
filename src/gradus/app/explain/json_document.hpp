// The explanation as a JSON document, schema gradus.explain/1 (docs/reference/explain-json.md).
#pragma once

#include "gradus/app/explain/explanation.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::explain {

/// `paths_to`: nodes whose paths are listed too.
json::Value to_json(const Explanation& explanation, const std::vector<int>& paths_to = {});

}  // namespace gradus::explain
