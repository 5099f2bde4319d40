#include "bench/workloads/workload.hpp"

#include <charconv>

#include "gradus/core/base/nearest.hpp"
#include "gradus/core/base/random.hpp"
#include "gradus/learn/nn/net.hpp"

namespace gradus::bench {
namespace {

std::string repeated(std::string_view item, int times, std::string_view last) {
  std::string text;
  for (int i = 0; i < times; ++i) text += std::string(item) + ", ";
  return text + std::string(last);
}

/// Two 3 x 3 convolutions with batch norm beside a shortcut; with a stride, to twice the channels, a projected one.
std::string residual_block(int channels, int stride) {
  const std::string to = "conv " + std::to_string(channels), step = " stride " + std::to_string(stride);
  const std::string shortcut = stride > 1 ? " | " + to + " 1x1" + step + " nobias, batch_norm" : "";
  return "residual(" + to + " 3x3" + (stride > 1 ? step : "") + " pad 1 nobias, batch_norm relu, " + to +
         " 3x3 pad 1 nobias, batch_norm" + shortcut + ") relu, ";
}

std::string residual_net() {
  return "conv 16 3x3 pad 1 nobias, batch_norm relu, " + residual_block(16, 1) + residual_block(32, 2) +
         residual_block(64, 2) + "avgpool 7, flatten, 10";
}

const std::vector<Workload>& table() {
  using enum Optimizer;
  static const std::vector<Workload> all{
      {"car", {3}, "3 tanh, 2 tanh, 1", 4, Loss::mse, gradient_descent},
      {"online", {30}, "1", 1, Loss::logistic, gradient_descent},
      {"tabular", {16}, "64 relu, 64 relu, 1", 256, Loss::mse, adam},
      {"deep", {64}, repeated("64 relu", 8, "64"), 64, Loss::mse, adam},
      {"fashion", {784}, "128 relu, 10", 64, Loss::cross_entropy, adam},
      {"fashion-wide", {784}, "512 relu, 256 relu, 10", 128, Loss::cross_entropy, adam},
      {"wide", {1024}, "4096 relu, 4096 relu, 1000", 256, Loss::cross_entropy, momentum},
      {"lenet",
       {1, 28, 28},
       "conv 6 5x5 pad 2 relu, maxpool 2, conv 16 5x5 relu, maxpool 2, flatten, 120 relu, 84 relu, 10",
       64,
       Loss::cross_entropy,
       adam},
      {"residual", {1, 28, 28}, residual_net(), 64, Loss::cross_entropy, adam},
      {"predict-1", {784}, "128 relu, 10", 1},
      {"predict-1000", {784}, "128 relu, 10", 1000},
      {"tabular-floor", {16}, "64 relu, 64 relu, 16", 256, Loss::cross_entropy, adam},
      {"deep-floor", {64}, repeated("64 relu", 8, "64"), 64, Loss::cross_entropy, adam},
      {"fashion-floor", {784}, "128 relu, 16", 64, Loss::cross_entropy, adam},
      {"fashion-wide-floor", {784}, "512 relu, 256 relu, 16", 128, Loss::cross_entropy, adam},
  };
  return all;
}

std::int64_t whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size() || value < 1) {
    throw UserError(Fault::usage, Report{"workload", "\"" + printable(text) + "\"", "a whole number from 1", ""});
  }
  return value;
}

/// "64-32-1 256"
Workload parse_mlp(std::string_view name, std::string_view text) {
  Workload of{std::string(name), {}, "", 1, Loss::mse, Optimizer::adam};
  const std::size_t space = text.find(' ');
  if (space != text.npos) of.rows = whole_number(text.substr(space + 1));
  std::string_view widths = text.substr(0, space);
  bool first = true;
  while (!widths.empty()) {
    const std::size_t dash = widths.find('-');
    const std::int64_t width = whole_number(widths.substr(0, dash));
    const bool last = dash == widths.npos;
    if (first) of.input = {width};
    else of.net += (of.net.empty() ? "" : ", ") + std::to_string(width) + (last ? "" : " relu");
    first = false;
    widths.remove_prefix(last ? widths.size() : dash + 1);
  }
  return of;
}

constexpr std::uint32_t features_stream = 1, target_stream = 2;

}  // namespace

std::span<const Workload> workloads() { return table(); }

Workload find_workload(std::string_view name) {
  std::vector<std::string_view> names;
  std::string all;
  for (const Workload& of : workloads()) {
    if (of.name == name) return of;
    names.push_back(of.name);
    all += of.name + ", ";
  }
  if (name.starts_with("mlp ")) return parse_mlp(name, name.substr(4));
  throw UserError(Fault::usage, Report{"workload", "\"" + printable(name) + "\"", all + "\"mlp WIDTHS ROWS\"",
                                       std::string(nearest(name, names))});
}

Case make_case(const Workload& workload) {
  Case made{workload, nn::make_model(nn::parse_net(workload.net), workload.input, {.seed = 1}), {}, {}};
  std::vector<std::int64_t> sizes{workload.rows};
  sizes.insert(sizes.end(), workload.input.begin(), workload.input.end());
  made.features = Tensor(DType::f32, Shape(sizes));
  fill_uniform({.seed = 2, .stream = features_stream}, 0, made.features.as<float>());
  const std::int64_t outputs = nn::output_count(made.model);
  const RandomKey key{.seed = 2, .stream = target_stream};
  if (workload.loss == Loss::cross_entropy) {
    made.target = Tensor(DType::i64, {workload.rows});
    std::uint64_t row = 0;
    for (std::int64_t& t : made.target.as<std::int64_t>()) {
      t = static_cast<std::int64_t>(random_below(key, row++, static_cast<std::uint64_t>(outputs)));
    }
  } else if (workload.loss != Loss::none) {
    made.target = Tensor(DType::f32, {workload.rows, outputs});
    std::uint64_t element = 0;
    for (float& t : made.target.as<float>()) t = random_below(key, element++, 2) == 1 ? 1.0f : 0.0f;
  }
  return made;
}

}  // namespace gradus::bench
