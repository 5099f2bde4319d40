// gradus ops: every operation, as it describes itself.
#include <algorithm>

#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/outputs/print_json.hpp"
#include "gradus/core/ops/all.hpp"
#include "gradus/engine/cpu/compile/kernel_of_op.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::cli {
namespace {

constexpr Option options[] = {
    {"--json", "", "one JSON document on standard output"},
};

/// The op's fast kernel on this machine; empty where only the reference kernel computes it.
std::string fast_kernel(const Op& op) {
  const std::string kernel = kernel_of_op(op);
  return kernel == "reference" ? "" : kernel;
}

json::Value to_json(const Op& op) {
  return json::Object{
      {"name", op.name},
      {"doc", op.doc},
      {"arity", op.arity},
      {"attributes", op.attributes},
      {"derivative", op.derive != nullptr},
      {"rule", op.rule},
      {"pointwise", op.traits.pointwise},
      {"fast_kernel", fast_kernel(op)},
  };
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  out.resize(std::max(width, out.size()), ' ');
  return out + "  ";
}

std::string table() {
  std::size_t longest = 0;
  for (const Op* op : all_ops()) longest = std::max(longest, op->name.size());
  std::string out = padded("op", longest) + "inputs  derivative  fast kernel\n";
  const std::string indent(longest + 2, ' ');
  for (const Op* op : all_ops()) {
    out += padded(op->name, longest) + padded(op->arity < 0 ? "any" : std::to_string(op->arity), 6);
    out += padded(op->derive != nullptr ? "yes" : "no", 10);
    const std::string kernel = fast_kernel(*op);
    out += kernel.empty() ? "no" : kernel;
    out += "\n" + indent + std::string(op->doc) + "\n";
    if (!op->rule.empty()) out += indent + "gradient: " + std::string(op->rule) + "\n";
  }
  return out;
}

int run_ops(const Arguments& arguments, report::Console& console) {
  if (arguments.has("--json")) {
    json::Array ops;
    for (const Op* op : all_ops()) ops.push_back(to_json(*op));
    print_json(console, json::Object{{"schema", "gradus.ops/1"}, {"ops", ops}});
  } else {
    console.print(table());
  }
  return 0;
}

}  // namespace

extern const Command ops_command{
    "ops", "lists every operation that a network can be made of", {}, options, "gradus ops", run_ops};

}  // namespace gradus::cli
