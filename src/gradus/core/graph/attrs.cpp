#include "gradus/core/graph/attrs.hpp"

#include <algorithm>

namespace gradus {
namespace {

bool equal(const Attribute& a, const Attribute& b) {
  const Literal* x = std::get_if<Literal>(&a);
  const Literal* y = std::get_if<Literal>(&b);
  if (x && y) return *x == *y || same_bits(**x, **y);
  return a == b;
}

}  // namespace

Attrs::Attrs(std::initializer_list<Entry> entries) {
  for (const Entry& entry : entries) set(entry.first, entry.second);
}

void Attrs::set(std::string name, Attribute value) {
  const auto place = std::lower_bound(entries_.begin(), entries_.end(), name,
                                      [](const Entry& entry, const std::string& key) { return entry.first < key; });
  if (place != entries_.end() && place->first == name) {
    place->second = std::move(value);
  } else {
    entries_.insert(place, {std::move(name), std::move(value)});
  }
}

const Attribute* Attrs::find(std::string_view name) const {
  const auto place = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.first == name; });
  return place == entries_.end() ? nullptr : &place->second;
}

void Attrs::missing(std::string_view name) {
  throw InternalError("attribute " + std::string(name) + " is missing or of another kind");
}

bool operator==(const Attrs& a, const Attrs& b) {
  return std::equal(
      a.entries_.begin(), a.entries_.end(), b.entries_.begin(), b.entries_.end(),
      [](const Attrs::Entry& x, const Attrs::Entry& y) { return x.first == y.first && equal(x.second, y.second); });
}

}  // namespace gradus
