#include "gradus/app/explain/explanation.hpp"

namespace gradus::explain {

namespace {

std::size_t at(int id) { return static_cast<std::size_t>(id); }

}  // namespace

void index_edges(Explanation& e) {
  e.first_edge.assign(e.nodes.size() + 1, 0);
  e.used_by.assign(e.nodes.size(), {});
  for (const Edge& edge : e.edges) ++e.first_edge[at(edge.to) + 1];
  for (std::size_t node = 0; node < e.nodes.size(); ++node) e.first_edge[node + 1] += e.first_edge[node];
  for (std::size_t i = e.edges.size(); i-- > 0;) {  // nodes from the last, arguments from the first
    std::size_t first = i;
    while (first > 0 && e.edges[first - 1].to == e.edges[i].to) --first;
    for (std::size_t k = first; k <= i; ++k) {
      if (e.edges[k].contribution) e.used_by[at(e.edges[k].from)].push_back(static_cast<int>(k));
    }
    i = first;
  }
}

std::vector<const Edge*> edges_into(const Explanation& e, int to) {
  require(e.first_edge.size() == e.nodes.size() + 1, "the edges of an explanation are not indexed");
  std::vector<const Edge*> out;
  for (int i = e.first_edge[at(to)]; i < e.first_edge[at(to) + 1]; ++i) {
    if (e.edges[at(i)].contribution) out.push_back(&e.edges[at(i)]);
  }
  return out;
}

std::vector<const Edge*> edges_from(const Explanation& e, int from) {
  require(e.used_by.size() == e.nodes.size(), "the edges of an explanation are not indexed");
  std::vector<const Edge*> out;
  for (int i : e.used_by[at(from)]) out.push_back(&e.edges[at(i)]);
  return out;
}

}  // namespace gradus::explain
