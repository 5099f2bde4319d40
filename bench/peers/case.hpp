// Reads a workload that gradus_steps wrote: the network, its initial numbers and the data, for C++ peers.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace peers {

[[noreturn]] inline void fail(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(3);  // bench/compare: this peer cannot do that workload
}

struct Array {
  std::string name, dtype;  // f32 or i64
  std::vector<std::int64_t> sizes;
  std::vector<float> floats;
  std::vector<std::int64_t> integers;
};

struct Case {
  std::string workload, loss, optimizer;
  double rate = 0;
  int restart = 256;
  std::vector<std::string> layers;  // "128", "relu", ...
  std::vector<Array> arrays;

  const Array& array(const std::string& name) const {
    for (const Array& a : arrays) {
      if (a.name == name) return a;
    }
    fail("no array " + name);
  }
  std::int64_t rows() const { return array("features").sizes[0]; }
  /// Sizes of the layers of an MLP; fails for other networks. Activations are the same in all hidden layers.
  std::vector<int> widths() const {
    std::vector<int> all{static_cast<int>(array("features").sizes[1])};
    for (const std::string& layer : layers) {
      const int width = std::atoi(layer.c_str());
      if (width > 0) all.push_back(width);
      else if (layer != "relu" && layer != "tanh") fail("no layer \"" + layer + "\" here");
    }
    return all;
  }
  std::string activation() const { return layers.size() > 1 ? layers[1] : "none"; }
  /// Weights [out, in] and biases, in order.
  std::vector<const Array*> parameters() const {
    std::vector<const Array*> all;
    for (const Array& a : arrays) {
      if (a.name != "features" && a.name != "target") all.push_back(&a);
    }
    return all;
  }
};

inline void read_numbers(std::istream& file, Array& a) {
  std::int64_t count = 1;
  for (const std::int64_t size : a.sizes) count *= size;
  const auto n = static_cast<std::size_t>(count);
  if (a.dtype == "f32") {
    a.floats.resize(n);
    file.read(reinterpret_cast<char*>(a.floats.data()), static_cast<std::streamsize>(n * 4));
  } else {
    a.integers.resize(n);
    file.read(reinterpret_cast<char*>(a.integers.data()), static_cast<std::streamsize>(n * 8));
  }
}

inline Case read_case(const char* path) {
  std::ifstream file(path, std::ios::binary);
  Case of;
  std::string line;
  while (std::getline(file, line) && line != "end") {
    std::istringstream words(line);
    std::string key;
    words >> key >> std::ws;
    if (key == "workload") std::getline(words, of.workload);
    else if (key == "layer") std::getline(words, of.layers.emplace_back());
    else if (key == "loss") words >> of.loss;
    else if (key == "optimizer") words >> of.optimizer;
    else if (key == "rate") words >> of.rate;
    else if (key == "restart") words >> of.restart;
    else if (key == "array") {
      Array& a = of.arrays.emplace_back();
      words >> a.name >> a.dtype;
      for (std::int64_t size = 0; words >> size;) a.sizes.push_back(size);
    }
  }
  for (Array& a : of.arrays) read_numbers(file, a);
  if (!file) fail(std::string(path) + ": not a whole workload");
  return of;
}

}  // namespace peers
