#include "gradus/learn/train/phase.hpp"

#include <algorithm>
#include <set>

#include "gradus/core/base/error.hpp"
#include "gradus/core/ops/layout.hpp"

namespace gradus {
namespace {

[[noreturn]] void refuse(const std::string& phase, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::usage, Report{"phase " + printable(phase), found, expected, remedy});
}

void check_names(std::span<const Phase> phases) {
  constexpr std::size_t most = 1000;
  if (phases.empty() || phases.size() > most) {
    throw UserError(Fault::usage, Report{"phases", phases.empty() ? "none" : std::to_string(phases.size()),
                                         "1 to " + std::to_string(most), "Trainer(engine, net, dataset)"});
  }
  std::set<std::string_view> names;
  for (const Phase& phase : phases) {
    const bool letters = std::all_of(phase.name.begin(), phase.name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
    if (phase.name.empty() || !letters) {
      refuse(phase.name, phase.name.empty() ? "no name" : "a name with other signs", "letters, digits, _ and -",
             "critic");
    }
    if (!names.insert(phase.name).second) refuse(phase.name, "that name twice", "another", phase.name + "2");
    if (!phase.loss) refuse(phase.name, "no loss", "a function that appends one number", "Phase{.loss = ...}");
    if (!phase.updates.optimizer || !phase.schedule) {
      refuse(phase.name, "no optimizer or schedule", "both", "Phase{.updates = optim::adam()}");
    }
  }
}

}  // namespace

bool learns(const Phase& phase, std::string_view name) {
  return std::any_of(phase.parameters.begin(), phase.parameters.end(),
                     [&](const std::string& pattern) { return optim::fits(pattern, name); }) &&
         !optim::is_frozen(phase.updates, name);
}

Value loss_of(const Phase& phase, nn::Scope& scope, Batch& batch) {
  const Value value = phase.loss(scope, batch);
  if (!value || value.graph != &scope.graph() || value.shape().count() != 1 || !is_floating(value.dtype())) {
    refuse(phase.name, value ? "a loss of type " + to_string(value.type()) : "no loss", "a single number",
           "mean() of it");
  }
  return value.shape().rank() > 0 ? reshape(value, Shape{}) : value;
}

std::vector<nn::ParameterSpec> parameters_of(std::span<const Phase> phases, DType dtype,
                                             const std::function<Batch(nn::Scope& scope)>& make) {
  check_names(phases);
  std::vector<nn::ParameterSpec> all;
  for (const Phase& phase : phases) {
    Graph graph;
    nn::Scope scope(graph, nn::Mode::training, dtype);
    Batch batch = make(scope);
    loss_of(phase, scope, batch);
    std::vector<std::string> names, learnt;
    for (const nn::ParameterSpec& spec : scope.parameters()) {
      names.push_back(spec.name);
      if (learns(phase, spec.name)) learnt.push_back(spec.name);
      const auto known = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == spec.name; });
      if (known == all.end()) {
        all.push_back(spec);
      } else if (!(known->shape == spec.shape)) {
        refuse(phase.name, spec.name + " of shape " + to_string(spec.shape), to_string(known->shape) + ", as before it",
               "another name for scope.apply");
      }
    }
    optim::check(phase.updates, names);
    if (learnt.empty()) {
      refuse(phase.name, "no parameter that it learns", names.empty() ? "a net in its loss" : names.front(),
             "Phase{.parameters = {\"*\"}}");
    }
  }
  return all;
}

}  // namespace gradus
