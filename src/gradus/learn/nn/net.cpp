#include "gradus/learn/nn/net.hpp"

#include <charconv>

#include "gradus/core/base/nearest.hpp"
#include "gradus/learn/nn/activations.hpp"

namespace gradus::nn {
namespace {

constexpr std::int64_t widest = std::int64_t{1} << 40;  // memory is checked when the model is made
constexpr std::string_view later[] = {"conv", "maxpool", "avgpool", "batchnorm", "layernorm",
                                      "rnn",  "lstm",    "gru",     "attention"};

struct Word {
  std::string_view text;  // empty at the end of an item
  std::size_t at = 0;     // bytes from the beginning
};

[[noreturn]] void refuse(std::size_t at, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::usage, Report{"net:1:" + std::to_string(at + 1), found, expected, remedy});
}

std::string quoted(std::string_view text) { return "\"" + printable(text) + "\""; }

/// The words of the item that begins at `at`; moves `at` behind its comma, or to npos.
std::vector<Word> next_item(std::string_view text, std::size_t& at) {
  const std::size_t comma = text.find(',', at);
  const std::size_t end = std::min(comma, text.size());
  std::vector<Word> words;
  for (std::size_t i = at; i < end;) {
    if (text[i] == ' ' || text[i] == '\t') {
      ++i;
      continue;
    }
    std::size_t stop = i;
    while (stop < end && text[stop] != ' ' && text[stop] != '\t') ++stop;
    words.push_back({text.substr(i, stop - i), i});
    i = stop;
  }
  words.push_back({"", end});
  at = comma == std::string_view::npos ? comma : comma + 1;
  return words;
}

bool is_number(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789.+-eE") == std::string_view::npos &&
         word.find_first_of("0123456789") != std::string_view::npos;
}

double parse_number(const Word& word) {
  double value = 0;
  const char* const end = word.text.data() + word.text.size();
  const auto [stop, error] = std::from_chars(word.text.data(), end, value);
  if (error != std::errc() || stop != end) refuse(word.at, quoted(word.text), "a number such as 0.2", "");
  return value;
}

std::int64_t parse_width(const Word& word) {
  std::int64_t value = 0;
  const char* const end = word.text.data() + word.text.size();
  const auto [stop, error] = std::from_chars(word.text.data(), end, value);
  if (error != std::errc() || stop != end || value < 1 || value > widest) {
    refuse(word.at, quoted(word.text), "a width: a whole number from 1 to " + std::to_string(widest), "64");
  }
  return value;
}

std::vector<std::string_view> words_known() {
  std::vector<std::string_view> words{"dropout", "flatten", "softmax", "prelu", "nobias"};
  for (const Activation& known : activations()) words.push_back(known.name);
  return words;
}

bool is_activation(std::string_view word) {
  for (const Activation& known : activations()) {
    if (known.name == word) return true;
  }
  return word == "prelu" || word == "softmax";
}

[[noreturn]] void refuse_word(const Word& word) {
  for (std::string_view name : later) {
    if (word.text == name) refuse(word.at, quoted(name) + ": not in this version", "dense layers and activations", "");
  }
  const auto known = words_known();
  std::string expected = "a width, ";
  for (std::size_t i = 0; i < known.size(); ++i) expected += (i ? ", " : "") + std::string(known[i]);
  refuse(word.at, quoted(word.text), expected, nearest(word.text, known));
}

/// An activation and its number; `i` moves behind them.
Layer parse_activation(const std::vector<Word>& words, std::size_t& i) {
  const Word word = words[i++];
  if (word.text == "prelu") return prelu();
  if (word.text == "softmax") return softmax();
  std::optional<double> parameter;
  if (is_number(words[i].text)) parameter = parse_number(words[i++]);
  try {
    return activation(word.text, parameter);
  } catch (const UserError& error) {
    throw UserError(error.fault(), "net:1:" + std::to_string(word.at + 1) + ": " + error.what());
  }
}

void parse_item(const std::vector<Word>& words, std::vector<Layer>& layers) {
  std::size_t i = 0;
  const Word first = words[0];
  if (first.text.empty()) refuse(first.at, "an empty layer", "a layer between commas", "drop the comma");
  if (is_number(first.text)) {
    const std::int64_t width = parse_width(words[i++]);
    const bool bias = words[i].text != "nobias";
    i += !bias;
    layers.push_back(linear(width, {.bias = bias}));
  } else if (first.text == "dropout") {
    if (!is_number(words[1].text)) refuse(words[1].at, quoted(words[1].text), "dropout's probability", "dropout 0.2");
    const double p = parse_number(words[1]);
    if (!(p >= 0 && p < 1)) refuse(words[1].at, quoted(words[1].text), "a probability, 0 <= p < 1", "dropout 0.2");
    layers.push_back(dropout(p));
    i = 2;
  } else if (first.text == "flatten") {
    layers.push_back(flatten());
    i = 1;
  } else if (!is_activation(first.text)) {
    refuse_word(first);
  }
  while (!words[i].text.empty()) {
    if (is_number(words[i].text) || words[i].text == "dropout" || words[i].text == "flatten") {
      refuse(words[i].at, quoted(words[i].text), "an activation, or a comma before the next layer", "");
    }
    if (!is_activation(words[i].text)) refuse_word(words[i]);
    layers.push_back(parse_activation(words, i));
  }
}

}  // namespace

Layer parse_net(std::string_view text) {
  std::vector<Layer> layers;
  if (text.find_first_not_of(" \t") != std::string_view::npos) {
    for (std::size_t at = 0; at != std::string_view::npos;) parse_item(next_item(text, at), layers);
  }
  return sequential(std::move(layers));
}

Layer with_output(Layer hidden, std::int64_t outputs) {
  std::vector<Layer> layers;
  if (hidden.kind == Layer::Kind::sequence) layers = std::move(hidden.children);
  else layers.push_back(std::move(hidden));
  layers.push_back(linear(outputs));
  return sequential(std::move(layers));
}

std::string print_net(const Layer& net) {
  if (net.kind != Layer::Kind::sequence) return net.text;
  std::string text;
  bool joins = false;  // an activation here goes with the width before it
  for (const Layer& layer : net.children) {
    const bool joined = joins && layer.kind == Layer::Kind::activation;
    if (!text.empty()) text += joined ? " " : ", ";
    text += layer.kind == Layer::Kind::sequence ? "(" + print_net(layer) + ")" : layer.text;
    joins = layer.kind == Layer::Kind::width || joined;
  }
  return text;
}

bool is_describable(const Layer& net) {
  if (net.kind != Layer::Kind::sequence) return false;  // a lone layer's parameters have no number
  for (const Layer& layer : net.children) {
    if (layer.kind == Layer::Kind::own || layer.kind == Layer::Kind::sequence) return false;
  }
  return true;
}

}  // namespace gradus::nn
