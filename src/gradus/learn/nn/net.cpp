#include "gradus/learn/nn/net.hpp"

#include <algorithm>
#include <charconv>

#include "gradus/core/base/remedy.hpp"
#include "gradus/learn/nn/activations.hpp"
#include "gradus/learn/nn/spatial.hpp"

namespace gradus::nn {
namespace {

constexpr std::int64_t widest = std::int64_t{1} << 40;  // memory is checked when the model is made
constexpr std::int64_t largest_size = 1'000'000;        // of a kernel, a stride, an axis of an image
constexpr std::string_view later[] = {"batchnorm", "layernorm", "rnn", "lstm", "gru", "attention"};

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
  if (error != std::errc() || stop != end) refuse(word.at, quoted(word.text), "a number such as 0.2", "0.2");
  return value;
}

/// The whole number that `text` is, if it is one from `least` to `most`.
std::optional<std::int64_t> whole_number(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end && value >= least && value <= most ? std::optional(value) : std::nullopt;
}

std::int64_t parse_width(const Word& word) {
  const auto value = whole_number(word.text, 1, widest);
  if (!value) refuse(word.at, quoted(word.text), "a width: a whole number from 1 to " + std::to_string(widest), "64");
  return *value;
}

/// "5" or "5x3": one to `most` whole numbers from `least` on. `what` and `example` are for the message.
Integers parse_sizes(const Word& word, std::size_t most, std::int64_t least, const std::string& what,
                     const char* example) {
  Integers out;
  for (std::size_t at = 0; at <= word.text.size();) {
    const std::size_t end = std::min(word.text.find('x', at), word.text.size());
    const auto number = whole_number(word.text.substr(at, end - at), least, largest_size);
    if (!number || out.size() == most) {
      refuse(word.at, quoted(word.text),
             what + ", from " + std::to_string(least) + " to " + std::to_string(largest_size) +
                 (most > 1 ? ", joined by x where there are several" : ""),
             example);
    }
    out.push_back(*number);
    at = end + 1;
  }
  return out;
}

struct SpatialWord {
  std::string_view name;
  int axes;
  Layer (*conv)(std::int64_t, const Integers&, const ConvOptions&);
  Layer (*pool)(const Integers&, const PoolOptions&);
};
constexpr SpatialWord spatial_words[] = {
    {"conv", 2, conv, nullptr},     {"maxpool", 2, nullptr, max_pool},     {"avgpool", 2, nullptr, avg_pool},
    {"conv1d", 1, conv1d, nullptr}, {"maxpool1d", 1, nullptr, max_pool1d}, {"avgpool1d", 1, nullptr, avg_pool1d}};

const SpatialWord* find_spatial(std::string_view word) {
  const auto found = std::find_if(std::begin(spatial_words), std::end(spatial_words),
                                  [&](const SpatialWord& known) { return known.name == word; });
  return found == std::end(spatial_words) ? nullptr : found;
}

/// conv CHANNELS KERNEL or maxpool KERNEL, then options; `i` moves behind them.
Layer parse_spatial(const SpatialWord& word, const std::vector<Word>& words, std::size_t& i) {
  const auto axes = static_cast<std::size_t>(word.axes);
  const std::int64_t channels = word.conv ? parse_width(words[++i]) : 0;
  const Integers kernel = parse_sizes(words[++i], axes, 1, "the size of the kernel", word.axes == 1 ? "5" : "5x5");
  ConvOptions conv{};
  PoolOptions pool{};
  for (++i; !words[i].text.empty(); ++i) {
    const std::string_view option = words[i].text;
    if (option == "stride") conv.stride = pool.stride = parse_sizes(words[++i], axes, 1, "the stride", "stride 2");
    else if (option == "pad") conv.padding = pool.padding = parse_sizes(words[++i], axes, 0, "the padding", "pad 2");
    else if (word.conv && option == "dilation") conv.dilation = parse_sizes(words[++i], axes, 1, "the dilation", "2");
    else if (word.conv && option == "groups") conv.groups = parse_sizes(words[++i], 1, 1, "a number of groups", "2")[0];
    else if (word.conv && option == "nobias") conv.bias = false;
    else break;
  }
  return word.conv ? word.conv(channels, kernel, conv) : word.pool(kernel, pool);
}

std::vector<std::string_view> words_known() {
  std::vector<std::string_view> words{"dropout", "flatten", "view", "softmax", "prelu", "nobias"};
  for (const SpatialWord& known : spatial_words) words.push_back(known.name);
  words.insert(words.end(), {"stride", "pad", "dilation", "groups"});
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
    if (word.text == name)
      refuse(word.at, quoted(name) + ": not in this version", "dense layers, convolution, pooling and activations",
             "conv 6 5x5 relu, maxpool 2, 64 relu");
  }
  const auto known = words_known();
  std::string expected = "a width, ";
  for (std::size_t i = 0; i < known.size(); ++i) expected += (i ? ", " : "") + std::string(known[i]);
  refuse(word.at, quoted(word.text), expected, nearest_or(word.text, known, "64"));
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

bool begins_item(std::string_view word) {
  return word == "dropout" || word == "flatten" || word == "view" || find_spatial(word);
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
  } else if (first.text == "view") {
    layers.push_back(view(Shape(parse_sizes(words[1], max_rank - 1, 1, "sizes", "view 1x28x28"))));
    i = 2;
  } else if (const SpatialWord* spatial = find_spatial(first.text)) {
    layers.push_back(parse_spatial(*spatial, words, i));
  } else if (!is_activation(first.text)) {
    refuse_word(first);
  }
  while (!words[i].text.empty()) {
    if (is_number(words[i].text) || begins_item(words[i].text)) {
      refuse(words[i].at, quoted(words[i].text), "an activation, or a comma before the next layer", "relu");
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
