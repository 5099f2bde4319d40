#include "gradus/app/explain/json_document.hpp"

#include "gradus/app/explain/paths.hpp"
#include "gradus/core/graph/attrs.hpp"

namespace gradus::explain {
namespace {

using json::Array;
using json::Object;

Object tensor(const Tensor& value) {
  Object out;
  out["shape"] = Integers(value.shape().begin(), value.shape().end()), out["data"] = value.numbers();
  return out;
}

const char* kind_name(Node::Kind kind) {
  if (kind == Node::Kind::input) return "input";
  return kind == Node::Kind::constant ? "constant" : "operation";
}

Object node_object(const Node& node, int id) {
  Object out;
  out["id"] = id, out["kind"] = kind_name(node.kind), out["name"] = node.name, out["expression"] = node.expression;
  out["op"] = node.op->name, out["inputs"] = node.inputs, out["value"] = tensor(node.value);
  if (!node.rule.empty()) out["rule"] = node.rule;
  if (!node.group.empty()) out["group"] = node.group;
  if (node.gradient) out["gradient"] = tensor(*node.gradient);
  return out;
}

Object edge_object(const Edge& edge) {
  Object out;
  out["from"] = edge.from, out["to"] = edge.to, out["slot"] = edge.slot;
  if (edge.local) out["local"] = tensor(*edge.local);
  if (edge.contribution) out["contribution"] = tensor(*edge.contribution);
  if (edge.contribution) out["reads"] = edge.reads;
  if (edge.jacobian) out["jacobian"] = tensor(*edge.jacobian);
  return out;
}

Object trouble_object(const Trouble& trouble) {
  Object out;
  out["of"] = trouble.of, out["found"] = trouble.found, out["node"] = trouble.node, out["argument"] = trouble.argument;
  out["rule"] = trouble.rule, out["cause"] = trouble.cause, out["limit"] = trouble.limit;
  if (!trouble.convention.empty()) out["convention"] = trouble.convention;
  out["try"] = trouble.remedy;
  return out;
}

Object path_object(const DerivativeGraph& graph, int y, const Path& path) {
  std::vector<int> nodes{y};
  std::vector<double> factors;
  for (int edge : path.edges) {
    nodes.push_back(graph.edges[static_cast<std::size_t>(edge)].from);
    factors.push_back(graph.edges[static_cast<std::size_t>(edge)].derivative);
  }
  Object out;
  out["nodes"] = nodes, out["factors"] = factors, out["product"] = path.product;
  return out;
}

Object paths_object(const Explanation& explanation, int x) {
  const DerivativeGraph graph = derivative_graph(explanation);
  const PathCount count = count_paths(graph, explanation.output, x);
  const ReverseSweep sweep = reverse_sweep(graph, explanation.output);
  Array paths;
  double sum = 0;
  for (const Path& path : enumerate_paths(graph, explanation.output, x)) {
    paths.emplace_back(path_object(graph, explanation.output, path));
    sum += path.product;
  }
  Object out;
  out["variable"] = x, out["count"] = count.paths, out["paths"] = std::move(paths), out["sum"] = sum;
  out["reverse_mode"] = sweep.gradient[static_cast<std::size_t>(x)];
  out["edge_visits_paths"] = count.edge_visits, out["edge_visits_reverse"] = sweep.edge_visits;
  return out;
}

}  // namespace

json::Value to_json(const Explanation& explanation, const std::vector<int>& paths_to) {
  Array nodes, edges, paths;
  for (std::size_t i = 0; i < explanation.nodes.size(); ++i) {
    nodes.emplace_back(node_object(explanation.nodes[i], static_cast<int>(i)));
  }
  for (const Edge& edge : explanation.edges) edges.emplace_back(edge_object(edge));
  Object out;
  out["schema"] = "gradus.explain/1", out["title"] = explanation.title, out["output"] = explanation.output;
  out["variables"] = explanation.variables, out["nodes"] = std::move(nodes), out["edges"] = std::move(edges);
  out["backward"] = explanation.backward, out["notes"] = explanation.notes;
  if (explanation.hessian) {
    Object hessian;
    hessian["names"] = explanation.hessian->names, hessian["values"] = tensor(explanation.hessian->values);
    out["hessian"] = std::move(hessian);
  }
  Array troubles;
  for (const Trouble& trouble : explanation.troubles) troubles.emplace_back(trouble_object(trouble));
  if (!troubles.empty()) out["not_finite"] = std::move(troubles);
  for (int x : paths_to) paths.emplace_back(paths_object(explanation, x));
  if (!paths_to.empty()) out["paths"] = std::move(paths);
  return out;
}

}  // namespace gradus::explain
