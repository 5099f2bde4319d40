#include "gradus/app/explain/explanation.hpp"

#include <algorithm>

namespace gradus::explain {

std::vector<const Edge*> edges_into(const Explanation& explanation, int to) {
  std::vector<const Edge*> out;
  for (const Edge& edge : explanation.edges) {
    if (edge.to == to && edge.contribution) out.push_back(&edge);
  }
  return out;
}

std::vector<const Edge*> edges_from(const Explanation& explanation, int from) {
  std::vector<const Edge*> out;
  for (const Edge& edge : explanation.edges) {
    if (edge.from == from && edge.contribution) out.push_back(&edge);
  }
  std::stable_sort(out.begin(), out.end(), [](const Edge* a, const Edge* b) { return a->to > b->to; });
  return out;
}

}  // namespace gradus::explain
