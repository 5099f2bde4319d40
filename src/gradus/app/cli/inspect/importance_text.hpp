// What matters to a model, as text, as JSON and as a page.
#pragma once

#include <string>

#include "gradus/learn/json/value.hpp"
#include "gradus/learn/train/importance.hpp"

namespace gradus::cli {

/// `outputs`: the classes, or the name of the target.
std::string importance_text(const Importance& importance, const std::vector<std::string>& outputs);
json::Value importance_json(const Importance& importance, const std::vector<std::string>& outputs);
/// One file of HTML without anything from elsewhere.
std::string importance_page(const Importance& importance, const std::vector<std::string>& outputs,
                            const std::string& title);

}  // namespace gradus::cli
