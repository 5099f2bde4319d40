#include "gradus/app/cli/arguments/recipe_setting.hpp"

#include <algorithm>

#include "gradus/core/base/error.hpp"

namespace gradus::cli {
namespace {

/// The kinds of the family that have this key, "sgd or rmsprop", and the first of them.
struct Owners {
  std::string names, first;
};

Owners owners_of(const Family& family, std::string_view key) {
  Owners out;
  for (const kinds::Kind* kind : family.kinds()) {
    if (kinds::find_key(kind->keys, key) == kind->keys.size()) continue;
    if (out.first.empty()) out.first = kind->name;
    out.names += (out.names.empty() ? "" : " or ") + std::string(kind->name);
  }
  return out;
}

}  // namespace

bool has_key(const Family& family, std::string_view key) { return !owners_of(family, key).first.empty(); }

void RecipeSetting::put(Word word) {
  const auto at =
      std::find_if(words_.begin(), words_.end(), [&](const Word& old) { return kinds::same_name(old.key, word.key); });
  if (at == words_.end()) return words_.push_back(std::move(word));
  if (at->source == word.source && word.source != Source::set && at->text != word.text) {
    throw UserError(Fault::usage, Report{word.place,
                                         printable(word.key + " " + word.text + ", beside " + word.key + " " +
                                                   at->text + " in " + at->place),
                                         "one value", printable(word.key + " once")});
  }
  *at = std::move(word);
}

void RecipeSetting::say(const std::string& text, const std::string& place, Source source) {
  kinds::SaidRecipe said = kinds::split_text(text, family_->kinds(), place);
  std::erase_if(words_, [](const Word& word) { return word.in_text; });
  kind_ = said.kind;
  for (const kinds::SaidKey& one : said.keys) {
    put({std::string(one.key->name), one.text,
         place + " " + std::string(kind_->name) + ", " + std::string(one.key->name), source, true});
  }
}

void RecipeSetting::say_key(std::string_view key, const std::string& text, const std::string& place, Source source) {
  put({std::string(key), text, place, source, false});
}

bool RecipeSetting::said(std::string_view key) const {
  return std::any_of(words_.begin(), words_.end(), [&](const Word& word) { return kinds::same_name(word.key, key); });
}

std::string RecipeSetting::text_of(std::string_view key) const {
  for (const Word& word : words_) {
    if (kinds::same_name(word.key, key)) return word.text;
  }
  return "";
}

std::vector<std::string_view> RecipeSetting::keys() const {
  std::vector<std::string_view> out;
  for (const Word& word : words_) out.push_back(word.key);
  return out;
}

kinds::AnyRecipe RecipeSetting::recipe() const {
  if (kind_ == nullptr) {
    const Owners owners = owners_of(*family_, words_.front().key);
    throw UserError(Fault::usage, Report{words_.front().place, "a key without its kind",
                                         owners.names + " as " + std::string(family_->key),
                                         std::string(family_->flag) + " " + owners.first});
  }
  std::vector<kinds::Given> given;
  for (const Word& word : words_) {
    const std::size_t index = kinds::find_key(kind_->keys, word.key);
    if (index == kind_->keys.size()) {
      const Owners owners = owners_of(*family_, word.key);
      throw UserError(Fault::usage,
                      Report{word.place, std::string(kind_->name) + ", which has no " + printable(word.key),
                             owners.names, std::string(family_->flag) + " " + owners.first});
    }
    given.push_back({kind_->keys[index].name, kinds::read_value(kind_->keys[index], word.text, word.place)});
  }
  return kinds::make_any(*kind_, given);
}

}  // namespace gradus::cli
