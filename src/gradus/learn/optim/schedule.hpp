// The learning rate as a function of the step.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace gradus::optim {

/// `factor(step, total)`: what the optimizer's learning rate is multiplied with in step `step` (from 0) of `total`.
struct Schedule {
  std::string text;  // "cosine, warm-up 0.05"
  std::function<double(std::int64_t step, std::int64_t total)> factor;
};

Schedule constant();

struct CosineOptions {
  double warm_up = 0;  // share of the steps in which the rate rises linearly from rate / steps to the rate
  double final = 0;    // the factor at the end
};

/// With w = round(warm_up total): (step + 1) / w below w; then final + (1 - final) (1 + cos(pi (step - w) / (total -
/// w))) / 2 (Loshchilov and Hutter 2017, one cycle). Throws UserError unless 0 <= warm_up < 1 and 0 <= final <= 1.
Schedule cosine(CosineOptions options = {});

std::span<const std::string_view> schedule_names();
/// "constant", "cosine" or "cosine 0.05" (warm-up). Throws UserError naming the nearest.
Schedule find_schedule(std::string_view text);

}  // namespace gradus::optim
