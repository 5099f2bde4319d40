// How parameters lie in memory. Outside they are row-major; inside, a matrix that products read transposed (the weights
// [out, in] of a linear layer) is stored transposed, with the state of the optimizer that is updated beside it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "gradus/core/graph/graph.hpp"

namespace gradus {

struct Layouts {
  std::set<std::string, std::less<>> transposed;  // inputs that are stored [columns, rows]
};

/// Looks at all graphs that share memory. `parameters`: the inputs whose layout may be chosen. A matrix is stored
/// transposed when products read it so at least as often as they read it plain; what meets it element by element
/// (its gradient, its moments) follows.
Layouts choose_layouts(const std::vector<Graph>& graphs, const std::vector<std::string>& parameters);

/// The graph on inputs that are stored so. Exact, but for sums over all elements of a matrix, whose order changes.
Graph store_transposed(const Graph& graph, const Layouts& layouts);

/// Of the parameters that `graph` (as store_transposed() made it) still reads the other way round in products: those
/// where writing a second copy at every update costs less than turning the other matrices in every product,
/// 4 K N against rows (K + N).
std::vector<std::string> worth_a_copy(const Graph& graph, const Layouts& layouts);

}  // namespace gradus
