// What gradus check derives: a formula, or the loss of a model on rows of its data.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/core/grad/check.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::cli {

/// Options that a formula does not take.
inline constexpr std::string_view check_model_options[] = {"--rows", "--second"};

/// Floating-point operations of a check unless --elements says otherwise: about a second.
inline constexpr double check_work = 6e8;

struct CheckSubject {
  std::shared_ptr<void> owner;  // of the graph
  Value y;                      // one number
  Values xs;
  std::vector<Binding> bindings;
  GradientCheckOptions options;
  std::string title;  // a line above the table; "" for none
  json::Object head;  // the first members of the document
};

/// Throws UserError for what does not parse, load or fit, and for options that belong to the other kind.
CheckSubject formula_subject(const Arguments& arguments);
CheckSubject model_subject(const Arguments& arguments, report::Console& console);

}  // namespace gradus::cli
