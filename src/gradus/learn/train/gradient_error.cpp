#include "gradus/learn/train/gradient_error.hpp"

#include <cmath>

#include "gradus/engine/runtime/program.hpp"
#include "gradus/learn/train/feeder.hpp"
#include "gradus/learn/train/pass.hpp"
#include "gradus/learn/train/step.hpp"

namespace gradus {
namespace {

/// The gradient, all parameters one after the other.
std::vector<double> gradient_of(Engine& engine, const nn::Model& model, DType products, const loss::Loss& loss,
                                const data::Dataset& dataset, std::span<const std::int64_t> rows, std::uint64_t seed) {
  BatchSpec batch = batch_spec(dataset);
  batch.rows = static_cast<std::int64_t>(rows.size());
  std::vector<Graph> graphs;
  const StepSlots slots;
  graphs.push_back(gradient_step(slots, model, loss, batch));
  Program program(engine, std::move(graphs), {.products = products});
  for (const nn::Parameter& parameter : model.parameters) program.write(parameter.name, parameter.value);
  Feeder feeder(engine.pool(), slots, dataset, dataset);
  feeder.features(program, 0, rows);
  feeder.targets(program, 0, rows);
  if (program.has(0, slots.key)) program.input(0, slots.key).set(0, static_cast<double>(seed));
  program.run(0);
  std::vector<double> out;
  for (const nn::Parameter& parameter : model.parameters) {
    if (parameter.running) continue;
    const ConstView gradient = program.output(0, gradient_name(parameter.name));
    for (std::int64_t i = 0; i < gradient.count(); ++i) out.push_back(gradient.number(i));
  }
  return out;
}

}  // namespace

double gradient_error(Engine& engine, const nn::Model& model, const loss::Loss& loss, const data::Dataset& dataset,
                      std::span<const std::int64_t> rows, std::uint64_t seed) {
  const auto got = gradient_of(engine, model, model.products, loss, dataset, rows, seed);
  const auto exact = gradient_of(engine, model, DType::f32, loss, dataset, rows, seed);
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    difference += (got[i] - exact[i]) * (got[i] - exact[i]);
    size += exact[i] * exact[i];
  }
  return difference == 0 ? 0 : std::sqrt(difference / size);
}

}  // namespace gradus
