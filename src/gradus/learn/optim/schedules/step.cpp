#include <cmath>

#include "gradus/learn/optim/schedules/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key keys[] = {
    {"every", KeyType::whole, "30", "how long the rate stays", counts, {}, true},
    {"gamma", KeyType::number, "0.1", "what the rate is then multiplied with", kinds::positive},
    unit_key,
};

double factor(const Keys& of, const Moment& now, std::span<const double>) {
  const auto times = time_of(of, now) / of.whole("every");  // whole
  return std::pow(of.number("gamma"), static_cast<double>(times));
}

}  // namespace

extern const ScheduleKind step_kind{
    {"step", "stays, then falls at once, again and again (torch.optim.lr_scheduler.StepLR)", keys}, factor};

}  // namespace gradus::optim
