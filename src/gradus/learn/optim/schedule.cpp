#include "gradus/learn/optim/schedule.hpp"

#include <charconv>
#include <cmath>
#include <numbers>

#include "gradus/core/base/nearest.hpp"
#include "gradus/core/graph/print.hpp"

namespace gradus::optim {
namespace {

constexpr std::string_view names[] = {"constant", "cosine"};

double cosine_factor(const CosineOptions& options, std::int64_t step, std::int64_t total) {
  const std::int64_t rising = std::llround(options.warm_up * static_cast<double>(total));
  if (step < rising) return static_cast<double>(step + 1) / static_cast<double>(rising);
  const double part =
      static_cast<double>(step - rising) / static_cast<double>(std::max<std::int64_t>(total - rising, 1));
  const double fall = 0.5 * (1 + std::cos(std::numbers::pi * std::min(part, 1.0)));
  return options.final + (1 - options.final) * fall;
}

}  // namespace

Schedule constant() {
  return {"constant", [](std::int64_t, std::int64_t) { return 1.0; }};
}

Schedule cosine(CosineOptions options) {
  const auto check = [](const char* what, double value, bool holds, const char* expected) {
    if (!holds)
      throw UserError(Fault::usage, Report{"schedule cosine", what + (" " + print_number(value)), expected, ""});
  };
  check("warm-up", options.warm_up, options.warm_up >= 0 && options.warm_up < 1, "a share, 0 <= warm-up < 1");
  check("final factor", options.final, options.final >= 0 && options.final <= 1, "a factor, 0 <= final <= 1");
  std::string text = "cosine";
  if (options.warm_up > 0) text += ", warm-up " + print_number(options.warm_up);
  if (options.final > 0) text += ", final " + print_number(options.final);
  return {std::move(text),
          [options](std::int64_t step, std::int64_t total) { return cosine_factor(options, step, total); }};
}

std::span<const std::string_view> schedule_names() { return names; }

Schedule find_schedule(std::string_view text) {
  const std::size_t blank = text.find(' ');
  const std::string_view name = text.substr(0, blank);
  if (text == "constant") return constant();
  if (text == "cosine") return cosine();
  if (name == "cosine") {
    const std::string_view number = text.substr(blank + 1);
    double warm_up = 0;
    const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), warm_up);
    if (error == std::errc() && stop == number.data() + number.size()) return cosine({.warm_up = warm_up});
    throw UserError(Fault::usage,
                    Report{"schedule cosine", "\"" + printable(number) + "\"", "the share of warm-up", "cosine 0.05"});
  }
  throw UserError(Fault::usage, Report{"schedule", "\"" + printable(text) + "\"",
                                       "constant, or cosine with its warm-up", nearest(name, names)});
}

}  // namespace gradus::optim
