// The text form of graphs: whatever is read must be a valid graph that prints and reads back as itself.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/graph/verify.hpp"
#include "gradus/core/ops/parse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const gradus::Graph graph = gradus::parse({reinterpret_cast<const char*>(data), size});
    gradus::verify(graph);
    const std::string text = gradus::print(graph);
    gradus::require(gradus::print(gradus::parse(text)) == text, "a graph does not read back as it prints");
  } catch (const gradus::UserError&) {
  }
  return 0;
}
