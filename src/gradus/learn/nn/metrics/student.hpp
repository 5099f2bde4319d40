// Quantiles that intervals are made of.
#pragma once

#include <cstdint>

namespace gradus::metric {

/// The t for which Student's distribution with `freedom` degrees is in [-t, t] with probability `level`.
double student_t(std::int64_t freedom, double level);

/// The least k for which at most k successes of `trials`, each with probability `share`, have probability `level`.
std::int64_t binomial_quantile(std::int64_t trials, double share, double level);

}  // namespace gradus::metric
