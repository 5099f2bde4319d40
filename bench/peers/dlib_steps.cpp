// dlib as a contender of bench/compare; its networks are types, so each is written out. usage: dlib_steps CASE THREADS
#include <dlib/dnn.h>
#include <dlib/revision.h>

#include <type_traits>

#include "bench/peers/case.hpp"
#include "bench/peers/serve.hpp"

namespace peers {
namespace {

using namespace dlib;
using Rows = input<matrix<float>>;

using Car = loss_mean_squared<fc<1, htan<fc<2, htan<fc<3, Rows>>>>>>;
using Online = loss_binary_log<fc<1, Rows>>;
using Tabular = loss_mean_squared<fc<1, relu<fc<64, relu<fc<64, Rows>>>>>>;
template <class Below> using hidden64 = relu<fc<64, Below>>;
using Deep = loss_mean_squared_multioutput<fc<64, repeat<7, hidden64, hidden64<Rows>>>>;
using Fashion = loss_multiclass_log<fc<10, relu<fc<128, Rows>>>>;
using FashionWide = loss_multiclass_log<fc<10, relu<fc<256, relu<fc<512, Rows>>>>>>;
using Wide = loss_multiclass_log<fc<1000, relu<fc<4096, relu<fc<4096, Rows>>>>>>;
using Pooled6 = max_pool<2, 2, 2, 2, relu<add_layer<con_<6, 5, 5, 1, 1, 2, 2>, Rows>>>;
using Pooled16 = max_pool<2, 2, 2, 2, relu<add_layer<con_<16, 5, 5, 1, 1, 0, 0>, Pooled6>>>;
using LeNet = loss_multiclass_log<fc<10, relu<fc<84, relu<fc<120, Pooled16>>>>>>;

template <class Net> class Peer {
 public:
  using Label = typename Net::training_label_type;

  explicit Peer(const Case& of) : of_(of), trains_(of.optimizer != "none") {
    read_rows(of);
    std::vector<matrix<float>> rows(rows_);
    net_.to_tensor(rows.begin(), rows.end(), x_);
    net_.subnet().forward(x_);  // makes the parameters
    if (trains_) read_labels(of);
    restart();
  }

  void restart() {
    const auto parameters = of_.parameters();
    std::size_t at = parameters.size();
    visit_layer_parameters(net_, [&](tensor& t) {  // from the output to the input; [in, out], then the biases
      if (t.size() == 0) return;
      at -= 2;
      const Array &w = *parameters[at], &b = *parameters[at + 1];
      const std::size_t out = b.floats.size(), in = w.floats.size() / out;
      float* to = t.host();
      if (w.sizes.size() == 4) to = std::copy(w.floats.begin(), w.floats.end(), to);
      for (std::size_t i = 0; i < in && w.sizes.size() == 2; ++i) {
        for (std::size_t j = 0; j < out; ++j) *to++ = w.floats[j * in + i];
      }
      std::copy(b.floats.begin(), b.floats.end(), to);
    });
    adam_.assign(net_.num_computational_layers, adam(0, 0.9f, 0.999f));
    sgd_.assign(net_.num_computational_layers, sgd(0, of_.optimizer == "momentum" ? 0.9f : 0.0f));
  }

  double step() {
    if (!trains_) return static_cast<double>(net_.subnet().forward(x_).host()[0]);
    const double loss = net_.compute_parameter_gradients(x_, labels_.begin());
    if (of_.optimizer == "adam") net_.update_parameters(make_sstack(adam_), of_.rate);
    else net_.update_parameters(make_sstack(sgd_), of_.rate * rate_scale_);
    return loss * loss_scale_;
  }

  std::vector<double> losses(int n) {
    if (trains_) return losses_of(*this, n);
    const float* all = net_.subnet().forward(x_).host();
    return {all, all + n};
  }

 private:
  void read_rows(const Case& of) {
    const Array& x = of.array("features");
    const float* from = x.floats.data();
    const bool images = x.sizes.size() == 4;  // of one channel
    const auto height = static_cast<long>(x.sizes[images ? 2 : 1]), width = static_cast<long>(images ? x.sizes[3] : 1);
    for (std::int64_t r = 0; r < of.rows(); ++r, from += height * width) rows_.push_back(mat(from, height, width));
  }

  void read_labels(const Case& of) {
    const Array& y = of.array("target");
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      if constexpr (std::is_same_v<Label, matrix<float>>) {
        const auto outputs = static_cast<std::size_t>(y.sizes[1]);
        labels_.push_back(mat(y.floats.data() + r * outputs, static_cast<long>(outputs), 1));
        loss_scale_ = 1.0 / static_cast<double>(outputs);  // its mean is over rows alone
      } else if constexpr (std::is_same_v<Label, float>) {
        labels_.push_back(of.loss == "logistic" ? 2 * y.floats[r] - 1 : y.floats[r]);
        if (of.loss == "mse") rate_scale_ = 2;  // its gradient is that of half the squared error
      } else {
        labels_.push_back(static_cast<unsigned long>(y.integers[r]));
      }
    }
  }

  const Case& of_;
  bool trains_;
  Net net_;
  resizable_tensor x_;
  std::vector<matrix<float>> rows_;
  std::vector<Label> labels_;
  std::vector<adam> adam_;
  std::vector<sgd> sgd_;
  double loss_scale_ = 1, rate_scale_ = 1;
};

template <class Net> int run(const Case& of) {
  Peer<Net> peer(of);
  return serve("dlib " + std::to_string(DLIB_MAJOR_VERSION) + "." + std::to_string(DLIB_MINOR_VERSION), peer,
               of.restart);
}

}  // namespace
}  // namespace peers

int main(int argc, char** argv) {
  using namespace peers;
  if (argc != 3) fail("usage: dlib_steps CASE THREADS");
  flush_denormals();
  const Case of = read_case(argv[1]);
  const std::string& name = of.workload;
  if (name == "car") return run<Car>(of);
  if (name == "online") return run<Online>(of);
  if (name == "tabular") return run<Tabular>(of);
  if (name == "deep") return run<Deep>(of);
  if (name == "fashion" || name == "predict-1" || name == "predict-1000") return run<Fashion>(of);
  if (name == "fashion-wide") return run<FashionWide>(of);
  if (name == "wide") return run<Wide>(of);
  if (name == "lenet") return run<LeNet>(of);
  fail("no network of dlib's for " + name);
}
