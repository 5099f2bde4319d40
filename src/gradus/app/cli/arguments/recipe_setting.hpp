// A recipe as it is said: in one text (--optimizer "sgd momentum 0.9"), key by key (--set optimizer.momentum=0.9,
// --rate 0.1), or as a table of a file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gradus/app/cli/arguments/families.hpp"

namespace gradus::cli {

/// Where a word came from: of two words for one key the later source wins; of one source they must agree.
enum class Source { defaults, file, set, flags };

class RecipeSetting {
 public:
  explicit RecipeSetting(const Family& family) : family_(&family) {}

  const Family& family() const { return *family_; }
  /// The text of a recipe, which takes the place of one said before with its keys. Throws UserError(Fault::usage) at
  /// `place`.
  void say(const std::string& text, const std::string& place, Source source);
  /// One key of whatever kind is said, or will be. Throws UserError(Fault::usage) at `place` when the same source said
  /// something else.
  void say_key(std::string_view key, const std::string& text, const std::string& place, Source source);

  bool said() const { return kind_ != nullptr; }
  bool empty() const { return kind_ == nullptr && words_.empty(); }
  bool said(std::string_view key) const;
  /// The text of a key; empty when it was not said.
  std::string text_of(std::string_view key) const;
  /// The keys that were said, in that order.
  std::vector<std::string_view> keys() const;
  /// REQUIRES: said().
  const kinds::Kind& kind() const { return *kind_; }
  /// Throws UserError(Fault::usage), at the place where it was said, for keys that the kind does not have, values out
  /// of range and what is missing (the kind too). REQUIRES: not empty().
  kinds::AnyRecipe recipe() const;

 private:
  struct Word {
    std::string key, text, place;
    Source source;
    bool in_text;  // of the recipe's text, not by itself
  };
  void put(Word word);

  const Family* family_;
  const kinds::Kind* kind_ = nullptr;
  std::vector<Word> words_;
};

/// Whether some kind of the family has this key.
bool has_key(const Family& family, std::string_view key);

}  // namespace gradus::cli
