#include <algorithm>

#include "gradus/learn/optim/schedules/parts.hpp"

namespace gradus::optim {
namespace {

constexpr std::string_view measures[] = {"relative", "absolute"};

constexpr Key keys[] = {
    {"patience", KeyType::whole, "10", "so many epochs without a smaller loss are borne", kinds::not_negative},
    {"gamma",
     KeyType::number,
     "0.1",
     "what the rate is then multiplied with",
     {.low = 0, .high = 1, .low_open = true, .high_open = true}},
    {"threshold", KeyType::number, "0.0001", "a loss is smaller when it is so by more than this", kinds::not_negative},
    {"measure",
     KeyType::word,
     "relative",
     "what the threshold is: a share of the least loss, or a difference",
     {},
     measures},
    {"cooldown", KeyType::whole, "0", "so many epochs after a fall are not counted", kinds::not_negative},
    {"least", KeyType::number, "0", "the factor never falls below this", kinds::up_to_one},
};

enum : std::size_t { least_loss, bad_epochs, cooling_epochs, factor_now, size };  // the state

void epoch_ended(const Keys& of, std::vector<double>& state, double loss) {
  const bool first = state.empty();
  if (first) state = {loss, 0, 0, 1};
  const double least = state[least_loss], threshold = of.number("threshold");
  // A share of a loss below 0 makes it smaller too.
  const double limit =
      of.word("measure") == measures[1] ? least - threshold : least * (least < 0 ? 1 + threshold : 1 - threshold);
  const bool better = first || loss < limit;
  if (better) state[least_loss] = loss;
  state[bad_epochs] = better ? 0 : state[bad_epochs] + 1;
  if (state[cooling_epochs] > 0) {
    --state[cooling_epochs];
    state[bad_epochs] = 0;
  }
  if (state[bad_epochs] <= static_cast<double>(of.whole("patience"))) return;
  state[factor_now] = std::max(state[factor_now] * of.number("gamma"), of.number("least"));
  state[cooling_epochs] = static_cast<double>(of.whole("cooldown"));
  state[bad_epochs] = 0;
}

double factor(const Keys&, const Moment&, std::span<const double> state) {
  return state.size() == size ? state[factor_now] : 1;
}

}  // namespace

extern const ScheduleKind plateau_kind{{"plateau",
                                        "falls when the validation loss does not any more; without validation rows, "
                                        "the training loss (torch.optim.lr_scheduler.ReduceLROnPlateau)",
                                        keys},
                                       factor,
                                       epoch_ended};

}  // namespace gradus::optim
