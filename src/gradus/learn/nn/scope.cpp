#include "gradus/learn/nn/scope.hpp"

#include <algorithm>

#include "gradus/core/base/remedy.hpp"
#include "gradus/learn/nn/layer.hpp"
#include "gradus/learn/nn/net.hpp"

namespace gradus::nn {
namespace {

/// The layer in a few words: what is inside it is told by itself.
std::string briefly(const Layer& layer) {
  return printable(layer.nets.empty() ? print_net(layer) : std::string(layer.word()));
}

}  // namespace

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

Value Scope::running(std::string_view name, const Shape& shape, const init::Init& init) {
  const std::string full = prefix_ + std::string(name);
  const SlotId known = graph_.slots().find(full);
  if (const Value there = known ? graph_.find_input(known) : Value{}) return there;  // the layer once more
  statistics_.push_back({full, shape, init});
  return graph_.state({.name = full, .type = {dtype_, shape}, .role = Role::running});
}

void Scope::update(Value running, Value next) {
  if (graph_.find_next(slot_of(running))) {
    throw UserError(Fault::usage, Report{graph_.slots()[slot_of(running)].name, "a second use in one step",
                                         "statistics of one batch", "a layer of its own, or layer_norm"});
  }
  graph_.next(running, next);
}

Value Scope::parameter_of(const NamedLayer& of, std::size_t at, std::string_view name) const {
  const std::string full = of.prefix + std::to_string(at) + "." + std::string(name);
  const auto place = place_.find(full);
  return place == place_.end() ? Value{} : values_[place->second];
}

Value Scope::apply(std::string_view name, const Layer& layer, Value x) {
  const std::size_t outer = prefix_.size();
  if (!name.empty()) prefix_ += std::string(name) + ".";
  try {
    if (!layer) throw UserError(Fault::usage, Report{"layer", "nothing", "a layer", "nn::linear(1)"});
    const Value y = layer.build(*this, x);
    if (layer.nets.empty() && y.id >= 0 && !(y == x)) label(y, layer.word().substr(0, layer.word().find(' ')));
    prefix_.resize(outer);
    return y;
  } catch (const UserError& error) {
    if (name.empty() || std::string_view(error.what()).starts_with("layer ")) throw;
    throw UserError(error.fault(),
                    "layer " + prefix_.substr(0, prefix_.size() - 1) + " (" + briefly(layer) + "): " + error.what());
  }
}

Value Scope::apply_all(const std::vector<Layer>& layers, Value x) {
  const std::size_t outer = names_.size();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    x = apply(std::to_string(i), layers[i], x);
    if (!layers[i].name.empty()) names_.push_back({layers[i].name, x, &layers, i, prefix_});
  }
  names_.erase(names_.begin() + static_cast<std::ptrdiff_t>(outer), names_.end());
  return x;
}

Value Scope::apply_again(const NamedLayer& of, std::size_t from, Value x) {
  const NamedLayer named = of;  // building may add names
  std::string inner = named.prefix;
  prefix_.swap(inner);
  try {
    for (std::size_t i = from; i <= named.at; ++i) x = apply(std::to_string(i), (*named.beside)[i], x);
  } catch (...) {
    prefix_.swap(inner);
    throw;
  }
  prefix_.swap(inner);
  return x;
}

const NamedLayer& Scope::named(std::string_view name) const {
  std::vector<std::string> known;
  for (auto at = names_.rbegin(); at != names_.rend(); ++at) {
    if (at->name == name) return *at;
    known.push_back(at->name);
  }
  std::string all;
  for (const std::string& one : known) all += (all.empty() ? "" : ", ") + one;
  throw UserError(Fault::usage,
                  Report{"net", "\"" + printable(name) + "\", a name that no layer before it has",
                         known.empty() ? "the name of a layer before it" : all,
                         nearest_or(name, known, "\"as " + printable(name) + "\" behind a layer before it")});
}

std::string input_slot(std::string_view name) { return "input " + std::string(name); }

void Scope::begin_inputs(NamedInputs inputs, std::int64_t rows, Value features) {
  inputs_ = inputs, rows_ = rows, features_ = features;
}

Value Scope::input(std::string_view name) {
  if (name == features_name && features_) return features_;
  const auto at = std::find_if(inputs_.begin(), inputs_.end(), [&](const NamedInput& one) { return one.name == name; });
  if (at == inputs_.end()) {
    std::vector<std::string> known;
    if (features_) known.emplace_back(features_name);
    for (const NamedInput& one : inputs_) known.push_back(one.name);
    std::string all;
    for (const std::string& one : known) all += (all.empty() ? "" : ", ") + one;
    throw UserError(Fault::usage, Report{"input " + printable(name), "no such input of the data",
                                         known.empty() ? "data with inputs" : "one of " + all,
                                         nearest_or(name, known, known.empty() ? "data::Dataset::inputs" : known[0])});
  }
  const SlotId slot = graph_.slot_table()->declare({.name = input_slot(name), .role = Role::input});
  if (const Value known = graph_.find_input(slot)) return known;
  std::vector<std::int64_t> sizes{rows_};
  sizes.insert(sizes.end(), at->shape.begin(), at->shape.end());
  asked_.push_back(graph_.input(slot, {at->codes ? DType::i64 : dtype_, Shape(sizes)}));
  return asked_.back();
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
