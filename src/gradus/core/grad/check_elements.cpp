#include <algorithm>
#include <cmath>

#include "gradus/core/grad/check_parts.hpp"
#include "gradus/core/graph/print.hpp"

namespace gradus {
namespace {

using Verdict = GradientComparison::Verdict;

std::string name_of(Value x) { return x.node().label.empty() ? "%" + std::to_string(x.id) : printable(x.node().label); }

bool worse(const GradientComparison& a, const GradientComparison& b) {
  if (a.verdict != b.verdict) return a.verdict > b.verdict;
  return !(a.absolute_error() <= b.absolute_error());
}

/// `wanted` elements, each of an equal part of the tensor.
std::vector<std::int64_t> chosen(std::int64_t count, std::int64_t wanted, std::uint64_t seed, std::uint32_t stream) {
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < wanted; ++i) {
    const std::int64_t begin = count / wanted * i + std::min(i, count % wanted);
    const std::int64_t size = count / wanted + (i < count % wanted ? 1 : 0);
    out.push_back(begin + static_cast<std::int64_t>(random_below({seed, 0, stream}, static_cast<std::uint64_t>(i),
                                                                 static_cast<std::uint64_t>(size))));
  }
  return out;
}

/// The line through one element of x, a span of one.
Claim element_claim(Place& place, const Replay::Affected& part, std::span<const Value> x, std::int64_t element) {
  Tensor& value = place.replay().input(x[0]);
  const double at = value.number(element), size = std::abs(at);
  Claim out = place.claim(
      x, part, [&value, element, at](double step) { value.set(element, at + step); }, std::max(1.0, size));
  if (size > 0 && size < small) out.line.edge = size;
  out.line.at_zero = size == 0;
  return out;
}

}  // namespace

void add(GradientCheckPart& part, GradientComparison found) {
  part.kinks += found.verdict == Verdict::kink;
  part.cannot_tell += found.verdict == Verdict::cannot_tell;
  part.wrong += found.verdict == Verdict::wrong;
  if (part.checked++ == 0 || worse(found, part.worst)) part.worst = std::move(found);
}

GradientCheckPart check_elements(Check& check, Place& place, std::size_t i, double shares) {
  const GradientCheckOptions& options = check.options;
  const std::span<const Value> x = check.xs.subspan(i, 1);
  const Tensor& exact = place.exact()[i];
  GradientCheckPart out;
  out.name = name_of(x[0]), out.elements = exact.count(), out.shape = x[0].shape();
  const Replay::Affected part = place.replay().part(x);
  const std::int64_t most = options.elements > 0 ? std::min(options.elements, exact.count()) : exact.count();
  const std::int64_t wanted = check.budget.affords(2 * part.work, std::min<std::int64_t>(2, most), most, shares);
  const double reserve = check.budget.left() * (1 - 1 / shares);
  for (std::int64_t element : chosen(exact.count(), wanted, options.seed, static_cast<std::uint32_t>(i))) {
    if (out.checked >= 2 && check.budget.left() < reserve) break;  // rough places took more
    Claim claim = element_claim(place, part, x, element);
    claim.place = out.name + (x[0].shape().rank() ? "[" + std::to_string(element) + "]" : "");
    claim.exact = exact.number(element);
    claim.exact_at = [&place, i, x, element](double step) {
      Tensor& value = place.replay().input(x[0]);
      const double at = value.number(element);
      const auto move = [&](double by) { value.set(element, at + by); };
      return place.exact_at(std::span(place.gradients()).subspan(i, 1), x, move, step)[0].number(element);
    };
    GradientComparison found = judge(claim, options);
    found.element = element;
    add(out, std::move(found));
  }
  return out;
}

}  // namespace gradus
