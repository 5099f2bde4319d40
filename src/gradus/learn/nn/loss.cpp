#include "gradus/learn/nn/loss.hpp"

#include <charconv>
#include <cmath>
#include <optional>

#include "gradus/core/base/remedy.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/core/ops/softmax.hpp"

namespace gradus::loss {
namespace {

[[noreturn]] void refuse(std::string_view loss, Value prediction, Value target, const std::string& expected) {
  throw UserError(Fault::usage,
                  Report{"loss " + std::string(loss),
                         "prediction " + to_string(prediction.type()) + " and target " + to_string(target.type()),
                         expected, "an output layer that fits the target"});
}

/// Losses on elements want equal shapes: broadcasting [rows] against [rows, 1] would be a silent mistake.
void require_same(std::string_view loss, Value prediction, Value target) {
  if (!(prediction.type() == target.type())) refuse(loss, prediction, target, "the same type");
}

Value difference(std::string_view loss, Value prediction, Value target) {
  require_same(loss, prediction, target);
  return prediction - target;
}

/// Sum over everything, divided by the rows.
Value mean_of_rows(Value x) { return sum(x) * (1.0 / static_cast<double>(x.rows())); }

Value half_squares(std::string_view loss, Value prediction, Value target) {
  return 0.5 * square(difference(loss, prediction, target));
}

/// With c = d held in [-delta, delta], c (d - c / 2) is d^2 / 2 inside and delta (|d| - delta / 2) outside.
Value huber_of(Value d, double delta) {
  const Value c = clamp(d, -delta, delta);
  return mean(c * (d - 0.5 * c));
}

/// ln p, -100 where that is less. The branch that is not taken must not become 0 * inf in the gradient.
Value log_above_minus_100(Value p) {
  const double least = p.dtype() == DType::f64 ? std::exp(-100.0) : 0;  // e^-100 is below f32's normal numbers
  const Value fits = greater(p, constant_like(p, least));
  return where(fits, log(where(fits, p, constant_like(p, 1))), constant_like(p, -100));
}

Value binary_of_probabilities(Value p, Value t) {
  require_same("binary_cross_entropy", p, t);
  return -mean(t * log_above_minus_100(p) + (1.0 - t) * log_above_minus_100(1.0 - p));
}

Value binary_of_logits(Value z, Value t) {
  require_same("binary_cross_entropy_with_logits", z, t);
  return mean(softplus(z) - t * z);
}

Value cross_entropy_of(Value logits, Value target) {
  const bool classes = !is_floating(target.dtype());
  if (logits.shape().rank() != 2 || target.rows() != logits.rows()) {
    refuse("cross_entropy", logits, target, "logits [rows, classes] and as many rows of targets");
  }
  if (classes && target.shape().rank() != 1) refuse("cross_entropy", logits, target, "class numbers [rows]");
  if (!classes) require_same("cross_entropy", logits, target);
  const Value weights = classes ? one_hot(target, logits.columns(), logits.dtype()) : target;
  return -mean_of_rows(weights * log_softmax(logits));
}

Value softmax_of(Value output) { return softmax(output); }
Value sigmoid_of(Value output) { return sigmoid(output); }

constexpr std::string_view names[] = {"mse",
                                      "half_squared",
                                      "half_squared_sum",
                                      "mae",
                                      "huber",
                                      "binary_cross_entropy",
                                      "binary_cross_entropy_with_logits",
                                      "cross_entropy"};

}  // namespace

const Loss mse{.name = "mse",
               .build = [](Value y, Value t) { return mean(square(difference("mse", y, t))); },
               .takes = Takes::numbers};
const Loss half_squared{.name = "half_squared",
                        .build = [](Value y, Value t) { return mean_of_rows(half_squares("half_squared", y, t)); },
                        .takes = Takes::numbers};
const Loss half_squared_sum{.name = "half_squared_sum",
                            .build = [](Value y, Value t) { return sum(half_squares("half_squared_sum", y, t)); },
                            .sums = true,
                            .takes = Takes::numbers};
const Loss mae{.name = "mae",
               .build = [](Value y, Value t) { return mean(abs(difference("mae", y, t))); },
               .takes = Takes::numbers};
const Loss binary_cross_entropy{.name = "binary_cross_entropy",
                                .build = binary_of_probabilities,
                                .takes = Takes::probabilities,
                                .targets = Targets::shares};
const Loss binary_cross_entropy_with_logits{.name = "binary_cross_entropy_with_logits",
                                            .build = binary_of_logits,
                                            .finish = sigmoid_of,
                                            .takes = Takes::logits,
                                            .targets = Targets::shares};
const Loss cross_entropy{.name = "cross_entropy",
                         .build = cross_entropy_of,
                         .finish = softmax_of,
                         .takes_classes = true,
                         .takes = Takes::class_logits,
                         .targets = Targets::distributions};

Loss huber(double delta) {
  if (!(delta > 0) || !std::isfinite(delta)) {
    throw UserError(Fault::usage, Report{"loss huber", "delta " + print_number(delta), "delta > 0", "1"});
  }
  return {.name = "huber " + print_number(delta),
          .build = [delta](Value y, Value t) { return huber_of(difference("huber", y, t), delta); },
          .takes = Takes::numbers};
}

Loss custom(std::string name, std::function<Value(Value prediction, Value target)> build) {
  return {.name = std::move(name), .build = std::move(build)};
}

std::span<const std::string_view> loss_names() { return names; }

Loss find_loss(std::string_view text) {
  for (const Loss* known : {&mse, &half_squared, &half_squared_sum, &mae, &binary_cross_entropy,
                            &binary_cross_entropy_with_logits, &cross_entropy}) {
    if (known->name == text) return *known;
  }
  if (text == "huber") return huber();
  if (text.starts_with("huber ")) {
    double delta = 0;
    const std::string_view number = text.substr(6);
    const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), delta);
    if (error == std::errc() && stop == number.data() + number.size()) return huber(delta);
    throw UserError(Fault::usage,
                    Report{"loss huber", "\"" + printable(number) + "\"", "a number, its delta", "huber 1"});
  }
  std::string all;
  for (std::string_view name : names) all += (all.empty() ? "" : ", ") + std::string(name);
  throw UserError(Fault::usage, Report{"loss", "\"" + printable(text) + "\"", all, nearest_or(text, names, "mse")});
}

}  // namespace gradus::loss
