#include "gradus/learn/train/divergence.hpp"

#include <cmath>
#include <limits>

#include "gradus/core/base/rounded.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/learn/train/evaluate.hpp"

namespace gradus {
namespace {

/// The loss that decides which weights are the best: on the validation rows, else on those that were learnt from.
double loss_of(Ongoing& t, const Weights& parameters) {
  if (t.runner->validates()) {
    return t.runner->validate(parameters).loss;
  }
  TrainedModel model = t.model;
  keep_parameters(model.network, parameters);
  return evaluate(t.engine, model, *t.dataset).loss;
}

/// Ends the run with the best epoch, if one was better than the initial weights.
[[noreturn]] void end_diverged(Ongoing& t, const Report& report) {
  t.now.start.clear();
  t.now.stopped_by = StoppedBy::diverged;
  if (t.decided.own_phases()) throw Diverged(describe(report), t.outcome(t.model));
  double least = loss_of(t, t.model.network.parameters);
  if (!std::isfinite(least)) least = std::numeric_limits<double>::infinity();
  const KeptWeights* chosen = nullptr;
  for (const KeptWeights* kept : {&t.now.before, &t.now.best}) {
    if (kept->epoch == 0) continue;
    const double loss = loss_of(t, kept->parameters);
    if (loss < least) chosen = kept, least = loss;
  }
  Run run = t.outcome(t.model);
  if (chosen != nullptr) keep_parameters(run.model.network, chosen->parameters);
  run.best_epoch = run.model.record.epoch = chosen != nullptr ? chosen->epoch : 0;
  throw Diverged(describe(report), std::move(run));
}

std::string place(std::int64_t epoch, std::int64_t step) {
  return "epoch " + std::to_string(epoch + 1) + ", step " + std::to_string(step);
}

}  // namespace

void report_divergence(Ongoing& t, const StepReport& failed) {
  const std::int64_t index = failed.step_in_epoch - 1, first = failed.step - failed.step_in_epoch;
  t.steps.write(t.now.start);
  for (std::int64_t i = 0; i < index; ++i) t.runner->step(i, first + i, t.learning_rates(first + i));
  const std::string where = t.runner->first_not_finite(index, failed.step - 1);
  const std::string found = "a loss of " + print_number(failed.loss) +
                            (where.empty() ? "" : "; the first values that are not finite are those of " + where);
  // The first loss is that of the initial weights: no rate has had an effect yet.
  const std::string remedy = failed.step > 1 ? "a smaller learning rate: " + rounded(failed.learning_rate / 10)
                                             : "smaller features and targets, or smaller first weights";
  end_diverged(t, {place(t.now.epoch, failed.step), found, "a finite loss", remedy});
}

void check_epoch(Ongoing& t) {
  const EpochReport& report = t.now.report;
  std::string found;
  if (report.validation && !std::isfinite(report.validation->loss)) {
    found = "a validation loss of " + print_number(report.validation->loss);
  } else if (!report.validation && !t.steps.parameters_finite()) {
    found = "parameters that are not finite";
  } else {
    return;
  }
  end_diverged(t, {place(t.now.epoch, t.now.steps), found, "finite numbers",
                   "a smaller learning rate: " + rounded(report.learning_rate / 10)});
}

}  // namespace gradus
