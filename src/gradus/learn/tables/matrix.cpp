#include "gradus/learn/tables/matrix.hpp"

#include <cmath>
#include <limits>

namespace gradus::tables {

double dot(const double* a, const double* b, std::size_t n) {
  double sums[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    for (std::size_t k = 0; k < 4; ++k) sums[k] += a[i + k] * b[i + k];
  }
  for (; i < n; ++i) sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

std::vector<double> solve_positive(Matrix a, std::vector<double> b) {
  const std::size_t n = a.rows;
  for (std::size_t i = 0; i < n; ++i) {
    double* row = a.row(i);
    for (std::size_t j = 0; j <= i; ++j) {
      const double* other = a.row(j);
      double rest = row[j];
      for (std::size_t k = 0; k < j; ++k) rest -= row[k] * other[k];
      if (j < i) row[j] = rest / other[j];
      else row[i] = rest > 0 ? std::sqrt(rest) : std::numeric_limits<double>::infinity();
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a.row(i)[k] * b[k];
    b[i] /= a.row(i)[i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a.row(k)[i] * b[k];
    b[i] /= a.row(i)[i];
  }
  return b;
}

}  // namespace gradus::tables
