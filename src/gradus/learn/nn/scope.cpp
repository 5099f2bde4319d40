#include "gradus/learn/nn/scope.hpp"

#include "gradus/learn/nn/layer.hpp"

namespace gradus::nn {

Value Scope::parameter(std::string_view name, const Shape& shape, const init::Init& init) {
  const std::string full = prefix_ + std::string(name);
  if (shape.count() == 0) {
    throw UserError(Fault::usage, Report{"parameter \"" + printable(full) + "\"", to_string(shape),
                                         "at least one element", "give the layer before it, or the data, a width"});
  }
  if (const auto place = place_.find(full); place != place_.end()) {
    const ParameterSpec& known = parameters_[place->second];
    if (known.shape == shape) return values_[place->second];
    throw UserError(Fault::usage,
                    Report{"parameter \"" + printable(full) + "\"", to_string(shape),
                           to_string(known.shape) + ", as when it was first asked for", "give it another name"});
  }
  const Value made = graph_.state({.name = full, .type = {dtype_, shape}, .role = Role::parameter});
  place_.emplace(full, parameters_.size());
  parameters_.push_back({full, shape, init});
  values_.push_back(made);
  return made;
}

Value Scope::apply(std::string_view name, const Layer& layer, Value x) {
  const std::size_t outer = prefix_.size();
  prefix_ += std::string(name) + ".";
  try {
    const Value y = layer.build(*this, x);
    if (layer.children.empty() && y.id >= 0 && !(y == x)) label(y, layer.text.substr(0, layer.text.find(' ')));
    prefix_.resize(outer);
    return y;
  } catch (const UserError& error) {
    if (std::string_view(error.what()).starts_with("layer ")) throw;
    throw UserError(error.fault(), "layer " + prefix_.substr(0, prefix_.size() - 1) + " (" + printable(layer.text) +
                                       "): " + error.what());
  }
}

Value Scope::key() {
  if (!key_) key_ = graph_.slot_table()->declare({.name = "key", .role = Role::input});
  const Value known = graph_.find_input(key_);
  return known ? known : graph_.input(key_, {DType::i64, {2}});
}

void Scope::label(Value value, std::string_view what) {
  if (value.node().label.empty()) graph_.name_node(value, prefix_ + std::string(what));
}

}  // namespace gradus::nn
