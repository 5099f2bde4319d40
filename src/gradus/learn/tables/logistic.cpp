#include "gradus/learn/tables/logistic.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

namespace gradus::tables {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) { return tables::dot(a.data(), b.data(), a.size()); }

struct Problem {
  const Matrix& x;
  const data::Dataset& rows;
  std::span<const std::int64_t> learnt;
  double penalty;
  std::size_t classes;

  /// The loss at `weights`, and its gradient.
  double operator()(const Vector& weights, Vector& gradient) const {
    const auto targets = rows.targets.as<std::int64_t>();
    const std::size_t width = x.columns;
    std::fill(gradient.begin(), gradient.end(), 0.0);
    double loss = 0;
    Vector logits(classes);
    for (const std::int64_t number : learnt) {
      const double* row = x.row(static_cast<std::size_t>(number));
      const auto target = static_cast<std::size_t>(targets[static_cast<std::size_t>(number)]);
      for (std::size_t k = 0; k < classes; ++k) logits[k] = tables::dot(&weights[k * width], row, width);
      const double most = *std::max_element(logits.begin(), logits.end()), own = logits[target];
      double sum = 0;
      for (double& z : logits) sum += (z = std::exp(z - most));
      loss += std::log(sum) + most - own;
      for (std::size_t k = 0; k < classes; ++k) {
        const double error = logits[k] / sum - (k == target ? 1 : 0);
        for (std::size_t i = 0; i < width; ++i) gradient[k * width + i] += error * row[i];
      }
    }
    const double count = static_cast<double>(learnt.size());
    loss /= count;
    for (double& g : gradient) g /= count;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (i % width == width - 1) continue;
      loss += penalty / 2 * weights[i] * weights[i], gradient[i] += penalty * weights[i];
    }
    return loss;
  }
};

struct Pair {
  Vector step, change;  // of weights, of the gradient
  double curvature;
};

/// The gradient times the inverse curvature that the last steps show, downhill.
Vector direction(const Vector& gradient, const std::deque<Pair>& pairs) {
  Vector out = gradient, share(pairs.size());
  for (std::size_t i = pairs.size(); i-- > 0;) {
    share[i] = dot(pairs[i].step, out) / pairs[i].curvature;
    for (std::size_t j = 0; j < out.size(); ++j) out[j] -= share[i] * pairs[i].change[j];
  }
  const double scale = pairs.empty() ? 1 : pairs.back().curvature / dot(pairs.back().change, pairs.back().change);
  for (double& x : out) x *= scale;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double back = dot(pairs[i].change, out) / pairs[i].curvature;
    for (std::size_t j = 0; j < out.size(); ++j) out[j] += (share[i] - back) * pairs[i].step[j];
  }
  for (double& x : out) x = -x;
  return out;
}

}  // namespace

std::vector<double> fit_logistic(const Matrix& x, const data::Dataset& rows, std::span<const std::int64_t> learnt,
                                 double penalty, std::vector<double> start) {
  constexpr int most_iterations = 60, most_halvings = 20;
  constexpr std::size_t remembered = 8;
  constexpr double enough = 1e-5, sufficient = 1e-4;
  const Problem problem{x, rows, learnt, penalty, static_cast<std::size_t>(rows.classes())};
  Vector weights = std::move(start);
  weights.resize(problem.classes * x.columns);
  Vector gradient(weights.size()), next_gradient(weights.size());
  double loss = problem(weights, gradient);
  std::deque<Pair> pairs;
  for (int iteration = 0; iteration < most_iterations && dot(gradient, gradient) > enough * enough; ++iteration) {
    const Vector way = direction(gradient, pairs);
    const double slope = dot(way, gradient);
    if (!(slope < 0)) break;
    Vector next(weights.size());
    double length = 1, next_loss = 0;
    int halvings = 0;
    for (; halvings < most_halvings; ++halvings, length /= 2) {
      for (std::size_t i = 0; i < next.size(); ++i) next[i] = weights[i] + length * way[i];
      next_loss = problem(next, next_gradient);
      if (next_loss <= loss + sufficient * length * slope) break;
    }
    if (halvings == most_halvings) break;
    Pair pair{next, next_gradient, 0};
    for (std::size_t i = 0; i < next.size(); ++i) pair.step[i] -= weights[i], pair.change[i] -= gradient[i];
    pair.curvature = dot(pair.step, pair.change);
    if (pair.curvature > 1e-12) pairs.push_back(std::move(pair));
    if (pairs.size() > remembered) pairs.pop_front();
    weights = std::move(next), gradient = next_gradient, loss = next_loss;
  }
  return weights;
}

}  // namespace gradus::tables
