// Recipes as text, there and back.
#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/nearest.hpp"
#include "gradus/core/base/remedy.hpp"
#include "gradus/learn/kinds/example.hpp"

namespace gradus::kinds {
namespace {

constexpr std::string_view blanks = " \t";

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = text.find_first_not_of(blanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(blanks, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(blanks, end);
  }
  return words;
}

bool is_truth(std::string_view word) { return word == "true" || word == "false"; }

/// Whether `word` is meant as a value, not as the name of a key.
bool is_value(const Key& key, std::string_view word) {
  if (key.type == KeyType::truth) return is_truth(word);
  if (key.type == KeyType::word) return std::find(key.words.begin(), key.words.end(), word) != key.words.end();
  return word.find_first_of("0123456789") == word.find_first_not_of("+-.");
}

struct Reader {
  const Kind& kind;
  const std::string& place;
  std::span<const std::string_view> words;
  std::vector<SaidKey> out = {};
  std::size_t free = 0;  // keys before this one have been filled by values without a key
  bool named = false;

  [[noreturn]] void refuse(const std::string& found, const std::string& expected, const std::string& remedy) const {
    throw UserError(Fault::usage, Report{place, found, expected, given_at(place, remedy)});
  }

  void add(const Key& key, std::string_view text) {
    const bool twice = std::any_of(out.begin(), out.end(), [&](const SaidKey& said) { return said.key == &key; });
    if (twice)
      refuse(std::string(key.name) + " twice", "one value",
             std::string(kind.name) + " " + std::string(key.name) + " " + printable(text));
    out.push_back({&key, std::string(text)});
  }

  std::string names() const {
    std::string all;
    for (const Key& key : kind.keys) all += (all.empty() ? "" : ", ") + std::string(key.name);
    return all;
  }

  [[noreturn]] void refuse_word(std::string_view word) const {
    std::vector<std::string_view> all;
    for (const Key& key : kind.keys) all.push_back(key.name);
    const std::string of = std::string(kind.name), close = nearest(word, all);
    if (kind.keys.empty()) refuse("\"" + printable(word) + "\" after " + of, of + " alone", of);
    refuse("\"" + printable(word) + "\" after " + of, "its keys: " + names(), example(kind, close));
  }

  /// The key that a value without a key is for.
  const Key& next_free(std::string_view word) {
    const bool value =
        std::any_of(kind.keys.begin(), kind.keys.end(), [&](const Key& key) { return is_value(key, word); });
    if (!value || kind.keys.empty()) refuse_word(word);
    if (!named && free < kind.keys.size() && is_value(kind.keys[free], word)) return kind.keys[free++];
    refuse("the value " + printable(word) + " without its key", "a key before it: " + names(), example(kind));
  }

  void read() {
    for (std::size_t i = 1; i < words.size(); ++i) {
      const auto at = std::find_if(kind.keys.begin(), kind.keys.end(),
                                   [&](const Key& key) { return same_name(key.name, words[i]); });
      if (at == kind.keys.end()) {
        add(next_free(words[i]), words[i]);
        continue;
      }
      named = true;
      const bool more = i + 1 < words.size();
      if (at->type == KeyType::truth && !(more && is_truth(words[i + 1]))) add(*at, "true");
      else add(*at, more ? words[++i] : "");
    }
  }
};

template <class Take> std::string print_keys(const AnyRecipe& recipe, Take take) {
  std::string out(recipe.kind->name);
  const Keys defaults(recipe.kind->keys);
  bool in_order = true;  // a value without its name is that of the next key
  for (std::size_t i = 0; i < recipe.kind->keys.size(); ++i) {
    const KeyValue& value = recipe.keys.value(i);
    const int form = take(value, defaults.value(i));
    const Key& key = recipe.kind->keys[i];
    const std::string text = print_value(value);
    if (form == 0 || text.empty()) {
      in_order = false;
      continue;
    }
    if (form == 1 || !key.bare || !in_order) out += " " + std::string(key.name);
    if (form > 1) out += " " + text;
  }
  return out;
}

}  // namespace

std::string example(const Kind& kind, std::string_view name) {
  std::string out(kind.name);
  for (const Key& key : kind.keys) {
    if ((!key.required && key.name != name) || (key.value.empty() && key.name != name)) continue;
    if (!key.bare || key.name == name) out += " " + std::string(key.name);
    if (key.type != KeyType::truth) out += " " + std::string(key.value);
  }
  return out;
}

std::string print(const AnyRecipe& recipe) {
  return print_keys(recipe, [](const KeyValue& value, const KeyValue& otherwise) {
    if (same_value(value, otherwise)) return 0;
    return same_value(value, true) ? 1 : 2;
  });
}

std::string print_all(const AnyRecipe& recipe) {
  return print_keys(recipe, [](const KeyValue&, const KeyValue&) { return 2; });
}

namespace {

std::string array_text(const Sizes& sizes) {
  std::string out;
  for (const std::int64_t size : sizes) out += (out.empty() ? "" : ", ") + std::to_string(size);
  return "[" + out + "]";
}

}  // namespace

std::string to_toml(const AnyRecipe& recipe) {
  std::string out = "{name = \"" + std::string(recipe.kind->name) + "\"";
  for (std::size_t i = 0; i < recipe.kind->keys.size(); ++i) {
    const KeyValue& value = recipe.keys.value(i);
    std::string text = print_value(value);
    if (const auto* sizes = std::get_if<Sizes>(&value)) text = array_text(*sizes);
    if (std::holds_alternative<std::string>(value)) text = "\"" + text + "\"";  // words of a table: nothing to escape
    const bool whole = std::holds_alternative<double>(value) && text.find_first_of(".e") == std::string::npos;
    out += ", " + std::string(recipe.kind->keys[i].name) + " = " + text + (whole ? ".0" : "");
  }
  return out + "}";
}

SaidRecipe split_text(std::string_view text, const KindList& kinds, const std::string& place) {
  const std::vector<std::string_view> words = words_of(text);
  const Kind& kind = find_kind(words.empty() ? "" : words.front(), kinds, place);
  Reader reader{kind, place, words};
  reader.read();
  return {&kind, std::move(reader.out)};
}

AnyRecipe parse_any(std::string_view text, const KindList& kinds, const std::string& place) {
  const SaidRecipe said = split_text(text, kinds, place);
  std::vector<Given> given;
  for (const SaidKey& one : said.keys) {
    const std::string at = place + " " + std::string(said.kind->name) + ", " + std::string(one.key->name);
    given.push_back({one.key->name, read_value(*one.key, one.text, at)});
  }
  return make_any(*said.kind, given);
}

}  // namespace gradus::kinds
