// The learning rate as a function of the step, and for some of the losses so far.
// A kind of schedule is one constant object (schedules/), a schedule a kind with its numbers.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/kinds/recipe.hpp"

namespace gradus::optim {

/// Where a training is.
struct Moment {
  std::int64_t step = 0;             // the one to be taken, from 0
  std::int64_t steps = 1;            // planned, of the whole training
  std::int64_t steps_per_epoch = 1;  // of every epoch
};

/// One schedule's formula: what the optimizer's learning rate is multiplied with.
struct ScheduleKind : kinds::Kind {
  double (*factor)(const kinds::Keys& keys, const Moment& moment, std::span<const double> state);
  /// Adds what it keeps of an epoch's loss to `state`, which is empty at first; nullptr: it looks at no loss.
  void (*epoch_ended)(const kinds::Keys& keys, std::vector<double>& state, double loss) = nullptr;
};

using Schedule = kinds::Recipe<ScheduleKind>;
using ScheduleKinds = std::span<const ScheduleKind* const>;

/// A schedule in the course of one training. A copy goes on from where it is, on its own.
class ScheduleRun {
 public:
  explicit ScheduleRun(Schedule schedule) : schedule_(std::move(schedule)) {}

  /// What the learning rate is multiplied with. Allocates nothing.
  double factor(const Moment& moment) const { return schedule_.of().factor(schedule_.keys, moment, state_); }
  /// `loss`: of the validation rows after the epoch, or where there are none the mean of the epoch's training loss.
  void epoch_ended(double loss) {
    if (schedule_.of().epoch_ended != nullptr) schedule_.of().epoch_ended(schedule_.keys, state_, loss);
  }
  /// All that a later run needs to go on from here, beside the Moment: the same as after epoch_ended with every loss so
  /// far.
  const std::vector<double>& state() const { return state_; }
  void restore(std::vector<double> state) { state_ = std::move(state); }

 private:
  Schedule schedule_;
  std::vector<double> state_;
};

/// Every schedule that comes with gradus: the list is in schedules/all.cpp.
ScheduleKinds all_schedules();

/// "constant", "cosine 0.05" (its warm-up), "step 30 gamma 0.5 unit steps". Throws UserError(Fault::usage) at `place`
/// as parse_optimizer.
Schedule parse_schedule(std::string_view text, ScheduleKinds own = {}, const std::string& place = "schedule");
/// schedule("step", {{"every", 30}}).
Schedule schedule(std::string_view name, std::initializer_list<kinds::Given> keys = {}, ScheduleKinds own = {});

Schedule constant();

struct CosineOptions {
  double warm_up = 0;  // share of the steps in which the rate rises linearly from rate / steps to the rate
  double final = 0;    // the factor at the end
};

/// With w = round(warm_up total): (step + 1) / w below w; then final + (1 - final) (1 + cos(pi (step - w) / (total -
/// w))) / 2 (Loshchilov and Hutter 2017, one cycle). Throws UserError unless 0 <= warm_up < 1 and 0 <= final <= 1.
Schedule cosine(CosineOptions options = {});

}  // namespace gradus::optim
