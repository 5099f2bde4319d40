#include "tests/worked_examples/json/examples.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

namespace gradus::worked_examples {
namespace {

using nlohmann::json;

Tensor tensor(const json& entry) {
  const auto sizes = entry.at("shape").get<std::vector<std::int64_t>>();
  return Tensor::from(Shape(sizes), entry.at("data").get<std::vector<double>>());
}

Tolerance tolerance(const json& entry) { return {entry.at("abs").get<double>(), entry.at("rel").get<double>()}; }

Example example(const json& entry) {
  Example out;
  out.id = entry.at("id").get<std::string>(), out.op = entry.at("op").get<std::string>();
  for (const auto& [name, value] : entry.at("config").items()) out.config[name] = value.get<std::string>();
  for (const auto& [name, value] : entry.at("inputs").items()) out.inputs[name] = tensor(value);
  for (const auto& [name, value] : entry.at("expected").items()) out.expected[name] = tensor(value);
  for (const auto& [name, value] : entry.at("printed_on_slide").items()) {
    Printed& printed = out.printed[name];
    printed.value = tensor(value), printed.agrees = value.at("agrees").get<std::vector<bool>>();
    const json& tolerances = value.at("abs_tol");  // one for all elements, or one each
    if (tolerances.is_array()) printed.tolerances = tolerances.get<std::vector<double>>();
    else printed.tolerances.assign(printed.agrees.size(), tolerances.get<double>());
  }
  for (const auto& [name, value] : entry.at("wrong").items()) {
    out.wrong[name] = {tensor(value), value.at("why").get<std::string>()};
  }
  out.f64 = tolerance(entry.at("tol").at("f64"));
  out.f32 = tolerance(entry.at("tol").at("f32"));
  return out;
}

}  // namespace

std::vector<Example> read_examples(const std::string& path) {
  std::ifstream file(path);
  const json document = json::parse(file);
  std::vector<Example> out;
  for (const json& entry : document.at("examples")) out.push_back(example(entry));
  return out;
}

}  // namespace gradus::worked_examples
