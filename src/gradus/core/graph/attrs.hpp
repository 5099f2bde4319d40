// Attributes: what is fixed about a node when it is built (axes, sizes, a stream number, a literal).
#pragma once

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
/// an op's `infer` checks what its users may get wrong.
class Attrs {
 public:
  using Entry = std::pair<std::string, Attribute>;
  Attrs() = default;
  Attrs(std::initializer_list<Entry> entries);

  void set(std::string name, Attribute value);
  bool has(std::string_view name) const { return find(name) != nullptr; }
  const Attribute* find(std::string_view name) const;
  const std::vector<Entry>& entries() const { return entries_; }

  std::int64_t integer(std::string_view name) const { return get<std::int64_t>(name); }
  double number(std::string_view name) const { return get<double>(name); }
  const std::string& text(std::string_view name) const { return get<std::string>(name); }
  const Integers& integers(std::string_view name) const { return get<Integers>(name); }
  DType dtype(std::string_view name) const { return get<DType>(name); }
  const Type& type(std::string_view name) const { return get<Type>(name); }
  const Tensor& literal(std::string_view name) const { return *get<Literal>(name); }

  friend bool operator==(const Attrs& a, const Attrs& b);

 private:
  template <class T> const T& get(std::string_view name) const {
    const Attribute* found = find(name);
    if (!found || !std::holds_alternative<T>(*found)) missing(name);
    return std::get<T>(*found);
  }
  [[noreturn]] static void missing(std::string_view name);

  std::vector<Entry> entries_;
};

}  // namespace gradus
