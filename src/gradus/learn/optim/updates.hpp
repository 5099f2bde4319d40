// How gradients change the parameters of a net: an optimizer, groups of parameters with numbers of their own, clipping
// before it, and an average of the weights behind it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/optim/optimizer.hpp"

namespace gradus::optim {

/// Parameters that are learnt in a way of their own, as torch.optim's param_groups.
struct Group {
  std::string parameters;    // their names, * for any letters: "*.bias", "0.*"
  Optimizer optimizer = {};  // with its rate; empty: the parameters are frozen, and stay as they are
};

/// Of a batch's gradient, before the optimizer; 0: not. Both: the elements first.
struct Clipping {
  double value = 0;  // elements are held in [-value, value]: torch.nn.utils.clip_grad_value_
  /// A gradient whose Euclidean norm over all parameters is larger is scaled by norm / (its norm + 1e-6):
  /// torch.nn.utils.clip_grad_norm_.
  double norm = 0;
};

struct Updates {
  Updates(Optimizer base) : optimizer(std::move(base)) {}  // NOLINT: an optimizer alone is the common case
  Optimizer optimizer;
  std::vector<Group> groups = {};  // a parameter belongs to the last that its name fits, or to none
  Clipping clipping = {};
  /// Share of the averaged weights that stays in a step: a = w after the first step, then average a + (1 - average) w;
  /// the averages are what the training validates and gives. torch.optim.swa_utils.AveragedModel with
  /// get_ema_multi_avg_fn(average). 0: no averages.
  double average = 0;
};

/// Where `parameter` belongs: the number of its group from 1; 0: none.
std::size_t group_of(const Updates& updates, std::string_view parameter);
/// The optimizer of group `group`. Empty of a frozen one.
const Optimizer& optimizer_of(const Updates& updates, std::size_t group);
inline bool is_frozen(const Updates& updates, std::string_view parameter) {
  return !optimizer_of(updates, group_of(updates, parameter));
}

/// Whether `name` is `pattern`, * standing for any letters, or none.
bool fits(std::string_view pattern, std::string_view name);

/// "*.bias weight_decay 0; 0.* rate 0.001; 2.* frozen": of each the pattern, then keys that are not as in `base`, or
/// frozen. Throws UserError(Fault::usage) at `place`.
std::vector<Group> parse_groups(std::string_view text, const Optimizer& base, const std::string& place = "groups");
/// parse_groups() reads it back; of a group with another kind of optimizer, that kind's whole text.
std::string print_groups(const std::vector<Group>& groups, const Optimizer& base);

/// Throws UserError(Fault::usage) for numbers out of range, a group that fits none of `parameters`, and when all are
/// frozen.
void check(const Updates& updates, std::span<const std::string> parameters);

}  // namespace gradus::optim
