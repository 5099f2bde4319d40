#include <cmath>
#include <numbers>

#include "gradus/learn/optim/schedules/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key keys[] = {
    {"warm_up", KeyType::number, "0", "share of the training in which the rate rises from near 0", kinds::below_one},
    final_key,
};

double factor(const Keys& of, const Moment& now, std::span<const double>) {
  const std::int64_t step = now.step, total = now.steps;
  const double final = of.number("final");
  const std::int64_t rising = std::llround(of.number("warm_up") * static_cast<double>(total));
  if (step < rising) return static_cast<double>(step + 1) / static_cast<double>(rising);
  const double part =
      static_cast<double>(step - rising) / static_cast<double>(std::max<std::int64_t>(total - rising, 1));
  const double fall = 0.5 * (1 + std::cos(std::numbers::pi * std::min(part, 1.0)));
  return final + (1 - final) * fall;
}

}  // namespace

extern const ScheduleKind cosine_kind{
    {"cosine",
     "falls as half a cosine over the whole training, after a linear rise (Loshchilov and Hutter 2017, one cycle)",
     keys},
    factor};

Schedule cosine(CosineOptions options) {
  return make(cosine_kind, {{"warm_up", options.warm_up}, {"final", options.final}});
}

}  // namespace gradus::optim
