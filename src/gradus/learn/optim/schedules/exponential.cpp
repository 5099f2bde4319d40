#include <cmath>

#include "gradus/learn/optim/schedules/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key keys[] = {
    {"gamma", KeyType::number, "0.95", "what the rate is multiplied with after every epoch", kinds::positive, {}, true},
    unit_key,
};

double factor(const Keys& of, const Moment& now, std::span<const double>) {
  return std::pow(of.number("gamma"), static_cast<double>(time_of(of, now)));
}

}  // namespace

extern const ScheduleKind exponential_kind{
    {"exponential", "falls by the same factor after every epoch (torch.optim.lr_scheduler.ExponentialLR)", keys},
    factor};

}  // namespace gradus::optim
