// Attributes: what is fixed about a node when it is built (axes, sizes, a stream number, a literal).
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"

namespace gradus {

using Integers = std::vector<std::int64_t>;
/// A literal's numbers, shared by copies of its node. Compared by its bits.
using Literal = std::shared_ptr<const Tensor>;
using Attribute = std::variant<std::int64_t, double, std::string, Integers, DType, Type, Literal>;

/// A small set of named attributes, sorted by name. Reading one that is missing or of another kind is an InternalError:
/// an op's `infer` checks what its users may get wrong. Copies share their entries until one of them is changed.
class Attrs {
 public:
  using Entry = std::pair<std::string, Attribute>;
  Attrs() = default;
  Attrs(std::initializer_list<Entry> entries);

  void set(std::string name, Attribute value);
  bool has(std::string_view name) const { return find(name) != nullptr; }
  const Attribute* find(std::string_view name) const;
  const std::vector<Entry>& entries() const { return entries_ ? *entries_ : none(); }

  std::int64_t integer(std::string_view name) const { return get<std::int64_t>(name); }
  double number(std::string_view name) const { return get<double>(name); }
  const std::string& text(std::string_view name) const { return get<std::string>(name); }
  const Integers& integers(std::string_view name) const { return get<Integers>(name); }
  DType dtype(std::string_view name) const { return get<DType>(name); }
  const Type& type(std::string_view name) const { return get<Type>(name); }
  const Tensor& literal(std::string_view name) const { return *get<Literal>(name); }

  friend bool operator==(const Attrs& a, const Attrs& b);
  /// Equal for equal attributes; of literals it takes all numbers.
  friend std::size_t hash_of(const Attrs& attrs);

 private:
  template <class T> const T& get(std::string_view name) const {
    const Attribute* found = find(name);
    if (!found || !std::holds_alternative<T>(*found)) missing(name);
    return std::get<T>(*found);
  }
  [[noreturn]] static void missing(std::string_view name);
  static const std::vector<Entry>& none();

  std::shared_ptr<const std::vector<Entry>> entries_;  // nullptr: none
};

std::size_t hash_of(const Attrs& attrs);
/// `seed` and one more hash as one.
constexpr std::size_t mixed_hash(std::size_t seed, std::size_t hash) {
  return (seed ^ (hash + 0x9e3779b97f4a7c15u + (seed << 6) + (seed >> 2))) * 0xff51afd7ed558ccdu;
}

}  // namespace gradus
