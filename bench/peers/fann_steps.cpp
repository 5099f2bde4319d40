// FANN as a contender of bench/compare: car, and online with the squared error that it has. usage: fann_steps CASE 1
#include <floatfann.h>

#include "bench/peers/case.hpp"
#include "bench/peers/serve.hpp"

namespace peers {
namespace {

class Peer {
 public:
  explicit Peer(const Case& of) : of_(of), classifies_(of.loss == "logistic") {
    if (of.optimizer != "gradient_descent") fail("FANN has gradient descent alone of the optimizers here");
    const std::vector<int> widths = of.widths();
    const std::vector<unsigned> sizes(widths.begin(), widths.end());
    net_ = fann_create_standard_array(static_cast<unsigned>(sizes.size()), sizes.data());
    fann_set_activation_function_hidden(net_, FANN_SIGMOID_SYMMETRIC);  // tanh(steepness x)
    fann_set_activation_function_output(net_, classifies_ ? FANN_SIGMOID : FANN_LINEAR);
    fann_set_activation_steepness_hidden(net_, 1);
    fann_set_activation_steepness_output(net_, classifies_ ? 0.5f : 1.0f);  // FANN's sigmoid is of 2 steepness x
    fann_set_train_error_function(net_, FANN_ERRORFUNC_LINEAR);
    fann_set_training_algorithm(net_, FANN_TRAIN_BATCH);
    fann_set_learning_momentum(net_, 0);
    // Its gradient is that of half the squared error.
    fann_set_learning_rate(net_, static_cast<float>(of.rate * (classifies_ ? 1 : 2)));
    fill_data(of);
    restart();
  }

  void restart() {
    // Each neuron's connections stand together: from the layer before, then from its bias.
    float* to = net_->weights;
    const auto parameters = of_.parameters();
    for (std::size_t l = 0; l < parameters.size(); l += 2) {
      const Array &w = *parameters[l], &b = *parameters[l + 1];
      const auto in = static_cast<std::size_t>(w.sizes[1]);
      for (std::size_t j = 0; j < b.floats.size(); ++j) {
        to = std::copy_n(w.floats.data() + j * in, in, to);
        *to++ = b.floats[j];
      }
    }
  }

  double step() {
    if (!classifies_) return static_cast<double>(fann_train_epoch(net_, data_));
    fann_train(net_, data_->input[0], data_->output[0]);  // one row: the incremental form
    return 0;
  }

  std::vector<double> losses(int n) {
    if (classifies_) return {};  // another loss: nothing to compare
    return losses_of(*this, n);
  }

 private:
  void fill_data(const Case& of) {
    const Array &x = of.array("features"), &y = of.array("target");
    const auto rows = static_cast<unsigned>(of.rows()), in = static_cast<unsigned>(x.sizes[1]),
               out = static_cast<unsigned>(y.sizes[1]);
    data_ = fann_create_train(rows, in, out);
    for (unsigned r = 0; r < rows; ++r) {
      std::copy_n(x.floats.data() + r * in, in, data_->input[r]);
      std::copy_n(y.floats.data() + r * out, out, data_->output[r]);
    }
  }

  const Case& of_;
  bool classifies_;
  fann* net_ = nullptr;
  fann_train_data* data_ = nullptr;
};

}  // namespace
}  // namespace peers

int main(int argc, char** argv) {
  if (argc != 3) peers::fail("usage: fann_steps CASE THREADS");
  if (std::atoi(argv[2]) != 1) peers::fail("FANN has one thread");
  peers::flush_denormals();
  const peers::Case of = peers::read_case(argv[1]);
  peers::Peer peer(of);
  return peers::serve("FANN 2.2", peer, of.restart);
}
