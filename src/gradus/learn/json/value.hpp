// A JSON document as a value: what model files, logs and --json are made of. Hides the parser that reads it.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "gradus/core/base/error.hpp"

namespace gradus::json {

class Value;
using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;

/// Members in the order in which they were added. A later member of the same name replaces the earlier one.
class Object {
 public:
  Object() = default;
  Object(std::initializer_list<Member> members);
  /// The member `key`, added as null when it is not there.
  Value& operator[](std::string_view key);
  /// The member `key`, or nullptr.
  const Value* find(std::string_view key) const;
  /// Adds a member without looking for one of the same name. REQUIRES: there is none.
  void append(std::string key, Value value);
  std::size_t size() const;
  const Member* begin() const;
  const Member* end() const;

 private:
  std::vector<Member> members_;
};

/// null, true or false, a whole number, a number, text, an array or an object.
/// The checked reads throw UserError(Fault::model_file) that says what was found: documents come from files.
class Value {
 public:
  Value() = default;
  Value(bool truth) : data_(truth) {}  // NOLINT: documents are written as nested braces
  template <std::integral T>
  requires(!std::same_as<T, bool>) Value(T number) {  // NOLINT
    if constexpr (std::is_unsigned_v<T>) data_ = static_cast<std::uint64_t>(number);
    else data_ = static_cast<std::int64_t>(number);
  }
  Value(double number) : data_(number) {}                     // NOLINT
  Value(const char* text) : data_(std::string(text)) {}       // NOLINT
  Value(std::string_view text) : data_(std::string(text)) {}  // NOLINT
  Value(std::string text) : data_(std::move(text)) {}         // NOLINT
  Value(Array array) : data_(std::move(array)) {}             // NOLINT
  Value(Object object) : data_(std::move(object)) {}          // NOLINT
  /// An array of anything that a Value can be made of.
  template <class T>
  requires(!std::same_as<T, Value>) Value(const std::vector<T>& items)
      : data_(Array(items.begin(), items.end())) {}  // NOLINT

  bool is_null() const { return data_.index() == 0; }
  bool is_object() const { return std::holds_alternative<Object>(data_); }
  bool is_array() const { return std::holds_alternative<Array>(data_); }
  bool is_text() const { return std::holds_alternative<std::string>(data_); }

  bool truth() const;
  std::int64_t integer() const;   // refuses fractions and what does not fit
  std::uint64_t natural() const;  // the same, 0 to 2^64-1
  double number() const;          // whole numbers too; "NaN", "Infinity" and "-Infinity" are read back
  const std::string& text() const;
  const Array& array() const;
  const Object& object() const;
  std::vector<double> numbers() const;     // an array of numbers
  std::vector<std::string> texts() const;  // an array of texts

  /// The member `key` of an object; throws when it is missing or this is no object.
  const Value& at(std::string_view key) const;
  /// The member `key`, or nullptr when it is missing. Throws when this is no object.
  const Value* find(std::string_view key) const { return object().find(key); }

  /// Adds to an array or (under `key`) to an object that is being read. REQUIRES: it is one, and has no such member
  /// yet.
  void put(std::string key, Value value);

  using Data = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object>;
  const Data& data() const { return data_; }

 private:
  Data data_;
};

/// What a parser will take before it refuses; all are checked while reading.
struct Limits {
  std::size_t bytes = std::size_t{64} << 20;
  std::size_t depth = 64;
  std::size_t values = 4'000'000;
  std::size_t members = 1'000'000;            // of one object
  std::size_t items = 4'000'000;              // of one array
  std::size_t memory = std::size_t{1} << 40;  // bytes that the values take, about
};

/// The document in `text`. Throws UserError(`fault`) with "place:byte N" for anything that RFC 8259 does not allow,
/// bytes that are not UTF-8, a member given twice in one object, and anything beyond `limits`.
Value parse(std::string_view text, std::string_view place, Fault fault = Fault::model_file, const Limits& limits = {});

/// The document as text: one line, or one member a line when `indent` > 0. Numbers are the shortest text that reads
/// back to the same bits; NaN and infinities, which JSON does not have, become the texts "NaN", "Infinity",
/// "-Infinity". Bytes that are not UTF-8 become U+FFFD.
std::string write(const Value& value, int indent = 0);

}  // namespace gradus::json
