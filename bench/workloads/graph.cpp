// How gradus is told of a workload, and how others are.
#include <ostream>

#include "bench/workloads/workload.hpp"
#include "gradus/learn/nn/net.hpp"

namespace gradus::bench {
namespace {

loss::Loss loss_of(Loss of) {
  switch (of) {
    case Loss::logistic: return loss::binary_cross_entropy_with_logits;
    case Loss::cross_entropy: return loss::cross_entropy;
    case Loss::mse:
    case Loss::none: break;
  }
  return loss::mse;  // predicts the net's output as it is
}

optim::Optimizer optimizer_of(Optimizer of) {
  switch (of) {
    case Optimizer::momentum: return optim::sgd({.learning_rate = 0.01, .momentum = 0.9});
    case Optimizer::adam: return optim::adam({.learning_rate = 1e-3});
    case Optimizer::gradient_descent:
    case Optimizer::none: break;
  }
  return optim::gradient_descent(0.01);
}

BatchSpec batch_of(const Case& of) {
  const std::int64_t outputs = nn::output_count(of.model);
  return {of.workload.rows, of.workload.loss == Loss::cross_entropy ? outputs : 0, outputs};
}

const char* name_of(Loss of) {
  constexpr const char* names[] = {"none", "mse", "logistic", "cross_entropy"};
  return names[static_cast<int>(of)];
}

const char* name_of(Optimizer of) {
  constexpr const char* names[] = {"none", "gradient_descent", "momentum", "adam"};
  return names[static_cast<int>(of)];
}

}  // namespace

Graph graph_of(const Case& of, const StepSlots& slots) {
  const loss::Loss loss = loss_of(of.workload.loss);
  if (!of.workload.trains()) return evaluation_step(slots, of.model, loss, batch_of(of), false);
  return training_step(slots, of.model, loss, optimizer_of(of.workload.optimizer), batch_of(of));
}

std::vector<nn::Parameter> state_of(const Case& of) {
  std::vector<nn::Parameter> state;
  if (!of.workload.trains()) return state;
  const optim::Optimizer optimizer = optimizer_of(of.workload.optimizer);
  for (const nn::Parameter& parameter : of.model.parameters) {
    if (parameter.running) continue;
    for (const optim::StateSpec& spec : optim::states(optimizer)) {
      state.push_back({state_name(parameter.name, spec.name), Tensor(optim::type_of(spec, parameter.value.type()))});
    }
  }
  return state;
}

void write_case(std::ostream& out, const Case& of) {
  const Workload& w = of.workload;
  out << "workload " << w.name << "\nrestart " << (w.trains() ? restart_after : 0) << "\nloss " << name_of(w.loss)
      << "\noptimizer " << name_of(w.optimizer) << "\nrate "
      << (w.trains() ? optim::learning_rate(optimizer_of(w.optimizer)) : 0) << '\n';
  for (const nn::Layer& layer : of.model.net.nets) out << "layer " << nn::print_net(layer) << '\n';
  std::vector<std::pair<std::string, ConstView>> arrays{{"features", of.features}};
  if (w.loss != Loss::none) arrays.emplace_back("target", of.target);
  for (const nn::Parameter& p : of.model.parameters) arrays.emplace_back(p.name, p.value);
  for (const auto& [name, value] : arrays) {
    out << "array " << name << ' ' << (value.dtype() == DType::i64 ? "i64" : "f32");
    for (const std::int64_t size : value.shape()) out << ' ' << size;
    out << '\n';
  }
  out << "end\n";
  for (const auto& [name, value] : arrays) {
    out.write(static_cast<const char*>(value.data()), static_cast<std::streamsize>(byte_count(value.type())));
  }
}

}  // namespace gradus::bench
