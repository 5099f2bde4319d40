#include "gradus/learn/tables/join.hpp"

#include <cmath>

#include "gradus/core/base/error.hpp"

namespace gradus::tables {

nn::Model join(std::vector<nn::Model> members, data::Task task) {
  require(!members.empty(), "an ensemble of nothing");
  if (members.size() == 1) return std::move(members.front());
  nn::Model out{{}, members[0].input, members[0].dtype, {}, members[0].products};
  std::vector<nn::Layer> nets;
  for (std::size_t i = 0; i < members.size(); ++i) {
    nets.push_back(members[i].net);
    for (nn::Parameter& parameter : members[i].parameters) {
      parameter.name = "0." + std::to_string(i) + "." + parameter.name;
      out.parameters.push_back(std::move(parameter));
    }
  }
  out.net = nn::sequential({nn::ensemble(std::move(nets), task == data::Task::classification)});
  return out;
}

nn::Model as_net(const LinearModel& linear, DType dtype) {
  nn::Model out = nn::make_model(nn::sequential({nn::linear(linear.outputs)}), {linear.features}, {.dtype = dtype});
  const auto fill = [&](std::string_view name, const std::vector<double>& numbers) {
    Tensor& to = *out.find(name);
    for (std::size_t i = 0; i < numbers.size(); ++i) to.set(static_cast<std::int64_t>(i), numbers[i]);
  };
  fill("0.weight", linear.weight), fill("0.bias", linear.bias);
  return out;
}

LinearModel trivial_answer(const data::Dataset& rows, std::span<const std::int64_t> learnt) {
  const bool classes = rows.task == data::Task::classification;
  LinearModel out{classes ? rows.classes() : 1, rows.row_size(), {}, {}};
  out.weight.resize(static_cast<std::size_t>(out.outputs * out.features));
  out.bias.resize(static_cast<std::size_t>(out.outputs));
  const auto count = static_cast<double>(learnt.size());
  for (const std::int64_t row : learnt) {
    if (!classes) out.bias[0] += rows.targets.number(row) / count;
    else ++out.bias[static_cast<std::size_t>(rows.targets.as<std::int64_t>()[static_cast<std::size_t>(row)])];
  }
  if (!classes) return out;
  constexpr double unseen = 0.5;  // rows of a class that none of these has
  for (double& rows_of : out.bias) rows_of = std::log(std::max(rows_of, unseen) / count);
  return out;
}

}  // namespace gradus::tables
