// Recipes: a kind with its keys, as a value. It compares, prints, is parsed, and goes to and from JSON, all to the bit;
// saved it is what a closure with an English sentence was not.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/json/value.hpp"
#include "gradus/learn/kinds/key.hpp"

namespace gradus::kinds {

/// What every kind is, whatever its family: OptimizerKind, LayerKind and others add functions. Constant objects;
/// their address is their identity.
struct Kind {
  std::string_view name;  // letters, digits and _: "adam"
  std::string_view doc;   // what it is and where the formula comes from, without a full stop
  std::span<const Key> keys = {};
  /// Throws UserError(Fault::usage) for keys that do not go together; nullptr: all do.
  void (*check)(const Keys& keys) = nullptr;
  /// Brings keys that mean the same to one form; nullptr: they have one. REQUIRES: all required keys.
  void (*normalize)(Keys& keys) = nullptr;
};

struct AnyRecipe {
  const Kind* kind = nullptr;
  Keys keys = {};

  explicit operator bool() const { return kind != nullptr; }
  friend bool operator==(const AnyRecipe&, const AnyRecipe&) = default;
};

/// A recipe of one family. REQUIRES: `kind` is a K (or nullptr): make(), parse() and from_json() give no other.
template <class K> struct Recipe : AnyRecipe {
  Recipe() = default;
  explicit Recipe(AnyRecipe any) : AnyRecipe(std::move(any)) {}
  const K& of() const { return static_cast<const K&>(*kind); }
};

/// A key and its value, for programs: {"beta1", 0.8}.
struct Given {
  std::string_view key;
  KeyValue value;
};

/// `kind` with `given`, all else as by default. Throws UserError(Fault::usage) for unknown keys (naming the nearest),
/// values out of range, and required keys that are missing.
AnyRecipe make_any(const Kind& kind, std::span<const Given> given);
template <class K> Recipe<K> make(const K& kind, std::initializer_list<Given> given = {}) {
  return Recipe<K>(make_any(kind, std::span(given.begin(), given.size())));
}

/// The recipe with one key changed. Throws as make_any.
void set(AnyRecipe& recipe, std::string_view key, KeyValue value);

/// "adam rate 0.003": the keys that are not as by default, in the order of their table. A truth that holds is its name
/// alone, a bare key its value.
std::string print(const AnyRecipe& recipe);
/// "adam rate 0.003 beta1 0.9 ...": all keys, for files that must not depend on the defaults of their reader.
std::string print_all(const AnyRecipe& recipe);
/// {"name": "adam", "rate": 0.003, "beta1": 0.9, ...}: all keys.
json::Value to_json(const AnyRecipe& recipe);
/// {name = "adam", rate = 0.003, beta1 = 0.9, ...}: an inline table of TOML.
std::string to_toml(const AnyRecipe& recipe);

/// The kinds that a text may name: those of a family, then those that the caller brings.
using KindList = std::vector<const Kind*>;
template <class K> KindList kind_list(std::span<const K* const> known, std::span<const K* const> own = {}) {
  KindList all(known.begin(), known.end());
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

/// The kind called `name` ('-' is as good as '_'). Throws UserError(Fault::usage) at `place` that lists the names and
/// tries the nearest, and when two are called so.
const Kind& find_kind(std::string_view name, const KindList& kinds, const std::string& place);

/// A text as people write it, not yet checked: NAME { value | key value }. Values without a key fill the keys of the
/// table from the first on; a truth may stand alone. Throws UserError(Fault::usage) at `place` for unknown names and
/// keys, a key twice, and a value that no key is left for.
struct SaidKey {
  const Key* key;
  std::string text;
};
struct SaidRecipe {
  const Kind* kind;
  std::vector<SaidKey> keys;
};
SaidRecipe split_text(std::string_view text, const KindList& kinds, const std::string& place);

/// print() and print_all() read back, and today's short texts: "cosine 0.05", "sgd 0.1 momentum 0.9 nesterov". Throws
/// as split_text and make_any.
AnyRecipe parse_any(std::string_view text, const KindList& kinds, const std::string& place);
template <class K>
Recipe<K> parse(std::string_view text, const std::string& place, std::span<const K* const> known,
                std::span<const K* const> own = {}) {
  return Recipe<K>(parse_any(text, kind_list(known, own), place));
}

/// to_json() read back; keys that are not there are as by default. Throws as parse_any, with `place` before the kind's
/// name.
AnyRecipe any_from_json(const json::Value& value, const KindList& kinds, const std::string& place);
template <class K>
Recipe<K> from_json(const json::Value& value, const std::string& place, std::span<const K* const> known,
                    std::span<const K* const> own = {}) {
  return Recipe<K>(any_from_json(value, kind_list(known, own), place));
}

}  // namespace gradus::kinds
