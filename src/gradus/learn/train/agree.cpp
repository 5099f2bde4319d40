#include "gradus/learn/train/agree.hpp"

#include <algorithm>
#include <cmath>

#include "gradus/core/graph/print.hpp"
#include "gradus/learn/nn/activations.hpp"
#include "gradus/learn/nn/gives.hpp"

namespace gradus {
namespace {

using loss::Takes;
using loss::Targets;
using nn::Gives;

/// What has to agree.
struct Ends {
  nn::LastLayer last = {};
  std::int64_t outputs = 1;
  bool classes = false;                 // the targets are classes
  Targets targets = Targets::anything;  // the narrowest kind that they are
};

/// Rows of numbers from 0 to 1, whose sum is 1 up to rounding where there are several.
Targets kind_of(const Tensor& targets) {
  constexpr double rounding = 1e-3;
  const std::int64_t width = targets.shape().last();
  bool sums = width > 1;
  double sum = 0;
  for (std::int64_t i = 0; i < targets.count(); ++i) {
    const double t = targets.number(i);
    if (!(t >= 0 && t <= 1)) return Targets::anything;
    sum = i % width == 0 ? t : sum + t;
    if (i % width == width - 1) sums = sums && std::fabs(sum - 1) <= rounding;
  }
  return sums ? Targets::distributions : Targets::shares;
}

/// The loss for these ends when nobody asks for one.
loss::Loss usual_loss(const Ends& ends) {
  if (!ends.classes) return loss::mse;
  if (ends.last.gives == Gives::probabilities) return loss::binary_cross_entropy;
  return ends.outputs == 1 ? loss::binary_cross_entropy_with_logits : loss::cross_entropy;
}

[[noreturn]] void refuse(const loss::Loss& loss, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::usage, Report{"loss " + printable(loss.name()), found, expected, remedy});
}

void check_targets(const loss::Loss& loss, const Ends& ends) {
  if (ends.targets >= loss.traits().targets) return;
  const std::string remedy = usual_loss(ends).name();
  if (ends.classes) refuse(loss, "a net with 1 output", "2, one a class", remedy);
  if (loss.traits().targets == Targets::shares)
    refuse(loss, "numbers as targets", "classes, or numbers from 0 to 1", remedy);
  refuse(loss, ends.outputs == 1 ? "numbers as targets" : "targets whose rows do not sum to 1",
         "classes, or rows of numbers from 0 to 1 that sum to 1", remedy);
}

/// The function that is missing between what the net gives and what the loss takes, if one is.
std::optional<nn::Layer> missing_function(const loss::Loss& loss, const Ends& ends) {
  const auto word = [](const nn::Layer& layer) { return std::string(layer.word()); };
  if (ends.last.function == word(nn::softmax()) && ends.outputs == 1) {
    throw UserError(Fault::usage, Report{"net", ends.last.function + " of a single output, which is always 1",
                                         "an output that can vary", word(nn::sigmoid()) + " in its place"});
  }
  const bool logits = loss.traits().takes == Takes::logits || loss.traits().takes == Takes::class_logits;
  if (logits && ends.last.gives == Gives::probabilities) {
    refuse(loss, "a net that ends with " + ends.last.function + ", so gives probabilities",
           "logits: the numbers before it", loss::binary_cross_entropy.name());
  }
  if (ends.last.gives != Gives::numbers) return std::nullopt;
  if (loss.traits().takes == Takes::probabilities) return nn::sigmoid();
  if (loss.traits().takes != Takes::numbers || !ends.classes) return std::nullopt;
  return ends.outputs == 1 ? nn::sigmoid() : nn::softmax();
}

Agreement agree(const loss::Loss& loss, const nn::Layer& net, const Ends& ends) {
  if (!loss) refuse(loss, "no function", "one from (prediction, target) to a number", "loss::mse");
  check_targets(loss, ends);
  Agreement out{loss, net};
  const std::optional<nn::Layer> missing = missing_function(loss, ends);
  if (!missing) return out;
  out.net = nn::with_last(net, *missing);
  out.notes.push_back(std::string(missing->word()) + " was added as the last layer, since " + loss.name() +
                      (loss.traits().takes == Takes::probabilities ? " takes probabilities"
                                                                   : " of classes compares their probabilities"));
  return out;
}

std::int64_t count_outputs(const nn::Layer& net, const NetInputs& inputs, DType dtype) {
  return nn::output_count({net, inputs.features, dtype, {}, DType::f32, inputs.named});
}

}  // namespace

Agreement agree(const std::optional<loss::Loss>& asked, const nn::Layer& net, const NetInputs& inputs, DType dtype,
                const data::Dataset& dataset) {
  Ends ends{.outputs = count_outputs(net, inputs, dtype), .classes = dataset.task == data::Task::classification};
  const std::int64_t wanted = ends.classes ? dataset.classes() : dataset.targets.shape().last();
  const bool single = ends.classes && wanted == 2 && ends.outputs == 1;
  if (ends.outputs != wanted && !single) {
    throw UserError(Fault::usage, Report{"net", std::to_string(ends.outputs) + " outputs",
                                         std::to_string(wanted) + (ends.classes ? ", one a class" : ", one a target"),
                                         "nn::linear(" + std::to_string(wanted) + ") as its last layer"});
  }
  ends.last = nn::last_layer(net, inputs.features, dtype, inputs.named);
  if (ends.classes) ends.targets = single ? Targets::shares : Targets::distributions;
  else if (asked && asked->traits().targets != Targets::anything) ends.targets = kind_of(dataset.targets);
  return agree(asked ? *asked : usual_loss(ends), net, ends);
}

Agreement agree(const loss::Loss& asked, const nn::Layer& net, const NetInputs& inputs, DType dtype, bool classes) {
  Ends ends{.last = nn::last_layer(net, inputs.features, dtype, inputs.named),
            .outputs = count_outputs(net, inputs, dtype),
            .classes = classes};
  ends.targets = ends.outputs > 1 ? Targets::distributions : Targets::shares;
  return agree(asked, net, ends);
}

namespace {

/// Whether a loss is one of that target as the net gives it, without a layer more.
bool fits(const loss::Loss& loss, const data::Target& target) {
  const loss::Traits& traits = loss.traits();
  if (traits.takes == Takes::anything) return true;
  const bool classes = target.task == data::Task::classification;
  if (!classes && traits.targets == Targets::anything) return traits.takes == Takes::numbers;
  if (!classes && kind_of(target.values) < traits.targets) return false;
  return traits.takes == Takes::logits || traits.takes == Takes::class_logits;
}

const TargetOptions* find(const TrainOptions& options, const std::string& target) {
  for (const TargetOptions& one : options.targets) {
    if (one.target == target) return &one;
  }
  return nullptr;
}

/// Losses that nobody can have: of targets that are not there, or that fit none.
void check_asked(const TrainOptions& options, const data::Dataset& dataset) {
  const auto is_there = [&](const std::string& name) {
    return std::any_of(dataset.several.begin(), dataset.several.end(), [&](const auto& t) { return t.name == name; });
  };
  for (const TargetOptions& one : options.targets) {
    const bool weight = std::isfinite(one.weight) && one.weight >= 0;
    if (is_there(one.target) && weight) continue;
    throw UserError(
        Fault::usage,
        Report{"target " + printable(one.target), weight ? "none of that name" : "weight " + print_number(one.weight),
               weight ? "a target of the data" : "a finite number >= 0", weight ? dataset.several[0].name : "1"});
  }
  const auto takes = [&](const data::Target& target) { return fits(*options.loss, target); };
  if (!options.loss || std::any_of(dataset.several.begin(), dataset.several.end(), takes)) return;
  refuse(*options.loss, "no target that it takes", "numbers for mse and the like, classes for cross_entropy",
         loss::mse.name());
}

}  // namespace

std::vector<nn::Output> outputs_of(const data::Dataset& dataset) {
  std::vector<nn::Output> out;
  if (dataset.several.empty()) {
    const bool classes = dataset.task == data::Task::classification;
    return {{"", classes ? dataset.classes() : dataset.targets.shape().last()}};
  }
  for (const data::Target& target : dataset.several) {
    const bool classes = target.task == data::Task::classification;
    out.push_back({target.name, classes ? std::ssize(target.class_names) : target.values.shape().last()});
  }
  return out;
}

Agreement agree_several(const TrainOptions& options, const nn::Layer& net, const NetInputs& inputs, DType dtype,
                        const data::Dataset& dataset) {
  check_asked(options, dataset);
  const std::vector<nn::Output> wanted = outputs_of(dataset);
  std::int64_t columns = 0;
  std::string list;
  for (const nn::Output& one : wanted) {
    columns += one.columns;
    list += (list.empty() ? "" : ", ") + std::to_string(one.columns) + " for " + printable(one.target);
  }
  if (const std::int64_t given = count_outputs(net, inputs, dtype); given != columns) {
    throw UserError(Fault::usage,
                    Report{"net", std::to_string(given) + " outputs", std::to_string(columns) + ": " + list,
                           "nn::with_outputs(net, outputs_of(data))"});
  }
  Agreement out{{}, net};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const data::Target& target = dataset.several[i];
    const TargetOptions* const said = find(options, target.name);
    const bool classes = target.task == data::Task::classification;
    loss::Loss loss = classes ? loss::cross_entropy : loss::mse;
    if (options.loss && fits(*options.loss, target)) loss = *options.loss;
    if (said != nullptr && said->loss) loss = *said->loss;
    if (!loss || !fits(loss, target)) {
      refuse(loss, std::string(classes ? "classes" : "numbers") + " of target " + printable(target.name),
             "targets that it takes as they are", classes ? loss::cross_entropy.name() : loss::mse.name());
    }
    loss.target = target.name, loss.columns = wanted[i].columns;
    loss.weight = said != nullptr ? said->weight : 1;
    out.loss.terms.push_back(std::move(loss));
  }
  const auto sums = [](const loss::Loss& term) { return term.traits().sums; };
  const auto mixed = std::find_if(out.loss.terms.begin(), out.loss.terms.end(),
                                  [&](const loss::Loss& term) { return sums(term) != sums(out.loss.terms[0]); });
  if (mixed != out.loss.terms.end()) {
    refuse(out.loss, "a sum over the rows beside a mean", "all sums, or all means", loss::half_squared.name());
  }
  return out;
}

bool gives_probabilities(const nn::Model& network, const loss::Loss& loss) {
  return loss.traits().finish != nullptr ||
         nn::last_layer(network.net, network.input, network.dtype, network.inputs).gives != Gives::numbers;
}

}  // namespace gradus
