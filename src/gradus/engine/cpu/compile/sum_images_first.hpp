// Before regions are cut: sums over a batch and the places of its images.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// A sum or a mean over the rows and over the last axes, but not those between ([rows, channels, height, width] to
/// [channels]), becomes one over the last axes, block by block beside what makes the values, and one over rows. Exact:
/// the sums were added up so before.
Graph sum_images_first(const Graph& graph);

}  // namespace gradus
