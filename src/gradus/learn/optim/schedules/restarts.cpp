#include <cmath>
#include <numbers>

#include "gradus/learn/optim/schedules/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key keys[] = {
    {"first", KeyType::whole, "10", "length of the first fall", counts, {}, true},
    {"growth", KeyType::whole, "1", "how many times as long every next one is", counts},
    final_key,
    unit_key,
};

/// With every step within an epoch, as PyTorch's is when it is told parts of epochs.
double factor(const Keys& of, const Moment& now, std::span<const double>) {
  const auto growth = static_cast<double>(of.whole("growth"));
  double length = static_cast<double>(of.whole("first")), time = fine_time_of(of, now);
  if (growth == 1) time = std::fmod(time, length);
  for (; time >= length; length *= growth) time -= length;
  const double final = of.number("final");
  return final + (1 - final) * (1 + std::cos(std::numbers::pi * time / length)) / 2;
}

}  // namespace

extern const ScheduleKind restarts_kind{{"restarts",
                                         "falls as half a cosine, then begins again (Loshchilov and Hutter 2017; "
                                         "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts)",
                                         keys},
                                        factor};

}  // namespace gradus::optim
