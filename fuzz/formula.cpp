// Any text as a formula, its variables before a line break: only UserError may come out, and what is accepted can be
// evaluated and differentiated, or is refused.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gradus/app/explain/formula/formula.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/ops/interpret.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gradus;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return 0;
  try {
    const auto variables = explain::parse_variables(text.substr(0, end));
    explain::Formula formula = explain::parse_formula(text.substr(end + 1), variables);
    const Value output = formula.graph.value(formula.output);
    if (output.shape().count() == 1) {
      Values inputs;
      for (int input : formula.inputs) inputs.push_back(formula.graph.value(input));
      gradient(output, inputs);
    }
    interpret_all(formula.graph, formula.bindings());
  } catch (const UserError&) {
  }
  return 0;
}
