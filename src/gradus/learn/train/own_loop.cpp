#include "gradus/learn/train/own_loop.hpp"

#include <algorithm>

#include "gradus/core/base/error.hpp"

namespace gradus {
namespace {

template <class T> ConstView view_of(std::span<const T> numbers) {
  return {{dtype_of<T>(), {static_cast<std::int64_t>(numbers.size())}}, numbers.data()};
}

Trainer trainer_for(Engine& engine, const nn::Model& model, const loss::Loss& loss, const optim::Optimizer& optimizer,
                    const CompiledStepOptions& options) {
  if (!model.inputs.empty()) {
    throw UserError(Fault::usage, Report{"compile_step", "a net that takes input " + printable(model.inputs[0].name),
                                         "one of features alone", "a Trainer, whose step() takes GivenBatch::inputs"});
  }
  return {engine, model, GivenBatches{.rows = options.rows},
          TrainOptions{.loss = loss, .optimizer = optimizer, .seed = options.seed}};
}

}  // namespace

CompiledStep::CompiledStep(Engine& engine, const nn::Model& model, const loss::Loss& loss,
                           const optim::Optimizer& optimizer, CompiledStepOptions options)
    : trainer_(trainer_for(engine, model, loss, optimizer, options)),
      predictions_(static_cast<std::size_t>(options.rows * nn::output_count(model))) {}

template <class X, class T> double CompiledStep::run(std::span<const X> features, std::span<const T> target) {
  return trainer_.step(GivenBatch{.features = view_of(features), .target = view_of(target)}).loss;
}

template <class X> std::span<const double> CompiledStep::predicted(std::span<const X> features) {
  const ConstView out = trainer_.predict(GivenBatch{.features = view_of(features)});
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
    std::copy(out.as<T>().begin(), out.as<T>().end(), predictions_.begin());
  });
  return predictions_;
}

double CompiledStep::operator()(std::span<const float> features, std::span<const float> target) {
  return run(features, target);
}
double CompiledStep::operator()(std::span<const double> features, std::span<const double> target) {
  return run(features, target);
}
double CompiledStep::operator()(std::span<const float> features, std::span<const std::int64_t> target) {
  return run(features, target);
}
double CompiledStep::operator()(std::span<const double> features, std::span<const std::int64_t> target) {
  return run(features, target);
}
std::span<const double> CompiledStep::predict(std::span<const float> features) { return predicted(features); }
std::span<const double> CompiledStep::predict(std::span<const double> features) { return predicted(features); }
const std::vector<std::string>& CompiledStep::notes() const { return trainer_.decided().notes; }
void CompiledStep::set_learning_rate(double rate) { trainer_.set_learning_rate(rate); }
std::int64_t CompiledStep::steps() const { return trainer_.steps(); }
nn::Model CompiledStep::model() const { return trainer_.model().network; }

CompiledStep compile_step(Engine& engine, const nn::Model& model, const loss::Loss& loss,
                          const optim::Optimizer& optimizer, CompiledStepOptions options) {
  return {engine, model, loss, optimizer, options};
}

}  // namespace gradus
