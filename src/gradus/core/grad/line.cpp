#include "gradus/core/grad/line.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace gradus {
namespace {

constexpr double rounding = 2.3e-16;
constexpr int highest_order = 5;

/// Difference quotients at steps 2^exponent, and the rounding of each.
struct Quotients {
  std::vector<int> exponent;
  std::vector<double> value, noise;
  void add(int e, double quotient, double error) {
    exponent.push_back(e), value.push_back(quotient), noise.push_back(2 * error / std::ldexp(1.0, e));
  }
};

/// Neville's table: errors of order step^power, step^(2 power), ... are cancelled one after the other. For every first
/// quotient the entry that changed least from those it was made of; its neighbours have a say in its error, since two
/// entries may agree by chance.
std::vector<Estimate> windows(const Quotients& of, int power) {
  std::vector<Estimate> best(of.value.size());
  std::vector<double> before = of.value;
  for (int order = 1; order <= highest_order && before.size() > 1; ++order) {
    const auto width = static_cast<std::size_t>(order);
    const std::size_t n = before.size() - 1;
    std::vector<double> next(n), change(n);
    for (std::size_t i = 0; i < n; ++i) {
      next[i] = before[i + 1] + (before[i + 1] - before[i]) / (std::ldexp(1.0, power * order) - 1);
      change[i] = std::max(std::abs(next[i] - before[i]), std::abs(next[i] - before[i + 1]));
    }
    for (std::size_t i = 0; i < n; ++i) {
      const double around = std::max(i > 0 ? change[i - 1] : 0, i + 1 < n ? change[i + 1] : 0);
      const Estimate found{next[i], std::max(change[i], around / 64) + 2 * of.noise[i + width],
                           std::ldexp(1.0, of.exponent[i])};
      const bool contiguous = of.exponent[i] - of.exponent[i + width] == order;
      if (contiguous && std::isfinite(found.error) && found.error < best[i].error) best[i] = found;
    }
    before.swap(next);
  }
  return best;
}

/// Of all windows the one of least error that nearly all windows of smaller steps bear out: a large step knows nothing
/// of what the function does below it.
Estimate extrapolate(const Quotients& of, int power) {
  std::vector<Estimate> all = windows(of, power);
  std::erase_if(all, [](const Estimate& estimate) { return !estimate.found(); });
  Estimate best, second;
  std::size_t best_at = 0;
  const auto borne_out = [&](std::size_t i) {
    std::size_t against = 0;
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      if (std::abs(all[i].value - all[j].value) > 4 * (all[i].error + all[j].error)) ++against;
    }
    return 8 * against <= all.size() - i;
  };
  std::vector<char> good(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    good[i] = borne_out(i) ? 1 : 0;
    if (good[i] && all[i].error < best.error) best = all[i], best_at = i;
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t apart = std::max(i, best_at) - std::min(i, best_at);
    if (good[i] && apart >= 2 && all[i].error < second.error) second = all[i];
  }
  if (second.found()) best.error = std::max(best.error, std::abs(best.value - second.value));
  return best;
}

int exponent_of(double x) { return std::ilogb(x); }

std::vector<int> steps(int top, int from, int to) {
  std::vector<int> out;
  for (int i = from; i <= to; ++i) out.push_back(top - i);
  return out;
}

}  // namespace

Differences::Differences(const Line& line) : line_(line), largest_(std::abs(line.here)) {
  const int top = exponent_of(line.scale);
  ladder_ = {steps(top, 17, 17), steps(top, 18, 22), steps(top, 23, 32), steps(top, 8, 16), steps(top, 33, 44)};
  if (line.edge > 0) ladder_.push_back(steps(exponent_of(line.edge), 2, 14));
  if (line.at_zero) {
    for (int depth : {60, 100, 200, 400}) ladder_.push_back(steps(top, depth, depth + 3));
  }
  ladder_.push_back(steps(top, 3, 7));
}

void Differences::take(int exponent) {
  if (exponent < -1020 || pairs_.count(exponent)) return;
  const double step = std::ldexp(1.0, exponent);
  const Pair pair{line_.y(step), line_.y(-step)};
  for (double y : {pair.up, pair.down}) {
    if (std::isfinite(y)) largest_ = std::max(largest_, std::abs(y));
  }
  pairs_.emplace(exponent, pair);
}

void Differences::large_first() {
  const auto smaller = ladder_.begin() + 1;
  std::stable_sort(smaller, ladder_.end(), [](const auto& a, const auto& b) { return a.front() > b.front(); });
}

bool Differences::refine() {
  if (taken_ == ladder_.size()) return false;
  for (int exponent : ladder_[taken_]) take(exponent);
  ++taken_;
  if (taken_ == 1) set_plain();
  right_ = side(true), left_ = side(false);
  Quotients quotients;
  for (const auto& [exponent, pair] : pairs_) {
    if (!std::isfinite(pair.up) || !std::isfinite(pair.down)) continue;
    const double step = std::ldexp(1.0, exponent);
    quotients.add(exponent, (pair.up - pair.down) / (2 * step), error_of(std::max(pair.up, pair.down)) / 2);
  }
  central_ = extrapolate(quotients, 2);
  return true;
}

/// y may be small because large numbers cancel in it.
double Differences::error_of(double y) const {
  return std::max({rounding * std::abs(y), rounding * std::abs(line_.here), 2 * rounding * line_.magnitude});
}

void Differences::set_plain() {
  const auto& [exponent, pair] = *pairs_.begin();
  const double step = std::ldexp(1.0, exponent);
  const double right = (pair.up - line_.here) / step, left = (line_.here - pair.down) / step;
  plain_ = {(pair.up - pair.down) / (2 * step), std::abs(right - left),
            2 * rounding * std::max(largest_, line_.magnitude) / step};
}

Side Differences::side(bool up) const {
  Side out;
  Quotients quotients;
  for (const auto& [exponent, pair] : pairs_) {
    const double y = up ? pair.up : pair.down, step = std::ldexp(up ? 1.0 : -1.0, exponent);
    if (!std::isfinite(y)) continue;
    out.finite = true;
    quotients.add(exponent, (y - line_.here) / step, error_of(y));
  }
  out.slope = extrapolate(quotients, 1);
  const std::size_t n = quotients.value.size();
  out.steeper = n >= 6;
  for (std::size_t i = n >= 6 ? n - 5 : n; i < n; ++i) {
    out.steeper = out.steeper && std::abs(quotients.value[i]) > 1.15 * std::abs(quotients.value[i - 1]);
  }
  return out;
}

}  // namespace gradus
