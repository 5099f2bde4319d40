#include <cmath>
#include <numbers>

#include "gradus/learn/optim/schedules/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key keys[] = {
    {"cycles", KeyType::whole, "4", "how often the rate rises and falls", {.low = 1, .high = 30}, {}, true}};

/// (1 - cos(2 pi log2(1 + (2^cycles - 1) t))) / 2, where t is the share of the steps that are done: each cycle is twice
/// as long as the one before.
double factor(const Keys& of, const Moment& now, std::span<const double>) {
  const double t = static_cast<double>(now.step) / static_cast<double>(std::max<std::int64_t>(now.steps, 1));
  const double most = std::exp2(static_cast<double>(of.whole("cycles"))) - 1;
  return 0.5 * (1 - std::cos(2 * std::numbers::pi * std::log2(1 + most * std::min(t, 1.0))));
}

}  // namespace

extern const ScheduleKind coslog_kind{
    {"coslog",
     "rises from 0 and falls again, each time over twice as many steps (Holzmueller, Grinsztajn and Steinwart 2024)",
     keys},
    factor};

}  // namespace gradus::optim
