#include "gradus/learn/train/own_loop.hpp"

#include <algorithm>
#include <vector>

#include "gradus/core/graph/print.hpp"
#include "gradus/engine/runtime/program.hpp"
#include "gradus/learn/train/agree.hpp"
#include "gradus/learn/train/step.hpp"

namespace gradus {
namespace {

constexpr int train_graph = 0, predict_graph = 1;

template <class From> void copy(std::span<const From> from, View to, const char* what) {
  if (static_cast<std::int64_t>(from.size()) != to.count()) {
    throw UserError(Fault::usage, Report{what, std::to_string(from.size()) + " numbers", std::to_string(to.count()),
                                         "a span of " + std::to_string(to.count()) + " numbers"});
  }
  visit(to.dtype(), [&]<class To>(std::type_identity<To>) {
    std::transform(from.begin(), from.end(), to.as<To>().begin(), convert_number<To, From>);
  });
}

/// Refuses a target that is no share, 0 to 1.
template <class T> void check_shares(std::span<const T> target, const loss::Loss& loss) {
  for (std::size_t i = 0; i < target.size(); ++i) {
    const auto t = static_cast<double>(target[i]);
    if (t >= 0 && t <= 1) continue;
    throw UserError(Fault::usage, Report{"target, number " + std::to_string(i + 1), print_number(t),
                                         "0 to 1, as " + loss.name() + " takes", loss::mse.name()});
  }
}

/// `model` with the layer that the loss misses.
nn::Model with_net(nn::Model model, const nn::Layer& net) {
  model.net = net;
  return model;
}

BatchSpec batch_of(const nn::Model& model, const loss::Loss& loss, std::int64_t rows) {
  const std::int64_t outputs = nn::output_count(model);
  return {.rows = rows, .classes = loss.traits().takes_classes ? outputs : 0, .outputs = outputs};
}

}  // namespace

struct CompiledStep::State {
  StepSlots slots;
  nn::Model model;
  loss::Loss loss;
  std::vector<std::string> notes;
  Program program;
  std::vector<double> predictions;
  double learning_rate;
  std::uint64_t seed;
  std::int64_t steps = 0;

  template <class X, class T> double run(std::span<const X> features, std::span<const T> target) {
    if (loss.traits().targets == loss::Targets::shares) check_shares(target, loss);
    copy(features, program.input(train_graph, slots.features), "features");
    copy(target, program.input(train_graph, slots.target), "target");
    program.input(train_graph, slots.learning_rate).as<double>()[0] = learning_rate;
    if (program.has(train_graph, slots.key)) {
      const auto key = program.input(train_graph, slots.key).as<std::int64_t>();
      key[0] = static_cast<std::int64_t>(seed);
      key[1] = steps;
    }
    program.run(train_graph);
    ++steps;
    return program.output(train_graph, step_outputs::loss).number();
  }

  template <class X> std::span<const double> predict(std::span<const X> features) {
    copy(features, program.input(predict_graph, slots.features), "features");
    program.run(predict_graph);
    const ConstView out = program.output(predict_graph, step_outputs::prediction);
    visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
      std::copy(out.as<T>().begin(), out.as<T>().end(), predictions.begin());
    });
    return predictions;
  }
};

CompiledStep::CompiledStep(Engine& engine, const nn::Model& given, const loss::Loss& loss,
                           const optim::Optimizer& optimizer, CompiledStepOptions options) {
  if (options.rows < 1) {
    throw UserError(Fault::usage, Report{"compile_step", std::to_string(options.rows) + " rows", "at least 1",
                                         "CompiledStepOptions{.rows = 1}"});
  }
  const Agreement agreed =
      agree(loss, given.net, {given.input, given.inputs}, given.dtype, loss.traits().takes_classes);
  nn::Model model = with_net(given, agreed.net);
  const BatchSpec batch = batch_of(model, loss, options.rows);
  std::vector<Graph> graphs;
  const StepSlots slots;
  graphs.push_back(training_step(slots, model, loss, optimizer, batch));
  graphs.push_back(evaluation_step(slots, model, loss, batch, false));
  const auto numbers = static_cast<std::size_t>(options.rows * batch.outputs);
  state_ = std::make_unique<State>(State{
      slots, std::move(model), loss, agreed.notes, Program(engine, std::move(graphs), {.products = given.products}),
      std::vector<double>(numbers), optim::learning_rate(optimizer), options.seed, 0});
  for (const nn::Parameter& parameter : given.parameters) state_->program.write(parameter.name, parameter.value);
}

CompiledStep::CompiledStep(CompiledStep&&) noexcept = default;
CompiledStep& CompiledStep::operator=(CompiledStep&&) noexcept = default;
CompiledStep::~CompiledStep() = default;

double CompiledStep::operator()(std::span<const float> features, std::span<const float> target) {
  return state_->run(features, target);
}
double CompiledStep::operator()(std::span<const double> features, std::span<const double> target) {
  return state_->run(features, target);
}
double CompiledStep::operator()(std::span<const float> features, std::span<const std::int64_t> target) {
  return state_->run(features, target);
}
double CompiledStep::operator()(std::span<const double> features, std::span<const std::int64_t> target) {
  return state_->run(features, target);
}
std::span<const double> CompiledStep::predict(std::span<const float> features) { return state_->predict(features); }
std::span<const double> CompiledStep::predict(std::span<const double> features) { return state_->predict(features); }
const std::vector<std::string>& CompiledStep::notes() const { return state_->notes; }
void CompiledStep::set_learning_rate(double rate) { state_->learning_rate = rate; }
std::int64_t CompiledStep::steps() const { return state_->steps; }

nn::Model CompiledStep::model() const {
  nn::Model model = state_->model;
  for (nn::Parameter& parameter : model.parameters) parameter.value = state_->program.read(parameter.name);
  return model;
}

CompiledStep compile_step(Engine& engine, const nn::Model& model, const loss::Loss& loss,
                          const optim::Optimizer& optimizer, CompiledStepOptions options) {
  return {engine, model, loss, optimizer, options};
}

}  // namespace gradus
