// What --json prints: one document, whose first member is "schema": "gradus.<verb>/<version>".
#pragma once

#include "gradus/app/report/console.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::cli {

inline void print_json(report::Console& console, const json::Value& document) {
  console.print(json::write(document, 2));
  console.print("\n");
}

}  // namespace gradus::cli
