#include "gradus/core/graph/attrs.hpp"

#include <algorithm>
#include <functional>

namespace gradus {
namespace {

bool equal(const Attribute& a, const Attribute& b) {
  const Literal* x = std::get_if<Literal>(&a);
  const Literal* y = std::get_if<Literal>(&b);
  if (x && y) return *x == *y || same_bits(**x, **y);
  return a == b;
}

void insert(std::vector<Attrs::Entry>& entries, std::string name, Attribute value) {
  const auto place =
      std::lower_bound(entries.begin(), entries.end(), name,
                       [](const Attrs::Entry& entry, const std::string& key) { return entry.first < key; });
  if (place != entries.end() && place->first == name) {
    place->second = std::move(value);
  } else {
    entries.insert(place, {std::move(name), std::move(value)});
  }
}

std::size_t hash(std::int64_t value) { return std::hash<std::int64_t>{}(value); }
std::size_t hash(double value) { return std::hash<double>{}(value); }
std::size_t hash(const std::string& value) { return std::hash<std::string>{}(value); }
std::size_t hash(DType value) { return static_cast<std::size_t>(value); }
std::size_t hash(const Integers& values) {
  std::size_t out = values.size();
  for (std::int64_t value : values) out = mixed_hash(out, hash(value));
  return out;
}
std::size_t hash(const Type& value) {
  std::size_t out = hash(value.dtype);
  for (std::int64_t size : value.shape) out = mixed_hash(out, hash(size));
  return out;
}
std::size_t hash(const Literal& value) {
  const std::string_view bytes(static_cast<const char*>(value->data()), value->bytes());
  return mixed_hash(hash(value->type()), std::hash<std::string_view>{}(bytes));
}

}  // namespace

Attrs::Attrs(std::initializer_list<Entry> entries) {
  if (entries.size() == 0) return;
  std::vector<Entry> sorted;
  sorted.reserve(entries.size());
  for (const Entry& entry : entries) insert(sorted, entry.first, entry.second);
  entries_ = std::make_shared<const std::vector<Entry>>(std::move(sorted));
}

void Attrs::set(std::string name, Attribute value) {
  std::vector<Entry> changed = entries();
  insert(changed, std::move(name), std::move(value));
  entries_ = std::make_shared<const std::vector<Entry>>(std::move(changed));
}

const std::vector<Attrs::Entry>& Attrs::none() {
  static const std::vector<Entry> empty;
  return empty;
}

const Attribute* Attrs::find(std::string_view name) const {
  const auto& all = entries();
  const auto place = std::find_if(all.begin(), all.end(), [&](const Entry& e) { return e.first == name; });
  return place == all.end() ? nullptr : &place->second;
}

void Attrs::missing(std::string_view name) {
  throw InternalError("attribute " + std::string(name) + " is missing or of another kind");
}

bool operator==(const Attrs& a, const Attrs& b) {
  if (a.entries_ == b.entries_) return true;
  const auto &x_entries = a.entries(), &y_entries = b.entries();
  return std::equal(
      x_entries.begin(), x_entries.end(), y_entries.begin(), y_entries.end(),
      [](const Attrs::Entry& x, const Attrs::Entry& y) { return x.first == y.first && equal(x.second, y.second); });
}

std::size_t hash_of(const Attrs& attrs) {
  std::size_t out = attrs.entries().size();
  for (const auto& [name, value] : attrs.entries()) {
    out = mixed_hash(mixed_hash(out, hash(name)), std::visit([](const auto& v) { return hash(v); }, value));
  }
  return out;
}

}  // namespace gradus
