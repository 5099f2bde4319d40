#include "gradus/learn/nn/net.hpp"

#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/remedy.hpp"
#include "gradus/learn/kinds/example.hpp"
#include "gradus/learn/nn/layers/parts.hpp"
#include "gradus/learn/nn/net_words.hpp"

namespace gradus::nn {
namespace {

constexpr std::int64_t too_many = most_layers + 1;

/// Each repetition counted, up to too_many.
std::int64_t count_layers(const Layer& layer) {
  std::int64_t inside = 1;
  for (const Layer& net : layer.nets) inside = std::min(too_many, inside + count_layers(net));
  const std::size_t parts = layer.traits().parts == nullptr || layer.nets.empty() ? 1 : layer.parts().size();
  return std::min(too_many, inside * static_cast<std::int64_t>(std::max<std::size_t>(parts, 1)));
}

std::string text_of(const Layer& layer) {
  if (!layer.recipe) return layer.own_name;
  const LayerTraits& traits = layer.traits();
  std::string text = kinds::print(layer.recipe);
  const std::size_t word = layer.word().size();
  for (auto name = layer.inputs.rbegin(); name != layer.inputs.rend(); ++name) text.insert(word, " " + *name);
  if (traits.nameless) text.erase(0, std::min(word + 1, text.size()));
  if (traits.nets.most == 0) return text;
  if (text.find(' ') != std::string::npos) text += " ";
  if (layer.is_sequence()) return text + "(" + print_net(layer) + ")";
  for (const Layer& net : layer.nets) text += (&net == layer.nets.data() ? "(" : " | ") + print_net(net);
  return text + ")";
}

}  // namespace

std::string example_net(const LayerKind& kind) {
  std::string text = kinds::example(kind);
  const std::size_t word = kind.name.size();
  const std::string name = kind.traits.input ? " " + std::string(features_name) : " x";
  for (std::size_t i = 0; i < kind.traits.names; ++i) text.insert(word, name);
  if (kind.traits.nets.most > 0) text += " (relu)";
  return kind.traits.names > 0 && !kind.traits.input ? "64, 64 as x, " + text : text;
}

Layer with_output(Layer hidden, std::int64_t outputs) {
  if (!hidden.is_sequence()) hidden = sequential({std::move(hidden)});
  hidden.nets.push_back(linear(outputs));
  return hidden;
}

std::string value_name(std::string_view target) {
  std::string out(target);
  for (char& c : out) {
    if (!is_name("x" + std::string(1, c))) c = '_';
  }
  return is_name(out) && !is_word(out, kinds_with({})) ? out : "out_" + out;
}

Layer with_outputs(Layer hidden, std::span<const Output> outputs) {
  if (outputs.size() == 1) return with_output(std::move(hidden), outputs[0].columns);
  if (!hidden.is_sequence()) hidden = sequential({std::move(hidden)});
  std::vector<Layer> heads;
  for (const Output& output : outputs) {
    const std::string name = value_name(output.target);
    std::vector<Layer> head;
    if (std::any_of(hidden.nets.begin(), hidden.nets.end(), [&](const Layer& layer) { return layer.name == name; }))
      head.push_back(from(name));
    head.push_back(linear(output.columns));
    heads.push_back(sequential(std::move(head)));
  }
  hidden.nets.push_back(parallel(std::move(heads)));
  return hidden;
}

std::string print_net(const Layer& net) {
  if (!net.is_sequence()) return text_of(net);
  std::string text;
  bool joins = false;  // an activation here goes with the block before it
  for (const Layer& layer : net.nets) {
    const Role role = layer.traits().role;
    const bool joined = joins && role == Role::activation;
    if (!text.empty()) text += joined ? " " : ", ";
    text += text_of(layer);
    if (!layer.name.empty()) text += " as " + layer.name;
    joins = (role == Role::block || joined) && layer.name.empty();
  }
  return text;
}

bool is_describable(const Layer& net) {
  if (!net.is_sequence()) return false;  // a lone layer's parameters have no number
  bool known = true;
  for_each_layer(net, [&](const std::string&, const Layer& layer) { known = known && layer.recipe; });
  return known;
}

kinds::KindList kinds_with(LayerKinds own) {
  kinds::KindList out = kinds::kind_list(all_layers(), own);
  for (const LayerKind* kind : own) kinds::find_kind(kind->name, out, "net");  // refuses two of one name
  return out;
}

bool is_word(std::string_view word, const kinds::KindList& list) {
  if (word == net_words::as || word == "true" || word == "false") return true;
  return std::any_of(list.begin(), list.end(), [&](const kinds::Kind* kind) {
    if (static_cast<const LayerKind*>(kind)->traits.input) return false;  // nets from before it may have such a name
    return kinds::same_name(kind->name, word) || kinds::find_key(kind->keys, word) < kind->keys.size();
  });
}

bool is_name(std::string_view word) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto inner = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !word.empty() && letter(word[0]) && std::all_of(word.begin(), word.end(), inner);
}

void check_name(std::string_view name) {
  const bool taken = is_word(name, kinds_with({}));
  if (is_name(name) && !taken) return;
  throw UserError(Fault::usage,
                  Report{"name of a value", "\"" + printable(name) + "\"" + (taken ? ", a word of nets" : ""),
                         std::string(net_words::name_rule), taken ? "my_" + printable(name) : "stem"});
}

bool has_too_many_layers(const Layer& net) { return count_layers(net) > most_layers; }

void check_layers(const Layer& net) {
  if (!has_too_many_layers(net)) return;
  throw UserError(Fault::usage, Report{"net", "more than " + std::to_string(most_layers) + " layers", "at most so many",
                                       "fewer repetitions"});
}

}  // namespace gradus::nn
