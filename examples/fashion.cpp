// Trains a network on Fashion-MNIST (package dataset-fashion-mnist), evaluates it on the test images and saves it.
// usage: fashion [FOLDER [ROWS]]      ROWS: how many of the 60,000 images to train on
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <gradus/gradus.hpp>
#include <numeric>
using namespace gradus;

int main(int argc, char** argv) try {
  const std::string folder = argc > 1 ? argv[1] : "/usr/share/datasets/fashion-mnist";
  if (!std::filesystem::exists(folder)) {
    std::printf("%s is not there; try: apt install dataset-fashion-mnist\n", folder.c_str());
    return 77;  // skipped
  }
  auto data = data::read_idx(folder);
  if (argc > 2) {
    std::vector<std::int64_t> first(std::strtoul(argv[2], nullptr, 10));
    std::iota(first.begin(), first.end(), 0);
    data.train = data::take(data.train, first);
  }
  Engine engine({.threads = 2});  // the caller owns threads, kernels and memory
  auto net = nn::sequential({nn::linear(256), nn::relu(), nn::linear(10)});
  auto run =
      train(engine, net, data.train,
            {.loss = loss::cross_entropy, .optimizer = optim::adam({.learning_rate = 1e-3}), .batch = 64, .epochs = 5});
  std::puts(describe(evaluate(engine, run.model, data.test)).c_str());
  io::save(run.model, "fashion.gradus");
} catch (const UserError& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
