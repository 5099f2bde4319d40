#include "gradus/core/grad/judge.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "gradus/core/graph/print.hpp"

namespace gradus {
namespace {

using Verdict = GradientComparison::Verdict;

std::string short_text(double number) {
  if (!std::isfinite(number)) return print_number(number);
  std::array<char, 40> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::general, 4).ptr;
  return {buffer.data(), end};
}

class Judge {
 public:
  Judge(const Claim& claim, const GradientCheckOptions& options)
      : claim_(claim), options_(options), exact_(claim.exact), differences_(claim.line) {}

  GradientComparison comparison() {
    out_.place = claim_.place, out_.exact = exact_, out_.numeric = std::nan("");
    differences_.refine();
    if (plain_agrees()) return out_;
    if (4 * differences_.plain().noise > 0.01 * std::abs(differences_.plain().value)) differences_.large_first();
    for (int refinements = 1; differences_.refine();) {
      if (settled(++refinements)) break;
    }
    conclude();
    return out_;
  }

 private:
  /// Of y and what it is made of.
  double size() const { return std::max(differences_.largest(), claim_.line.magnitude); }
  double largest_of(double a) const { return std::max(std::abs(exact_), std::abs(a)); }
  /// What slopes are called zero beside: neither a large constant in y nor large numbers on the way make a slope zero.
  double reference() const { return std::min(size(), std::max(1.0, claim_.rise)); }
  /// More steps are tried for slopes that rounding hides; where they do not help, a thousand times as much is
  /// negligible.
  double negligible() const { return (concluding_ ? 1000 : 1) * options_.negligible * reference() / claim_.line.scale; }

  bool near(double slope, double error) const {
    return std::abs(exact_ - slope) <= options_.relative * largest_of(slope) + 4 * error;
  }
  bool near(const Estimate& slope) const { return near(slope.value, slope.error); }

  /// For steps, before the function may be another one.
  double room() const {
    return claim_.line.edge > 0 ? std::min(claim_.line.edge, claim_.line.scale) : claim_.line.scale;
  }

  /// Known well enough to find a derivative that is wrong.
  bool known(double slope, double error) const { return 4 * error <= std::max(0.01 * std::abs(slope), negligible()); }
  bool known(const Estimate& slope) const { return slope.found() && known(slope.value, slope.error); }

  /// One central difference, and slopes on both sides that hardly differ: what most places need.
  bool plain_agrees() {
    const PlainDifference& plain = differences_.plain();
    const double slope = plain.value, error = plain.noise;
    if (!std::isfinite(exact_) || !std::isfinite(slope) || !near(slope, error)) return false;
    const bool vanishes = std::abs(exact_) * claim_.line.scale <= 2e-16 * reference();
    if (!vanishes && !known(slope, error)) return false;
    if (plain.gap > 1e-3 * std::abs(slope) + 8 * error) return false;
    out_.numeric = slope, out_.error = error;
    return true;
  }

  bool kinked() const {
    const Estimate &right = differences_.right().slope, &left = differences_.left().slope;
    const double most = std::max(std::abs(right.value), std::abs(left.value));
    return std::abs(right.value - left.value) > 4 * (right.error + left.error) + 1e-4 * most;
  }
  bool both_known() const { return known(differences_.right().slope) && known(differences_.left().slope); }
  bool smooth() const { return both_known() && !kinked() && known(differences_.central()); }
  bool both_finite() const { return differences_.right().finite && differences_.left().finite; }
  const Estimate& finite_side() const {
    return differences_.right().finite ? differences_.right().slope : differences_.left().slope;
  }

  /// Whether more steps would tell nothing new.
  bool settled(int refinements) const {
    if (both_finite()) {
      if (!smooth()) return false;
      const Estimate& slope = differences_.central();
      const bool apart = refinements >= 3 && std::abs(exact_ - slope.value) > 40 * slope.error;
      return near(slope) || (apart && !near(slope.value, 10 * slope.error)) || !std::isfinite(exact_);
    }
    return known(finite_side()) && near(finite_side());
  }

  void set(const Estimate& slope) { out_.numeric = slope.value, out_.error = slope.error; }

  void cannot_tell(const std::string& because) { out_.verdict = Verdict::cannot_tell, out_.because = because; }

  /// The mean of the exact derivative within `reach` on the sides where y is finite, less the slope over all of it.
  /// That is 0 for the right derivative however many kinks are there, and needs no step smaller than rounding allows.
  Estimate mean_error(double reach) {
    steepest_ = std::abs(exact_);
    const double low = std::isfinite(claim_.line.y(-reach)) ? -reach : 0;
    const double high = std::isfinite(claim_.line.y(reach)) ? reach : 0;
    if (!(high > low)) return {};
    const double mean = mean_of_exact(low, high, 4), rough_mean = mean_of_exact(low, high, 2);
    const double rise = (low < 0 && high > 0 ? claim_.line.y(high) - claim_.line.y(low)
                         : high > 0          ? claim_.line.y(high) - claim_.line.here
                                             : claim_.line.here - claim_.line.y(low));
    const double error = std::abs(mean - rough_mean) + 4 * 2.3e-16 * size() / (high - low);
    return std::isfinite(error) ? Estimate{rise / (high - low) - mean, error, reach} : Estimate{};
  }

  /// By Gauss's formula of three points in each of equal parts.
  double mean_of_exact(double low, double high, int parts) {
    constexpr double places[] = {-0.7745966692414834, 0, 0.7745966692414834}, weights[] = {5, 8, 5};
    const double half = (high - low) / (2 * parts);
    double sum = 0;
    for (int part = 0; part < parts; ++part) {
      for (std::size_t i = 0; i < 3; ++i) {
        const double there = claim_.exact_at(low + (2 * part + 1 + places[i]) * half);
        sum += weights[i] / 18 * there;
        steepest_ = std::max(steepest_, std::abs(there));
      }
    }
    return sum / parts;
  }

  /// Whether the mean bears the exact derivative out, by the scale of what it is within `reach`.
  bool mean_agrees(const Estimate& off) {
    const bool told = off.found() && 4 * off.error <= std::max(0.01 * steepest_, negligible());
    if (!told || std::abs(off.value) > options_.relative * steepest_ + 4 * off.error) return false;
    out_.numeric = exact_ + off.value, out_.error = off.error;
    return true;
  }

  /// Whether the exact derivative changes, within a step as small as differences can take, by what it is off: then no
  /// difference knows its slope here.
  bool changes_within(double step, double off) {
    for (const double part : {1.0, -1.0, 0.6180339887498949, -0.6180339887498949}) {
      if (std::abs(claim_.exact_at(part * step) - exact_) > 0.25 * off) return true;
    }
    return false;
  }

  /// Differences contradict: wrong, unless the computation is rough right here, or the exact one has few digits, or
  /// there are kinks within the steps.
  void contradicted(const Estimate& slope, const std::string& how) {
    const std::string rough = claim_.rough();
    if (!rough.empty()) return cannot_tell(rough);
    const double step = std::ldexp(room(), -17);
    if (near(slope.value, slope.error + claim_.rounding(step))) return;
    const Estimate off = mean_error(slope.reach);
    if (mean_agrees(off)) return;
    const double tiny = std::ldexp(room(), -40);
    if (changes_within(tiny, std::abs(exact_ - slope.value))) {
      return cannot_tell("it changes too much within steps of " + short_text(tiny));
    }
    const std::string out_of_range = claim_.out_of_range();
    if (!out_of_range.empty()) return cannot_tell(out_of_range);
    const bool clear = !off.found() || std::abs(off.value) > 8 * off.error + 2 * options_.relative * std::abs(exact_);
    if (!clear) return cannot_tell("it changes too much within steps of " + short_text(slope.reach));
    out_.verdict = Verdict::wrong, out_.because = how;
  }

  std::string both_slopes() const {
    return "the slopes on both sides are " + short_text(differences_.left().slope.value) + " and " +
           short_text(differences_.right().slope.value);
  }

  void conclude() {
    concluding_ = true;
    if (!differences_.right().finite && !differences_.left().finite) {
      return cannot_tell("y is not finite on either side");
    }
    set(both_finite() ? differences_.central() : finite_side());
    if (!std::isfinite(exact_)) return not_finite();
    if (!both_finite()) return one_sided();
    if (both_known() && kinked()) return at_kink();
    const Estimate& slope = differences_.central();
    if (smooth() && !near(slope)) return contradicted(slope, "");
    const bool alike = std::abs(exact_ - slope.value) <= options_.relative * largest_of(slope.value);
    const bool fits = alike || (known(slope) && near(slope) && !kinked());
    if (smooth() || (fits && claim_.rough().empty())) return;
    unsettled();
  }

  void not_finite() {
    const std::string what = "the exact derivative is " + print_number(exact_);
    if (!both_finite() || !both_known()) out_.numeric = std::nan("");
    if (both_finite() && smooth()) {
      const std::string out_of_range = claim_.out_of_range();
      if (!out_of_range.empty()) return cannot_tell(what + ": " + out_of_range);
      out_.verdict = Verdict::wrong, out_.because = what + ", though differences settle";
    } else if (both_finite() && both_known()) {
      cannot_tell(what + ", and " + both_slopes());
    } else {
      cannot_tell(what);
    }
  }

  void one_sided() {
    const Estimate& slope = finite_side();
    if (!known(slope)) return unsettled();
    if (!near(slope)) contradicted(slope, "by the slope on the side where y is finite");
  }

  void at_kink() {
    const double right = differences_.right().slope.value, left = differences_.left().slope.value;
    const double slack = 4 * (differences_.right().slope.error + differences_.left().slope.error) +
                         options_.relative * std::max(std::abs(right), std::abs(left));
    out_.numeric = std::clamp(exact_, std::min(left, right), std::max(left, right));
    const bool between = std::abs(out_.numeric - exact_) <= slack;
    if (!between) {
      const Estimate near_one{out_.numeric, slack / 4,
                              std::max(differences_.right().slope.reach, differences_.left().slope.reach)};
      return contradicted(near_one, both_slopes());
    }
    out_.numeric = (left + right) / 2, out_.verdict = Verdict::kink, out_.because = both_slopes();
  }

  /// At the steps that most places need.
  bool rounding_hides() const { return 4 * differences_.plain().noise > 0.01 * std::abs(exact_); }

  void unsettled() {
    const std::string rough = claim_.rough();
    if (!rough.empty()) return cannot_tell(rough);
    for (const int part : {-10, -6, -14}) {
      if (mean_agrees(mean_error(std::ldexp(room(), part)))) return;
    }
    if (rounding_hides()) {
      return cannot_tell("rounding hides the slope: " + short_text(out_.numeric) + " +- " + short_text(out_.error));
    }
    if (differences_.right().steeper || differences_.left().steeper) {
      return cannot_tell("the slope grows without bound as steps shrink");
    }
    cannot_tell("differences do not settle: " + short_text(out_.numeric) + " +- " + short_text(out_.error));
  }

  const Claim& claim_;
  const GradientCheckOptions& options_;
  const double exact_;
  Differences differences_;
  bool concluding_ = false;
  double steepest_ = 0;  // of the exact derivatives that a mean was taken of
  GradientComparison out_;
};

}  // namespace

GradientComparison judge(const Claim& claim, const GradientCheckOptions& options) {
  return Judge(claim, options).comparison();
}

}  // namespace gradus
