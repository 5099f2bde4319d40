#include "gradus/engine/backend/backend.hpp"

namespace gradus {
void refuse_graph(const Executable& code, int graph) {
  const auto& graphs = code.signature().graphs;
  throw UserError(Fault::usage,
                  Report{"program", "graph " + std::to_string(graph),
                         graphs.size() == 1 ? "0, its only graph" : "0 to " + std::to_string(graphs.size() - 1), "0"});
}

void refuse_memory(const char* what) {
  throw UserError(Fault::usage, Report{what, "memory of other code", "what the code that runs has made",
                                       std::string("make_") + what + "() of that code"});
}

void run(const Executable& code, const State& state, Context& context, int graph) {
  check_run(code, state, context, graph);
  if (code.signature().graphs[static_cast<std::size_t>(graph)].updates) {
    throw UserError(Fault::usage, Report{"graph " + std::to_string(graph), "state that may only be read",
                                         "state that it may update", "run() with a State that is not const"});
  }
  code.run(graph, const_cast<State&>(state), context);  // which a graph that does not update leaves as it is
}

RunReport Executable::report(int graph) const {
  check_graph(*this, graph);
  return report_of(graph);
}

}  // namespace gradus
