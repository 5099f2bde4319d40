// Nets from texts: words, then items by recursive descent.
#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/remedy.hpp"
#include "gradus/learn/kinds/example.hpp"
#include "gradus/learn/nn/activations.hpp"
#include "gradus/learn/nn/layers/parts.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/nn/net_words.hpp"

namespace gradus::nn {
namespace {

struct Word {
  std::string_view text;  // a word, one of ( ) | , or nothing at the end
  std::size_t at = 0;     // bytes from the beginning
};

[[noreturn]] void refuse(std::size_t at, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::usage, Report{"net:1:" + std::to_string(at + 1), found, expected, remedy});
}

std::string quoted(std::string_view text) { return text.empty() ? "the end" : "\"" + printable(text) + "\""; }

std::vector<Word> words_of(std::string_view text) {
  constexpr std::string_view marks = "()|,", blanks = " \t", ends = "()|, \t";
  std::vector<Word> words;
  for (std::size_t at = 0; at < text.size();) {
    const bool mark = marks.find(text[at]) != marks.npos;
    const std::size_t end = mark ? at + 1 : std::min(text.find_first_of(ends, at), text.size());
    if (blanks.find(text[at]) == blanks.npos) words.push_back({text.substr(at, end - at), at});
    at = std::max(end, at + 1);
  }
  words.push_back({"", text.size()});
  return words;
}

bool is_mark(std::string_view word) { return word.empty() || word == "(" || word == ")" || word == "|" || word == ","; }

/// Whether `word` is meant as a number or as sizes.
bool is_number(std::string_view word) {
  return !word.empty() && word.find_first_of("0123456789") == word.find_first_not_of("+-.") &&
         word.find_first_of("0123456789") != word.npos;
}

/// What the kind is called in a text: "conv", "a width".
std::string called(const kinds::Kind& kind, const LayerTraits& traits) {
  return traits.nameless && !kind.keys.empty() ? "a layer" : std::string(kind.name);
}

class NetParser {
 public:
  NetParser(std::string_view text, LayerKinds own) : words_(words_of(text)), kinds_(kinds_with(own)) {}

  Layer parse() {
    Layer net = parse_sequence();
    if (!peek().text.empty())
      refuse(peek().at, quoted(peek().text), "a comma or the end", at(")") ? "( before it" : "a comma");
    if (has_too_many_layers(net)) {
      refuse(0, "more than " + std::to_string(most_layers) + " layers", "at most so many", "fewer repetitions");
    }
    return net;
  }

 private:
  const Word& peek() const { return words_[i_]; }
  Word next() { return words_[i_ + 1 < words_.size() ? i_++ : i_]; }
  bool at(std::string_view text) const { return peek().text == text; }

  /// Up to ")", "|" or the end.
  Layer parse_sequence() {
    std::vector<Layer> layers;
    const std::size_t outer = names_.size();
    if (!at("") && !at(")") && !at("|")) {
      parse_item(layers);
      while (at(",")) {
        next();
        parse_item(layers);
      }
    }
    names_.resize(outer);
    return sequential(std::move(layers));
  }

  void parse_item(std::vector<Layer>& layers) {
    if (is_mark(peek().text) && !at("(")) {
      refuse(peek().at, "an empty layer", "a layer between commas", "drop the comma");
    }
    layers.push_back(parse_block());
    while (!is_mark(peek().text) || at("(")) {
      if (at(net_words::as)) return parse_name(layers.back());
      const LayerKind* kind = find(peek().text);
      if (kind == nullptr && !at("(") && !is_number(peek().text)) refuse_word();
      if (kind == nullptr || kind->traits.role != Role::activation) {
        refuse(peek().at, quoted(peek().text), "an activation, or a comma before the next layer",
               std::string(relu().word()));
      }
      layers.push_back(parse_kind(*kind, next()));
    }
  }

  void parse_name(Layer& layer) {
    next();
    const Word word = next();
    if (!is_name(word.text))
      refuse(word.at, quoted(word.text), "a name: " + std::string(net_words::name_rule), "as stem");
    if (is_word(word.text, kinds_)) {
      refuse(word.at, quoted(word.text) + " as a name", std::string(net_words::name_rule),
             "as my_" + printable(word.text));
    }
    if (std::find(names_.begin(), names_.end(), word.text) != names_.end()) {
      refuse(word.at, quoted(word.text) + " a second time", "a name of its own for each value",
             printable(word.text) + "_2");
    }
    names_.push_back(word.text);
    layer.name = word.text;
    if (!is_mark(peek().text) || at("(")) {
      refuse(peek().at, quoted(peek().text) + " after a name", "a comma before the next layer",
             "as in \"64 relu as x, 32\"");
    }
  }

  Layer parse_block() {
    if (at("(") || is_number(peek().text)) {
      const bool nets = at("(");
      const auto nameless = std::find_if(kinds_.begin(), kinds_.end(), [&](const kinds::Kind* kind) {
        return of(*kind).traits.nameless && kind->keys.empty() == nets;
      });
      return parse_kind(of(**nameless), peek());
    }
    const LayerKind* kind = find(peek().text);
    if (kind == nullptr) refuse_word();
    return parse_kind(*kind, next());
  }

  /// What follows the name of a kind, which `first` is.
  Layer parse_kind(const LayerKind& kind, const Word& first) {
    Layer layer;
    for (std::size_t i = 0; i < kind.traits.names; ++i) layer.inputs.push_back(parse_known_name(kind));
    layer.recipe = parse_keys(kind, first);
    if (kind.traits.nets.most > 0) parse_nets(kind, layer);
    return layer;
  }

  std::string parse_known_name(const LayerKind& kind) {
    const Word word = next();
    if (kind.traits.input) {
      if (is_name(word.text) && !is_word(word.text, kinds_)) return std::string(word.text);
      refuse(word.at, quoted(word.text) + (is_name(word.text) ? " as a name" : ""),
             "the name of an input of the data: " + std::string(net_words::name_rule),
             std::string(kind.name) + " " + std::string(features_name));
    }
    if (std::find(names_.begin(), names_.end(), word.text) != names_.end()) return std::string(word.text);
    std::string all;
    for (const std::string_view name : names_) all += (all.empty() ? "" : ", ") + std::string(name);
    refuse(word.at, is_mark(word.text) ? quoted(word.text) : quoted(word.text) + ", which no layer before it is called",
           "the name of a layer before it" + (all.empty() ? ", such as \"64 relu as x\"" : ": " + all),
           names_.empty() ? "64 as x, " + std::string(kind.name) + " x"
                          : std::string(kind.name) + " " + nearest_or(word.text, names_, names_.back()));
  }

  kinds::Recipe<LayerKind> parse_keys(const LayerKind& kind, const Word& first) {
    std::vector<kinds::Given> given;
    std::size_t bare = 0;  // keys before this one have been filled by values without a key
    const auto is_given = [&](const Key& key) {
      return std::any_of(given.begin(), given.end(), [&](const kinds::Given& one) { return one.key == key.name; });
    };
    for (;;) {
      while (bare < kind.keys.size() && is_given(kind.keys[bare])) ++bare;
      const std::size_t named = is_mark(peek().text) ? kind.keys.size() : kinds::find_key(kind.keys, peek().text);
      const Key* key = named < kind.keys.size() ? &kind.keys[named] : nullptr;
      if (key != nullptr) {
        const Word word = next();
        if (is_given(*key)) refuse(word.at, quoted(word.text) + " twice", "one value", "it once");
        if (key->type == KeyType::truth && !at("true") && !at("false")) {
          given.push_back({key->name, true});
          continue;
        }
      } else if (bare < kind.keys.size() && kind.keys[bare].bare &&
                 (kind.keys[bare].required || is_number(peek().text))) {
        key = &kind.keys[bare];
      } else {
        break;
      }
      given.push_back({key->name, read(kind, *key)});
    }
    require_all(kind, given, first);
    try {
      return kinds::Recipe<LayerKind>(kinds::make_any(kind, given));
    } catch (const UserError& error) {
      throw UserError(error.fault(), "net:1:" + std::to_string(first.at + 1) + ": " + error.what());
    }
  }

  kinds::KeyValue read(const LayerKind& kind, const Key& key) {
    const Word word = peek();
    if (!is_mark(word.text)) {
      try {
        kinds::KeyValue value = kinds::read_value(key, word.text, std::string(key.name));
        next();
        return value;
      } catch (const UserError&) {  // told with its place
      }
    }
    refuse(word.at, quoted(word.text),
           std::string(key.name) + " of " + called(kind, kind.traits) + ", " + kinds::describe(key),
           kind.traits.nameless ? std::string(key.value)
           : key.bare           ? example_net(kind)
                                : kinds::example(kind, key.name));
  }

  void require_all(const LayerKind& kind, const std::vector<kinds::Given>& given, const Word& first) const {
    for (const Key& key : kind.keys) {
      const bool found =
          std::any_of(given.begin(), given.end(), [&](const kinds::Given& one) { return one.key == key.name; });
      if (key.required && !found) {
        refuse(first.at, std::string(kind.name) + " without " + std::string(key.name), kinds::describe(key),
               example_net(kind));
      }
    }
  }

  void parse_nets(const LayerKind& kind, Layer& layer) {
    const auto [least, most] = kind.traits.nets;
    if (!at("("))
      refuse(peek().at, quoted(peek().text), "( and the net inside " + std::string(kind.name), example_net(kind));
    const Word open = next();
    if (++depth_ > net_words::deepest) {
      refuse(open.at, "nets inside nets more than " + std::to_string(net_words::deepest) + " deep", "at most so many",
             "fewer parentheses");
    }
    std::vector<Layer> nets{parse_sequence()};
    while (at("|")) {
      const Word bar = next();
      if (nets.size() == most) {
        refuse(bar.at, "another net in " + std::string(kind.name), "at most " + std::to_string(most), "without it");
      }
      nets.push_back(parse_sequence());
    }
    if (!at(")")) refuse(peek().at, quoted(peek().text), "a comma or )", "64 relu)");
    next();
    --depth_;
    if (nets.size() < least) {
      refuse(open.at, std::to_string(nets.size()) + " nets", std::to_string(least) + " at least", "| and another");
    }
    // A sequence's layers are its nets.
    layer.nets = layer.is_sequence() ? std::move(nets[0].nets) : std::move(nets);
  }

  static const LayerKind& of(const kinds::Kind& kind) { return static_cast<const LayerKind&>(kind); }

  /// The kind of that name that texts may name; nullptr when there is none.
  const LayerKind* find(std::string_view word) const {
    for (const kinds::Kind* kind : kinds_) {
      if (kinds::same_name(kind->name, word)) return &of(*kind);
    }
    return nullptr;
  }

  [[noreturn]] void refuse_word() const {
    std::vector<std::string_view> words;
    std::string expected = "a width";
    for (const kinds::Kind* kind : kinds_) {
      if (of(*kind).traits.nameless) continue;
      words.push_back(kind->name);
      expected += ", " + std::string(kind->name);
    }
    for (const kinds::Kind* kind : kinds_) {
      for (const Key& key : kind->keys) {
        if (!key.bare && std::find(words.begin(), words.end(), key.name) == words.end()) words.push_back(key.name);
      }
    }
    refuse(peek().at, quoted(peek().text), expected, nearest_or(peek().text, words, "64"));
  }

  std::vector<Word> words_;
  kinds::KindList kinds_;
  std::vector<std::string_view> names_;  // that may be used here
  std::size_t i_ = 0;
  int depth_ = 0;
};

}  // namespace

Layer parse_net(std::string_view text, LayerKinds own) { return NetParser(text, own).parse(); }

}  // namespace gradus::nn
