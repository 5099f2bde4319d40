#include <array>
#include <cmath>
#include <numbers>

#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/learn/optim/schedules/parts.hpp"

namespace gradus::optim {
namespace {

constexpr std::string_view forms[] = {"cos", "linear"};
constexpr kinds::Range divisors{.low = 1};

constexpr Key keys[] = {
    {"warm_up", KeyType::number, "0.3", "share of the training in which the rate rises", kinds::up_to_one},
    {"div_factor", KeyType::number, "25", "it begins with the rate over this", divisors},
    {"final_div_factor", KeyType::number, "10000", "it ends with what it began with over this", divisors},
    {"anneal", KeyType::word, "cos", "how it rises and falls", {}, forms},
    {"three_phase", KeyType::truth, "false", "fall as fast as it rose, then to the end"},
};

void check_phases(const Keys& of) {
  constexpr double half = 0.5;
  if (!of.truth("three_phase") || of.number("warm_up") <= half) return;
  throw UserError(Fault::usage, Report{"one_cycle", "three_phase with warm_up " + print_number(of.number("warm_up")),
                                       "warm_up 0.5 at most, since the rate falls as long as it rose", "warm_up 0.3"});
}

struct Phase {
  double end, from, to;
};

/// The rate falls from the optimizer's own, which is the greatest; as torch.optim.lr_scheduler.OneCycleLR without its
/// cycles of momentum.
double factor(const Keys& of, const Moment& now, std::span<const double>) {
  const double rising = of.number("warm_up") * static_cast<double>(now.steps), start = 1 / of.number("div_factor");
  const double last = static_cast<double>(now.steps) - 1, least = start / of.number("final_div_factor");
  const bool three = of.truth("three_phase");
  const std::array<Phase, 3> phases{
      {{rising - 1, start, 1}, {three ? 2 * rising - 2 : last, 1, three ? start : least}, {last, start, least}}};
  const auto step = static_cast<double>(now.step);
  double begin = 0;
  for (std::size_t i = 0; i < phases.size(); begin = phases[i++].end) {
    const Phase& phase = phases[i];
    if (step > phase.end && i + 1 < (three ? 3U : 2U)) continue;
    const double part = phase.end > begin ? std::min((step - begin) / (phase.end - begin), 1.0) : 1;
    if (of.word("anneal") == forms[1]) return (phase.to - phase.from) * part + phase.from;
    return phase.to + (phase.from - phase.to) / 2 * (std::cos(std::numbers::pi * part) + 1);
  }
  return least;
}

}  // namespace

extern const ScheduleKind one_cycle_kind{{"one_cycle",
                                          "rises to the rate, then falls far below it, once in a training (Smith and "
                                          "Topin 2018; torch.optim.lr_scheduler.OneCycleLR)",
                                          keys, check_phases},
                                         factor};

}  // namespace gradus::optim
