// Complete settings as the options of a training.
#include <array>

#include "gradus/app/cli/defaults.hpp"
#include "gradus/app/cli/read_number.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/core/base/nearest.hpp"
#include "gradus/learn/nn/model.hpp"

namespace gradus::cli {
namespace {

/// Refuses settings that the optimizer does not have.
void check_optimizer_settings(const Settings& settings) {
  const std::string& name = *settings.optimizer;
  const bool sgd = name == "sgd", adam = name == "adam" || name == "adamw";
  struct Claim {
    bool said;
    bool known;
    const char* key;
    const char* owner;
  };
  const std::array<Claim, 6> claims{{
      {settings.momentum.has_value(), sgd, "optimizer.momentum", "sgd"},
      {settings.nesterov.has_value(), sgd, "optimizer.nesterov", "sgd"},
      {settings.weight_decay.has_value(), sgd || adam, "optimizer.weight_decay", "sgd, adam or adamw"},
      {settings.beta1.has_value(), adam, "optimizer.beta1", "adam or adamw"},
      {settings.beta2.has_value(), adam, "optimizer.beta2", "adam or adamw"},
      {settings.epsilon.has_value(), adam, "optimizer.epsilon", "adam or adamw"},
  }};
  for (const Claim& claim : claims) {
    if (!claim.said || claim.known) continue;
    throw UserError(
        Fault::usage,
        Report{claim.key, "the optimizer " + name + ", which has no such number", claim.owner,
               "--optimizer " + std::string(claim.owner).substr(0, std::string_view(claim.owner).find_first_of(", "))});
  }
}

optim::Optimizer make_optimizer(const Settings& settings) {
  const std::string& name = *settings.optimizer;
  if (name == "sgd") {
    return optim::sgd({.learning_rate = *settings.rate,
                       .momentum = settings.momentum.value_or(0),
                       .nesterov = settings.nesterov.value_or(false),
                       .weight_decay = settings.weight_decay.value_or(0)});
  }
  if (name == "adam") {
    const optim::AdamOptions base;
    return optim::adam({*settings.rate, settings.beta1.value_or(base.beta1), settings.beta2.value_or(base.beta2),
                        settings.epsilon.value_or(base.epsilon), settings.weight_decay.value_or(base.weight_decay)});
  }
  if (name == "adamw") {
    const optim::AdamWOptions base;
    return optim::adamw({*settings.rate, settings.beta1.value_or(base.beta1), settings.beta2.value_or(base.beta2),
                         settings.epsilon.value_or(base.epsilon), settings.weight_decay.value_or(base.weight_decay)});
  }
  return optim::find_optimizer(name, settings.rate);
}

}  // namespace

TrainOptions to_options(const Settings& settings) {
  TrainOptions options;
  options.optimizer = make_optimizer(settings);
  check_optimizer_settings(settings);
  if (settings.loss) options.loss = loss::find_loss(*settings.loss);
  options.schedule = optim::find_schedule(*settings.schedule);
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
  return options;
}

init::Init find_init(const std::string& text, const std::string& place) {
  struct Word {
    std::string_view name;
    init::Init (*make)();
    init::Init (*make_with)(double);
  };
  static constexpr std::array<Word, 9> words{{
      {"zeros", init::zeros, nullptr},
      {"constant", nullptr, init::constant},
      {"normal", nullptr, init::normal},
      {"uniform", nullptr, init::uniform},
      {"xavier-uniform", init::xavier_uniform, nullptr},
      {"xavier-normal", init::xavier_normal, nullptr},
      {"he-uniform", init::he_uniform, nullptr},
      {"he-normal", init::he_normal, nullptr},
      {"torch-linear", init::torch_linear, nullptr},
  }};
  const std::size_t blank = std::min(text.find(' '), text.size());
  const std::string name = text.substr(0, blank);
  std::vector<std::string_view> names;
  for (const Word& word : words) {
    names.push_back(word.name);
    if (word.name != name) continue;
    if (word.make != nullptr && blank == text.size()) return word.make();
    if (word.make == nullptr && blank < text.size()) {
      constexpr double largest = 1e6;
      return word.make_with(read_number(text.substr(blank + 1), place, {-largest, largest, false, false, "a number"}));
    }
    throw UserError(Fault::usage, Report{place, "\"" + printable(text) + "\"",
                                         word.make == nullptr ? name + " with a number" : name + " alone",
                                         word.make == nullptr ? "\"" + name + " 0.01\"" : name});
  }
  std::string known;
  for (const std::string_view word : names) known += (known.empty() ? "" : ", ") + std::string(word);
  throw UserError(Fault::usage, Report{place, "\"" + printable(text) + "\"", "one of " + known, nearest(name, names)});
}

}  // namespace gradus::cli
