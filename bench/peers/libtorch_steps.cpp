// PyTorch's C++ library as a contender of bench/compare. usage: libtorch_steps CASE THREADS
#include <torch/torch.h>

#include "bench/peers/case.hpp"
#include "bench/peers/serve.hpp"

namespace peers {
namespace {

namespace F = torch::nn::functional;

torch::Tensor tensor_of(const Array& a) {
  if (a.dtype == "i64") {
    return torch::from_blob(const_cast<std::int64_t*>(a.integers.data()), a.sizes, torch::kInt64).clone();
  }
  return torch::from_blob(const_cast<float*>(a.floats.data()), a.sizes, torch::kFloat32).clone();
}

/// Adds the layer; `width` and `channels` are what comes into it, then out of it.
void add_layer(torch::nn::Sequential& net, const std::string& text, std::int64_t& width, std::int64_t& channels) {
  std::istringstream words(text);
  std::string word, kernel, option;
  words >> word;
  if (const std::int64_t out = std::atoi(word.c_str()); out > 0) {
    net->push_back(torch::nn::Linear(width, out));
    width = out;
  } else if (word == "conv") {
    std::int64_t out = 0, padding = 0;
    words >> out >> kernel;
    if (words >> option && option == "pad") words >> padding;
    net->push_back(
        torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, out, std::atoi(kernel.c_str())).padding(padding)));
    channels = out;
  } else if (word == "maxpool") {
    words >> kernel;
    net->push_back(torch::nn::MaxPool2d(std::atoi(kernel.c_str())));
  } else if (word == "flatten") {
    net->push_back(torch::nn::Flatten());
  } else if (word == "relu") {
    net->push_back(torch::nn::ReLU());
  } else if (word == "tanh") {
    net->push_back(torch::nn::Tanh());
  } else {
    fail("no layer \"" + text + "\" here");
  }
}

torch::nn::Sequential network(const Case& of) {
  torch::nn::Sequential net;
  const auto& sizes = of.array("features").sizes;
  std::int64_t width = sizes[1], channels = sizes[1];
  for (const std::string& layer : of.layers) {
    if (layer == "flatten") {
      auto one = sizes;
      one[0] = 1;
      width = net->forward(torch::zeros(one)).numel();
    }
    add_layer(net, layer, width, channels);
  }
  return net;
}

class Peer {
 public:
  explicit Peer(const Case& of)
      : of_(of), trains_(of.optimizer != "none"), net_(network(of)), x_(tensor_of(of.array("features"))) {
    if (trains_) y_ = tensor_of(of.array("target"));
    restart();
  }

  void restart() {
    {
      torch::NoGradGuard guard;
      for (auto& parameter : net_->named_parameters()) {
        parameter.value().copy_(tensor_of(of_.array(parameter.key())));
      }
    }
    if (of_.optimizer == "adam") {
      optimizer_ = std::make_unique<torch::optim::Adam>(net_->parameters(), torch::optim::AdamOptions(of_.rate));
    } else if (trains_) {
      optimizer_ = std::make_unique<torch::optim::SGD>(
          net_->parameters(), torch::optim::SGDOptions(of_.rate).momentum(of_.optimizer == "momentum" ? 0.9 : 0));
    }
  }

  double step() {
    if (!trains_) {
      torch::InferenceMode guard;
      return static_cast<double>(net_->forward(x_).data_ptr<float>()[0]);
    }
    optimizer_->zero_grad();
    const torch::Tensor loss = loss_of(net_->forward(x_));
    loss.backward();
    optimizer_->step();
    return static_cast<double>(loss.data_ptr<float>()[0]);
  }

  std::vector<double> losses(int n) {
    if (trains_) return losses_of(*this, n);
    torch::InferenceMode guard;
    const torch::Tensor all = net_->forward(x_).contiguous();
    return {all.data_ptr<float>(), all.data_ptr<float>() + n};
  }

 private:
  torch::Tensor loss_of(const torch::Tensor& z) const {
    if (of_.loss == "mse") return F::mse_loss(z, y_);
    if (of_.loss == "cross_entropy") return F::cross_entropy(z, y_);
    return F::binary_cross_entropy_with_logits(z, y_);
  }

  const Case& of_;
  bool trains_;
  torch::nn::Sequential net_;
  torch::Tensor x_, y_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
};

}  // namespace
}  // namespace peers

int main(int argc, char** argv) {
  if (argc != 3) peers::fail("usage: libtorch_steps CASE THREADS");
  peers::flush_denormals();
  torch::set_num_threads(std::atoi(argv[2]));
  const peers::Case of = peers::read_case(argv[1]);
  peers::Peer peer(of);
  return peers::serve("libtorch " TORCH_VERSION, peer, of.restart);
}
