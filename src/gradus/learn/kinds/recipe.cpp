#include "gradus/learn/kinds/recipe.hpp"

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/remedy.hpp"
#include "gradus/learn/kinds/example.hpp"

namespace gradus::kinds {
namespace {

template <class Named> std::string names_of(const std::vector<Named>& all) {
  std::string out;
  for (const auto& name : all) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

std::vector<std::string_view> names_of_keys(const Kind& kind) {
  std::vector<std::string_view> names;
  for (const Key& key : kind.keys) names.push_back(key.name);
  return names;
}

std::string place_of(const Kind& kind, const Key& key) { return std::string(kind.name) + ", " + std::string(key.name); }

/// Where `key` is in the table of the recipe's kind. Throws UserError that names the nearest.
std::size_t index_of(const AnyRecipe& recipe, std::string_view key) {
  const std::size_t index = find_key(recipe.kind->keys, key);
  if (index < recipe.kind->keys.size()) return index;
  const auto names = names_of_keys(*recipe.kind);
  throw UserError(Fault::usage, Report{std::string(recipe.kind->name), "an unknown key, \"" + printable(key) + "\"",
                                       names.empty() ? "no keys: it has none" : names_of(names),
                                       nearest_or(key, names, recipe.kind->name)});
}

void complete(AnyRecipe& recipe) {
  for (std::size_t i = 0; i < recipe.kind->keys.size(); ++i) {
    const Key& key = recipe.kind->keys[i];
    if (!std::holds_alternative<std::monostate>(recipe.keys.value(i))) continue;
    throw UserError(Fault::usage, Report{std::string(recipe.kind->name), "no value for " + std::string(key.name),
                                         describe(key) + ": " + std::string(key.doc),
                                         std::string(recipe.kind->name) + " " + std::string(key.name) + " " +
                                             std::string(key.value)});
  }
  if (recipe.kind->normalize != nullptr) recipe.kind->normalize(recipe.keys);
  if (recipe.kind->check != nullptr) recipe.kind->check(recipe.keys);
}

}  // namespace

AnyRecipe make_any(const Kind& kind, std::span<const Given> given) {
  AnyRecipe recipe{&kind, Keys(kind.keys)};
  for (const Given& one : given) {
    const std::size_t index = index_of(recipe, one.key);
    recipe.keys.set(index, checked_value(kind.keys[index], one.value, place_of(kind, kind.keys[index])));
  }
  complete(recipe);
  return recipe;
}

void set(AnyRecipe& recipe, std::string_view key, KeyValue value) {
  AnyRecipe next = recipe;
  const std::size_t index = index_of(next, key);
  next.keys.set(index,
                checked_value(next.kind->keys[index], std::move(value), place_of(*next.kind, next.kind->keys[index])));
  complete(next);
  recipe = std::move(next);
}

const Kind& find_kind(std::string_view name, const KindList& kinds, const std::string& place) {
  std::vector<std::string_view> names;
  const Kind* found = nullptr;
  for (const Kind* kind : kinds) {
    names.push_back(kind->name);
    if (!same_name(kind->name, name)) continue;
    if (found != nullptr) {
      throw UserError(Fault::usage, Report{place, "two kinds called " + printable(name), "one",
                                           "another name for the one of your own"});
    }
    found = kind;
  }
  if (found != nullptr) return *found;
  std::string close = nearest_or(name, names, names.front());
  for (const Kind* kind : kinds) {  // in a flag the whole recipe
    if (place.starts_with("--") && kind->name == close) close = example(*kind);
  }
  throw UserError(Fault::usage, Report{place, name.empty() ? "nothing" : "\"" + printable(name) + "\"", names_of(names),
                                       given_at(place, close)});
}

json::Value to_json(const AnyRecipe& recipe) {
  json::Object out{{"name", recipe.kind->name}};
  for (std::size_t i = 0; i < recipe.kind->keys.size(); ++i) {
    std::visit(
        [&]<class T>(const T& value) {
          if constexpr (!std::is_same_v<T, std::monostate>) out[recipe.kind->keys[i].name] = value;
        },
        recipe.keys.value(i));
  }
  return out;
}

AnyRecipe any_from_json(const json::Value& value, const KindList& kinds, const std::string& place) {
  const json::Value* name = value.is_object() ? value.find("name") : nullptr;
  if (name == nullptr || !name->is_text()) {
    throw UserError(Fault::usage, Report{place, "no name", "an object with the name of a kind and its keys",
                                         "{\"name\": \"" + std::string(kinds.front()->name) + "\"}"});
  }
  const Kind& kind = find_kind(name->text(), kinds, place);
  std::vector<Given> given;
  for (const auto& [key, member] : value.object()) {
    if (key == "name") continue;
    Given one{key, {}};
    std::visit(
        [&]<class T>(const T& held) {
          if constexpr (std::is_same_v<T, std::uint64_t>) {
            if (std::in_range<std::int64_t>(held)) one.value = static_cast<std::int64_t>(held);
            else one.value = static_cast<double>(held);
          } else if constexpr (std::is_same_v<T, json::Array>) {
            Sizes sizes;
            for (const json::Value& size : held) sizes.push_back(size.integer());
            one.value = std::move(sizes);
          } else if constexpr (!std::is_same_v<T, json::Object>) {
            one.value = held;
          }
        },
        member.data());
    given.push_back(std::move(one));
  }
  return make_any(kind, given);
}

}  // namespace gradus::kinds
