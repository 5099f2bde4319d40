#include "gradus/app/report/progress.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "gradus/app/report/evaluation.hpp"
#include "gradus/app/report/numbers.hpp"

namespace gradus::report {
namespace {

constexpr std::size_t loss_width = 10, metric_width = 25, rate_width = 10;

std::size_t epoch_width(const ProgressPlan& plan) {
  constexpr std::size_t least = 6;
  return plan.epochs == 0 ? least : std::max(least, 2 * std::to_string(plan.epochs).size() + 1);
}

std::string count_of(const ProgressPlan& plan, std::int64_t epoch) {
  return std::to_string(epoch) + (plan.epochs > 0 ? "/" + std::to_string(plan.epochs) : "");
}

std::string heading_of(const ProgressPlan& plan) {
  return plan.several.empty() ? metric_heading(plan.metrics) : metric_heading(plan.several);
}

std::size_t width_of(const ProgressPlan& plan) { return std::max(metric_width, columns(heading_of(plan))); }

std::string cell(double value, std::size_t width) { return padded(short_number(value), width) + "  "; }

/// Seconds until the first rule that can be foreseen ends the run.
double time_left(const ProgressPlan& plan, const StepReport& report) {
  std::int64_t steps = plan.epochs > 0 ? plan.epochs * report.steps_per_epoch : plan.steps;
  if (plan.steps > 0) steps = std::min(steps, plan.steps);
  const double per_step = report.seconds / static_cast<double>(std::max<std::int64_t>(report.step, 1));
  const double left = per_step * static_cast<double>(std::max<std::int64_t>(steps - report.step, 0));
  if (plan.seconds <= 0) return left;
  const double by_clock = std::max(plan.seconds - report.seconds, 0.0);
  return steps > 0 ? std::min(left, by_clock) : by_clock;
}

std::string bar(double share, std::size_t width) {
  const auto full = static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * static_cast<double>(width)));
  return "[" + std::string(full, '#') + std::string(width - full, '.') + "]";
}

}  // namespace

std::string epoch_header(const ProgressPlan& plan) {
  std::string out = left_padded("epoch", epoch_width(plan)) + "  " + padded("loss", loss_width) + "  ";
  if (plan.validation) {
    out += padded("validation", loss_width) + "  ";
    out += padded(heading_of(plan), width_of(plan)) + "  ";
  }
  return out + padded("rate", rate_width) + "gradient";
}

std::string epoch_line(const ProgressPlan& plan, const EpochReport& report) {
  std::string out = left_padded(count_of(plan, report.epoch), epoch_width(plan)) + "  " + cell(report.loss, loss_width);
  if (plan.validation) {
    const auto& validation = report.validation;
    out += validation ? cell(validation->loss, loss_width) : padded("-", loss_width) + "  ";
    out += padded(validation ? metric_cell(scaled(*validation, plan.deviation)) : "-", width_of(plan)) + "  ";
  }
  out += padded(short_number(report.learning_rate, 3), rate_width) + padded(short_number(report.gradient_norm, 3), 8);
  if (report.best) out += plan.color ? " \x1b[32m*\x1b[0m" : " *";
  const std::size_t end = out.find_last_not_of(' ');
  return out.substr(0, end + 1);
}

std::string live_line(const ProgressPlan& plan, const StepReport& report, std::int64_t rows, int width) {
  const std::size_t room = static_cast<std::size_t>(std::max(width, 2)) - 1;
  const double share = static_cast<double>(report.step_in_epoch) /
                       static_cast<double>(std::max<std::int64_t>(report.steps_per_epoch, 1));
  const std::string left = left_padded(count_of(plan, report.epoch), epoch_width(plan));
  const double speed = report.seconds > 0 ? static_cast<double>(rows) / report.seconds : 0;
  const std::string loss = "  loss " + padded(short_number(report.loss), 9);
  const std::string rate = "  " + padded(prefixed(speed) + " rows/s", 13);
  const bool end_known = plan.epochs > 0 || plan.steps > 0 || plan.seconds > 0;
  const std::string rest = end_known ? "  " + duration(time_left(plan, report)) + " left" : "";
  // The bar takes what is free, 8 to 40 columns; on narrow terminals the speed goes first, then the time, then the bar.
  std::string right = loss + rate + rest;
  constexpr std::size_t least = 8, most = 40, frame = 4;
  for (const std::string& shorter : {loss + rest, loss}) {
    if (columns(left) + columns(right) + frame + least <= room) break;
    right = shorter;
  }
  const std::size_t taken = columns(left) + columns(right) + frame;
  if (taken + least > room) return cut(left + right, room);
  return left + "  " + bar(share, std::min(most, room - taken)) + right;
}

Progress::Progress(ProgressPlan plan, Console& console) : plan_(plan), console_(console) {
  constexpr int wide_enough = 80;
  if (console.err().width < wide_enough) plan_.color = false;
}

void Progress::say_line(const std::string& line) {
  // Colors are off where lines are cut, see the constructor.
  console_.say(console_.err().live
                   ? cut(line, plan_.color ? line.size() : static_cast<std::size_t>(console_.err().width) - 1)
                   : line);
}

void Progress::on_step(const StepReport& report) {
  constexpr double pause = 0.1;
  rows_ += report.rows;
  if (!console_.err().live || report.seconds < shown_at_ + pause) return;
  shown_at_ = report.seconds;
  console_.show(live_line(plan_, report, rows_, console_.err().width));
}

void Progress::on_epoch(const EpochReport& report) {
  // At most about 25 lines; where the number of epochs is not known, each a tenth later than the one before.
  constexpr std::int64_t most_lines = 30, lines = 25;
  last_ = report;
  if (report.epoch < next_epoch_) {
    ++left_out_;
    return;
  }
  if (!header_printed_) say_line(epoch_header(plan_));
  header_printed_ = true;
  say_line(epoch_line(plan_, report));
  printed_epoch_ = report.epoch;
  std::int64_t every = plan_.epochs > most_lines ? (plan_.epochs + lines - 1) / lines : 1;
  if (plan_.epochs == 0) every = std::max<std::int64_t>(1, report.epoch / 10);
  next_epoch_ = (report.epoch / every + 1) * every;
}

Observer Progress::observer() {
  return {.on_step = [this](const StepReport& step) { on_step(step); },
          .on_epoch = [this](const EpochReport& epoch) { on_epoch(epoch); }};
}

void Progress::finish() {
  console_.show("");
  if (last_.epoch > printed_epoch_) say_line(epoch_line(plan_, last_)), --left_out_;
  if (left_out_ > 0) console_.say("(" + counted(left_out_, "epoch") + " not shown; --log FILE has them all)");
}

}  // namespace gradus::report
