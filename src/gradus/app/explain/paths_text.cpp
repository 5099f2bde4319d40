#include "gradus/app/explain/names.hpp"
#include "gradus/app/explain/text.hpp"
#include "gradus/app/explain/text_lines.hpp"

namespace gradus::explain {
namespace {

std::string counted(double n, const std::string& one) { return short_number(n, 16) + " " + one + (n == 1 ? "" : "s"); }

/// "f - g4 - g1 - x"
std::string stations(const DerivativeGraph& graph, const Path& path, int y) {
  std::string out = graph.names[static_cast<std::size_t>(y)];
  for (int edge : path.edges)
    out += " - " + graph.names[static_cast<std::size_t>(graph.edges[static_cast<std::size_t>(edge)].from)];
  return out;
}

std::string product(const DerivativeGraph& graph, const Path& path) {
  std::string out;
  for (int edge : path.edges) {
    const std::string factor = short_number(graph.edges[static_cast<std::size_t>(edge)].derivative);
    out += out.empty() ? factor : " * " + bracketed(factor);
  }
  return (out.empty() ? "1" : out) + (path.edges.size() == 1 ? "" : " = " + short_number(path.product));
}

}  // namespace

std::string paths_text(const Explanation& explanation, int x, const TextOptions& options) {
  const DerivativeGraph graph = derivative_graph(explanation);
  const int y = explanation.output;
  const auto& names = graph.names;
  const std::string of = "d" + names[static_cast<std::size_t>(y)] + "/d" + names[static_cast<std::size_t>(x)];
  const PathCount count = count_paths(graph, y, x);
  const auto paths = enumerate_paths(graph, y, x);
  const ReverseSweep sweep = reverse_sweep(graph, y);
  std::string out =
      "\n" +
      inked("Paths from " + names[static_cast<std::size_t>(y)] + " to " + names[static_cast<std::size_t>(x)],
            Ink::heading, options.color) +
      "\n";
  double sum = 0;
  std::string terms;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::string number = "  " + std::to_string(i + 1) + ". ";
    out += wrapped(number, stations(graph, paths[i], y) + ": " + product(graph, paths[i]), number.size() + 2,
                   options.width);
    sum += paths[i].product;
    if (paths.size() <= 12)
      terms += terms.empty() ? short_number(paths[i].product) : " + " + bracketed(short_number(paths[i].product));
  }
  if (paths.empty()) out += "  none, so " + of + " = 0\n";
  out += wrapped("  ",
                 "sum of " + counted(count.paths, "path") + ": " + of + " = " +
                     (paths.size() > 1 && !terms.empty() ? terms + " = " : "") +
                     inked(short_number(sum), Ink::gradient, options.color),
                 4, options.width);
  out += wrapped("  ",
                 "reverse mode:   " + of + " = " +
                     inked(short_number(sweep.gradient[static_cast<std::size_t>(x)]), Ink::gradient, options.color),
                 4, options.width);
  out += wrapped("  ",
                 "edges visited: " + short_number(count.edge_visits, 16) + " path by path, " +
                     std::to_string(sweep.edge_visits) +
                     " by reverse mode, which visits each edge once and has all gradients then.",
                 4, options.width);
  return out;
}

}  // namespace gradus::explain
