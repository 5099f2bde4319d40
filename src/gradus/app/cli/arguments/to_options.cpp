// Complete settings as the options of a training.
#include "gradus/app/cli/arguments/defaults.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/learn/nn/model.hpp"

namespace gradus::cli {

TrainOptions to_options(const Settings& settings) {
  TrainOptions options;
  options.optimizer = optim::Optimizer(settings.optimizer.recipe());
  if (!settings.loss.empty()) options.loss = loss::Loss{kinds::Recipe<loss::LossKind>(settings.loss.recipe())};
  options.schedule = optim::Schedule(settings.schedule.recipe());
  if (settings.groups) options.groups = optim::parse_groups(*settings.groups, options.optimizer, "--groups");
  options.clipping = {settings.clip_value.value_or(0), settings.clip_norm.value_or(0)};
  options.average = settings.average.value_or(0);
  options.batch = *settings.batch;
  options.epochs = *settings.epochs;
  options.steps = settings.steps.value_or(0);
  options.seconds = settings.time.value_or(0);
  options.tolerance = settings.tolerance.value_or(0);
  options.target_loss = settings.until_loss;
  options.patience = *settings.patience;
  options.validation = *settings.validation;
  options.seed = *settings.seed;
  const nn::Precision precision = nn::split_precision(*settings.precision);
  options.dtype = precision.dtype, options.products = precision.products;
  options.memory = settings.memory.value_or(0);
  if (options.patience > 0 && options.validation == 0) {
    throw UserError(Fault::usage, Report{"--patience", "no rows held back for validation",
                                         "validation rows whose loss can be watched", "--valid 0.2"});
  }
  return options;
}

}  // namespace gradus::cli
