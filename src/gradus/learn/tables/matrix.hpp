// Small dense matrices in f64, row by row.
#pragma once

#include <cstddef>
#include <vector>

namespace gradus::tables {

struct Matrix {
  std::size_t rows = 0, columns = 0;
  std::vector<double> numbers;
  Matrix() = default;
  Matrix(std::size_t height, std::size_t width) : rows(height), columns(width), numbers(height * width) {}
  double* row(std::size_t i) { return numbers.data() + i * columns; }
  const double* row(std::size_t i) const { return numbers.data() + i * columns; }
};

/// The sum of n products, in four sums that do not wait for each other.
double dot(const double* a, const double* b, std::size_t n);

/// x with a x = b by Cholesky's factors, of a symmetric positive definite matrix whose lower half is read; a pivot that
/// rounding left at 0 or below counts as infinite, so that its unknown is 0.
std::vector<double> solve_positive(Matrix a, std::vector<double> b);

}  // namespace gradus::tables
