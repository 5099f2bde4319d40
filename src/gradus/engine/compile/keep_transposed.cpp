#include <set>

#include "gradus/core/ops/layout.hpp"
#include "gradus/engine/compile/known_ops.hpp"
#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/compile/rewrite.hpp"

namespace gradus {

std::string transposed_name(const std::string& parameter) { return parameter + "'"; }

Graph keep_transposed(const Graph& graph, const std::vector<std::string>& parameters) {
  const std::set<std::string> kept(parameters.begin(), parameters.end());
  std::vector<std::string> made;
  Graph out = rewrite(graph, [&](Graph& g, const Node& node, const Values& inputs) -> Value {
    if (!is_matrix_transpose(node) || &inputs[0].op() != &input_op) return {};
    const std::string& name = inputs[0].node().attrs.text("name");
    if (!kept.contains(name)) return {};
    if (const Value copy = g.find_input(transposed_name(name))) return copy;
    made.push_back(name);
    return g.input(transposed_name(name), node.type);
  });
  for (const std::string& name : made) {
    if (const Value next = out.find_output(name)) out.output(transposed_name(name), transpose(next));
  }
  return out;
}

}  // namespace gradus
