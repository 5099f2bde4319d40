#include "gradus/learn/json/value.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace gradus::json {
namespace {

constexpr std::array<std::string_view, 8> kinds = {"null",     "true or false", "a whole number", "a whole number",
                                                   "a number", "text",          "an array",       "an object"};

[[noreturn]] void refuse(const Value& value, std::string_view expected) {
  throw UserError(Fault::model_file, Report{"JSON", std::string(kinds[value.data().index()]), std::string(expected),
                                            std::string(expected) + " in its place"});
}

template <class T> const T& get(const Value& value, std::string_view expected) {
  if (const T* held = std::get_if<T>(&value.data())) return *held;
  refuse(value, expected);
}

}  // namespace

Object::Object(std::initializer_list<Member> members) {
  for (const Member& member : members) (*this)[member.first] = member.second;
}

Value& Object::operator[](std::string_view key) {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const Member& m) { return m.first == key; });
  if (found != members_.end()) return found->second;
  return members_.emplace_back(std::string(key), Value()).second;
}

const Value* Object::find(std::string_view key) const {
  for (const Member& member : members_) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

void Object::append(std::string key, Value value) { members_.emplace_back(std::move(key), std::move(value)); }

std::size_t Object::size() const { return members_.size(); }
const Member* Object::begin() const { return members_.data(); }
const Member* Object::end() const { return members_.data() + members_.size(); }

bool Value::truth() const { return get<bool>(*this, "true or false"); }

std::int64_t Value::integer() const {
  if (const auto* natural = std::get_if<std::uint64_t>(&data_)) {
    if (*natural > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      throw UserError(Fault::model_file,
                      Report{"JSON", std::to_string(*natural), "at most 2^63-1", "9223372036854775807"});
    }
    return static_cast<std::int64_t>(*natural);
  }
  return get<std::int64_t>(*this, "a whole number");
}

std::uint64_t Value::natural() const {
  if (const auto* integer = std::get_if<std::int64_t>(&data_)) {
    if (*integer < 0) throw UserError(Fault::model_file, Report{"JSON", std::to_string(*integer), "0 or more", "0"});
    return static_cast<std::uint64_t>(*integer);
  }
  return get<std::uint64_t>(*this, "a whole number");
}

double Value::number() const {
  if (const auto* integer = std::get_if<std::int64_t>(&data_)) return static_cast<double>(*integer);
  if (const auto* natural = std::get_if<std::uint64_t>(&data_)) return static_cast<double>(*natural);
  if (const auto* name = std::get_if<std::string>(&data_)) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (*name == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (*name == "Infinity") return infinity;
    if (*name == "-Infinity") return -infinity;
  }
  return get<double>(*this, "a number");
}

const std::string& Value::text() const { return get<std::string>(*this, "text"); }
const Array& Value::array() const { return get<Array>(*this, "an array"); }
const Object& Value::object() const { return get<Object>(*this, "an object"); }

std::vector<double> Value::numbers() const {
  std::vector<double> out;
  for (const Value& item : array()) out.push_back(item.number());
  return out;
}

std::vector<std::string> Value::texts() const {
  std::vector<std::string> out;
  for (const Value& item : array()) out.push_back(item.text());
  return out;
}

const Value& Value::at(std::string_view key) const {
  if (const Value* found = find(key)) return *found;
  throw UserError(Fault::model_file, Report{"JSON", "no member \"" + printable(key) + "\"", "one",
                                            "\"" + printable(key) + "\": and its value"});
}

void Value::put(std::string key, Value value) {
  if (auto* array = std::get_if<Array>(&data_)) array->push_back(std::move(value));
  else std::get<Object>(data_).append(std::move(key), std::move(value));
}

}  // namespace gradus::json
