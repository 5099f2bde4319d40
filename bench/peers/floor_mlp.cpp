// The floor: a training step written by hand for one kind of network (ReLU, softmax cross-entropy, Adam, f32; all sizes
// in multiples of 16), against which a general engine is held. Each thread takes its part of the rows forward and
// backward into gradients of its own, then its part of the parameters through the sum of the gradients and Adam.
// Products are libxsmm's kernels. The bits depend on the number of threads.
// usage: floor_mlp CASE THREADS      build: g++ -O3 -march=native -ffast-math -std=c++20 (bench/compare does)
#include <immintrin.h>
#include <libxsmm.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <memory>
#include <thread>

#include "bench/peers/case.hpp"
#include "bench/peers/serve.hpp"

namespace peers {
namespace {

struct Free {
  void operator()(float* p) const { std::free(p); }
};
using Floats = std::unique_ptr<float[], Free>;

Floats zeros(std::size_t n) {
  const std::size_t bytes = (n * 4 + 63) / 64 * 64;
  Floats made(static_cast<float*>(std::aligned_alloc(64, bytes)));
  std::memset(made.get(), 0, bytes);
  return made;
}

class SpinBarrier {
 public:
  explicit SpinBarrier(int team) : team_(team) {}
  void wait() {
    if (team_ == 1) return;
    const int turn = turn_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) == team_ - 1) {
      arrived_.store(0, std::memory_order_relaxed);
      turn_.store(turn + 1, std::memory_order_release);
    } else {
      while (turn_.load(std::memory_order_acquire) == turn) _mm_pause();
    }
  }

 private:
  int team_;
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<int> turn_{0};
};

/// Row-major C [m, n] = A [m, k] B [k, n], or A' stored [k, m], in panels of up to 64 columns.
class Product {
 public:
  Product(int m, int n, int k, bool transposed) : n_(n), panel_(n % 64 == 0 ? 64 : 16) {
    const float one = 1, zero = 0;
    const int lda = transposed ? m : k, flags = transposed ? LIBXSMM_GEMM_FLAG_TRANS_B : 0;
    run_ = libxsmm_smmdispatch(panel_, m, k, &n_, &lda, &n_, &one, &zero, &flags, nullptr);
    if (!run_) fail("no libxsmm kernel for a product");
  }
  void operator()(const float* a, const float* b, float* c) const {
    for (int column = 0; column < n_; column += panel_) run_(b + column, a, c + column);
  }

 private:
  int n_, panel_;
  libxsmm_smmfunction run_;
};

struct Layer {
  int in, out;
  std::size_t weight, bias;  // where in the arrays of parameters; weights are [in, out]
};

void add_bias(float* z, const float* bias, int rows, int width, bool relu) {
  for (int r = 0; r < rows; ++r, z += width) {
    for (int j = 0; j < width; ++j) {
      const float sum = z[j] + bias[j];
      z[j] = relu && sum < 0 ? 0 : sum;
    }
  }
}

void sum_rows(const float* of, float* sum, int rows, int width) {
  std::fill(sum, sum + width, 0.0f);
  for (int r = 0; r < rows; ++r, of += width) {
    for (int j = 0; j < width; ++j) sum[j] += of[j];
  }
}

/// gradient = (softmax(z) - one-hot) / batch; returns the sum of the losses.
double cross_entropy(const float* z, float* gradient, const std::int64_t* classes, int rows, int width, float batch) {
  double loss = 0;
  for (int r = 0; r < rows; ++r, z += width, gradient += width) {
    float most = z[0], sum = 0;
    for (int j = 1; j < width; ++j) most = std::max(most, z[j]);
    for (int j = 0; j < width; ++j) sum += gradient[j] = std::exp(z[j] - most);
    loss -= std::log(gradient[classes[r]] / sum);
    for (int j = 0; j < width; ++j) gradient[j] /= sum * batch;
    gradient[classes[r]] -= 1 / batch;
  }
  return loss;
}

class Floor {
 public:
  Floor(const Case& of, int threads)
      : of_(of), threads_(threads), barrier_(threads), losses_(static_cast<std::size_t>(threads)) {
    lay_out();
    for (int t = 0; t < threads; ++t) gradients_.push_back(zeros(count_));
    w_ = zeros(count_), transposed_ = zeros(count_), m_ = zeros(count_), v_ = zeros(count_);
    restart();
    for (int t = 0; t < threads; ++t) workers_.push_back(std::make_unique<Worker>(*this, t));
    for (int t = 1; t < threads; ++t) {
      team_.emplace_back([this, t] {
        for (;;) step_of(*workers_[static_cast<std::size_t>(t)]);
      });
    }
  }

  void restart() {
    const auto parameters = of_.parameters();
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const Layer& layer = layers_[l];
      const std::vector<float>&w = parameters[2 * l]->floats, &b = parameters[2 * l + 1]->floats;
      for (int i = 0; i < layer.in; ++i) {
        for (int j = 0; j < layer.out; ++j) {
          w_[layer.weight + at(i, layer.out, j)] = transposed_[layer.weight + at(j, layer.in, i)] =
              w[at(j, layer.in, i)];
        }
      }
      std::copy(b.begin(), b.end(), &w_[layer.bias]);
    }
    std::fill_n(m_.get(), count_, 0.0f);
    std::fill_n(v_.get(), count_, 0.0f);
    step_ = 0;
  }

  double step() {
    step_of(*workers_[0]);
    double loss = 0;
    for (const Sum& of : losses_) loss += of.value;
    return loss / static_cast<double>(of_.rows());
  }

  std::vector<double> losses(int n) { return losses_of(*this, n); }

 private:
  struct alignas(64) Sum {
    double value = 0;
  };

  struct Worker {
    int thread, rows, first_row;
    std::vector<Floats> z, dz;  // activations and gradients after each layer
    std::vector<Product> forward, backward, weights;

    Worker(const Floor& floor, int t) : thread(t), rows(static_cast<int>(floor.of_.rows()) / floor.threads_) {
      first_row = t * rows;
      for (const Layer& layer : floor.layers_) {
        z.push_back(zeros(at(rows, layer.out, 0)));
        dz.push_back(zeros(at(rows, layer.out, 0)));
        forward.emplace_back(rows, layer.out, layer.in, false);
        backward.emplace_back(rows, layer.in, layer.out, false);
        weights.emplace_back(layer.in, layer.out, rows, true);
      }
    }
  };

  static std::size_t at(int row, int width, int column) {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(width) + static_cast<std::size_t>(column);
  }

  void lay_out() {
    const std::vector<int> widths = of_.widths();
    if (of_.loss != "cross_entropy" || of_.optimizer != "adam" || of_.activation() != "relu") {
      fail("the floor is ReLU, cross-entropy and Adam");
    }
    for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
      if (widths[l] % 16 || widths[l + 1] % 16) fail("the floor wants sizes in multiples of 16");
      const std::size_t weight = count_, bias = count_ + at(widths[l], widths[l + 1], 0);
      layers_.push_back({widths[l], widths[l + 1], weight, bias});
      count_ = (bias + static_cast<std::size_t>(widths[l + 1]) + 15) / 16 * 16;
    }
    if (of_.rows() % threads_) fail("rows must divide by the threads");
  }

  /// Everything of a step that thread my.thread does. Barriers: a step begins; gradients are there; parameters are new;
  /// so are their transposes.
  void step_of(Worker& my) {
    barrier_.wait();
    forward(my);
    backward(my);
    barrier_.wait();
    update(my.thread);
    barrier_.wait();
    for (const Layer& layer : layers_) transpose(layer, my.thread);
    if (my.thread == 0) ++step_;
    barrier_.wait();
  }

  const float* input(const Worker& my, std::size_t l) const {
    return l > 0 ? my.z[l - 1].get() : features_.data() + at(my.first_row, layers_[0].in, 0);
  }

  void forward(Worker& my) {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      my.forward[l](input(my, l), &w_[layers_[l].weight], my.z[l].get());
      add_bias(my.z[l].get(), &w_[layers_[l].bias], my.rows, layers_[l].out, l + 1 < layers_.size());
    }
    losses_[static_cast<std::size_t>(my.thread)].value =
        cross_entropy(my.z.back().get(), my.dz.back().get(), classes_.data() + my.first_row, my.rows,
                      layers_.back().out, static_cast<float>(of_.rows()));
  }

  void backward(Worker& my) {
    float* gradient = gradients_[static_cast<std::size_t>(my.thread)].get();
    for (std::size_t l = layers_.size(); l-- > 0;) {
      my.weights[l](input(my, l), my.dz[l].get(), gradient + layers_[l].weight);
      sum_rows(my.dz[l].get(), gradient + layers_[l].bias, my.rows, layers_[l].out);
      if (l == 0) break;
      my.backward[l](my.dz[l].get(), &transposed_[layers_[l].weight], my.dz[l - 1].get());
      float* d = my.dz[l - 1].get();
      const float* z = my.z[l - 1].get();
      for (std::size_t i = 0, n = at(my.rows, layers_[l].in, 0); i < n; ++i) d[i] = z[i] > 0 ? d[i] : 0;
    }
  }

  /// Adam (Kingma and Ba 2015), epsilon added to the corrected root.
  void update(int thread) {
    const double t = step_ + 1, root = std::sqrt(1 - std::pow(0.999, t));
    const auto rate = static_cast<float>(of_.rate * root / (1 - std::pow(0.9, t)));
    const auto epsilon = static_cast<float>(1e-8 * root);
    const std::size_t part = count_ / static_cast<std::size_t>(threads_) / 16 * 16;
    const std::size_t first = part * static_cast<std::size_t>(thread);
    const std::size_t last = thread + 1 == threads_ ? count_ : first + part;
    float *w = w_.get(), *m = m_.get(), *v = v_.get();
    const auto adam = [&](auto gradient) {
      for (std::size_t i = first; i < last; ++i) {
        const float g = gradient(i);
        m[i] = 0.9f * m[i] + 0.1f * g;
        v[i] = 0.999f * v[i] + 0.001f * g * g;
        w[i] -= rate * m[i] / (std::sqrt(v[i]) + epsilon);
      }
    };
    const float *g0 = gradients_[0].get(), *g1 = gradients_.back().get();
    if (threads_ == 1) return adam([&](std::size_t i) { return g0[i]; });
    if (threads_ == 2) return adam([&](std::size_t i) { return g0[i] + g1[i]; });
    adam([&](std::size_t i) {
      float sum = 0;
      for (const Floats& g : gradients_) sum += g[i];
      return sum;
    });
  }

  void transpose(const Layer& layer, int thread) {
    const int part = layer.in / threads_, first = part * thread;
    const int last = thread + 1 == threads_ ? layer.in : first + part;
    const float* w = &w_[layer.weight];
    float* to = &transposed_[layer.weight];
    for (int block = first; block < last; block += 16) {
      for (int j = 0; j < layer.out; ++j) {
        for (int i = block; i < std::min(block + 16, last); ++i) to[at(j, layer.in, i)] = w[at(i, layer.out, j)];
      }
    }
  }

  const Case& of_;
  const std::vector<float>& features_ = of_.array("features").floats;
  const std::vector<std::int64_t>& classes_ = of_.array("target").integers;
  int threads_;
  SpinBarrier barrier_;
  std::vector<Layer> layers_;
  std::size_t count_ = 0;
  Floats w_, transposed_, m_, v_;
  std::vector<Floats> gradients_;
  std::vector<Sum> losses_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> team_;
  int step_ = 0;
};

}  // namespace
}  // namespace peers

int main(int argc, char** argv) {
  if (argc != 3) peers::fail("usage: floor_mlp CASE THREADS");
  peers::flush_denormals();
  const peers::Case of = peers::read_case(argv[1]);
  peers::Floor floor(of, std::atoi(argv[2]));
  std::exit(peers::serve("floor", floor, of.restart));  // its threads spin until the process ends
}
