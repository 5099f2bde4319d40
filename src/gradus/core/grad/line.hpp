// The derivative of a function of one number from its values alone: differences on both sides at steps that are powers
// of two, extrapolated to step 0 with an error estimate of their own (Ridders 1982).
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <vector>

namespace gradus {

/// y as a function of a step along a line.
struct Line {
  std::function<double(double)> y;  // at this step
  double here = 0;                  // y(0)
  double scale = 1;                 // a step after which y may be another function: max(1, |x|)
  double edge = 0;                  // the nearest step, above 0, at which an input becomes 0 or twice itself; 0: none
  bool at_zero = false;             // some input is 0: steps of any smallness are exact there
  double magnitude = 0;             // y errs by about this times the precision, from what it is made of
};

struct Estimate {
  double value = std::numeric_limits<double>::quiet_NaN();
  double error = std::numeric_limits<double>::infinity();
  double reach = 0;  // the largest step that it was made of
  bool found() const { return error < std::numeric_limits<double>::infinity(); }
};

/// How y goes on at one side.
struct Side {
  Estimate slope;
  bool finite = false;   // y is, at some step
  bool steeper = false;  // the slopes grow as the steps shrink
};

/// The central difference of one step.
struct PlainDifference {
  double value = std::numeric_limits<double>::quiet_NaN();
  double gap = 0;    // between the slopes on both sides
  double noise = 0;  // from the rounding of y
};

class Differences {
 public:
  explicit Differences(const Line& line);

  /// Takes y at more steps. The first time one on each side, about the cube root of the precision; then smaller ones,
  /// larger ones, and those near an edge. False when nothing is left to take.
  bool refine();
  /// Larger steps before smaller ones, where rounding hides the slope. After the first refine().
  void large_first();

  const PlainDifference& plain() const { return plain_; }  // of the first steps
  const Estimate& central() const { return central_; }
  const Side& right() const { return right_; }
  const Side& left() const { return left_; }
  /// The largest |y| so far.
  double largest() const { return largest_; }

 private:
  struct Pair {
    double up, down;  // y at the step, and at minus the step
  };
  void take(int exponent);
  double error_of(double y) const;
  void set_plain();
  Side side(bool up) const;

  const Line& line_;
  std::vector<std::vector<int>> ladder_;  // exponents of the steps, one list a refinement
  std::size_t taken_ = 0;
  std::map<int, Pair, std::greater<>> pairs_;  // by exponent, large steps first
  PlainDifference plain_;
  Estimate central_;
  Side right_, left_;
  double largest_ = 0;
};

}  // namespace gradus
