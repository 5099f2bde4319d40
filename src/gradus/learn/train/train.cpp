#include "gradus/learn/train/train.hpp"

namespace gradus {
namespace {

Run finish(Trainer trainer) {
  while (!trainer.stopped()) trainer.step();
  return std::move(trainer).run();
}

}  // namespace

Run train(Engine& engine, const nn::Layer& net, const data::Dataset& dataset, const TrainOptions& options) {
  return finish(Trainer(engine, net, dataset, options));
}

Run train(Engine& engine, const nn::Model& model, const data::Dataset& dataset, const TrainOptions& options) {
  return finish(Trainer(engine, model, dataset, options));
}

}  // namespace gradus
