#include <algorithm>
#include <cmath>

#include "gradus/learn/optim/schedules/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key keys[] = {
    {"power", KeyType::number, "1", "1: a straight line to 0", kinds::positive},
    {"length", KeyType::whole, "0", "how long it falls; 0: the whole training, step by step", kinds::not_negative},
    unit_key,
};

double factor(const Keys& of, const Moment& now, std::span<const double>) {
  const std::int64_t length = of.whole("length");
  const auto part = length > 0 ? static_cast<double>(std::min(length, time_of(of, now))) / static_cast<double>(length)
                               : std::min(1.0, static_cast<double>(now.step) / static_cast<double>(now.steps));
  return std::pow(1 - part, of.number("power"));
}

}  // namespace

extern const ScheduleKind polynomial_kind{
    {"polynomial", "falls to 0 as a power of what is left (torch.optim.lr_scheduler.PolynomialLR)", keys}, factor};

}  // namespace gradus::optim
