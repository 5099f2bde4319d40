#include <nlohmann/json.hpp>

#include <unordered_set>

#include "gradus/learn/json/value.hpp"

namespace gradus::json {
namespace {

struct Level {
  Value container;                       // an array or an object that is being filled
  std::string key;                       // of the member to come
  std::unordered_set<std::string> keys;  // when there are many
};

/// Receives the parser's events and builds the Value: no recursion, limits checked as it goes.
class Builder {
 public:
  Builder(const Limits& limits, std::string place, Fault fault)
      : limits_(limits), place_(std::move(place)), fault_(fault) {}

  Value result() { return std::move(root_); }

  bool null() { return add(Value()); }
  bool boolean(bool truth) { return add(truth); }
  bool number_integer(std::int64_t number) { return add(number); }
  bool number_unsigned(std::uint64_t number) {
    const bool is_signed = number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return add(is_signed ? Value(static_cast<std::int64_t>(number)) : Value(number));
  }
  bool number_float(double number, const std::string&) { return add(number); }
  bool string(std::string& text) { return add(std::move(text)); }
  bool binary(nlohmann::json::binary_t&) { return false; }

  bool start_object(std::size_t) { return open(Object()); }
  bool start_array(std::size_t) { return open(Array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    Level& level = levels_.back();
    if (!is_new(level, name)) refuse("member \"" + shortened(name) + "\" twice", "each member once");
    level.key = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) {
    // The library's text begins with "[json.exception.parse_error.101] "; the part after the last ": " may quote the
    // file.
    std::string reason = error.what();
    if (const auto bracket = reason.find("] "); bracket != std::string::npos) reason.erase(0, bracket + 2);
    throw UserError(fault_, Report{place_ + ":byte " + std::to_string(position), shortened(reason), "JSON (RFC 8259)",
                                   "write the file again"});
  }

 private:
  static std::string shortened(std::string_view text) {
    constexpr std::size_t longest = 200;
    return printable(text.substr(0, longest)) + (text.size() > longest ? "..." : "");
  }

  /// Small objects are searched, large ones have a set.
  bool is_new(Level& level, const std::string& name) const {
    const Object& object = level.container.object();
    if (object.size() >= limits_.members) {
      refuse("more than " + std::to_string(limits_.members) + " members in an object", "fewer");
    }
    constexpr std::size_t small = 16;
    if (object.size() < small) return object.find(name) == nullptr;
    if (level.keys.empty()) {
      for (const Member& member : object) level.keys.insert(member.first);
    }
    return level.keys.insert(name).second;
  }

  [[noreturn]] void refuse(const std::string& found, const std::string& expected) const {
    throw UserError(fault_, Report{place_, found, expected, "the file written anew, within that"});
  }

  /// Vectors grow by doubling, so that half as much again is taken as is used.
  void take_memory(const Value& value) {
    const bool in_object = !levels_.empty() && levels_.back().container.is_object();
    std::size_t bytes = (in_object ? sizeof(Member) : sizeof(Value)) * 3 / 2;
    if (value.is_text()) bytes += value.text().size();
    if (in_object) bytes += levels_.back().key.size();
    memory_ += bytes;
    if (memory_ > limits_.memory) refuse("values that take more memory than a document of this size should", "fewer");
  }

  bool add(Value value) {
    take_memory(value);
    if (++values_ > limits_.values) {
      refuse("more than " + std::to_string(limits_.values) + " values", "a smaller document");
    }
    if (levels_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Level& level = levels_.back();
    if (level.container.is_array() && level.container.array().size() >= limits_.items)
      refuse("more than " + std::to_string(limits_.items) + " values in an array", "fewer");
    level.container.put(std::move(level.key), std::move(value));
    return true;
  }

  bool open(Value container) {
    if (levels_.size() >= limits_.depth) {
      refuse("more than " + std::to_string(limits_.depth) + " levels of nesting", "a flatter document");
    }
    levels_.push_back({std::move(container), {}, {}});
    return true;
  }

  bool close() {
    Value done = std::move(levels_.back().container);
    levels_.pop_back();
    return add(std::move(done));
  }

  const Limits& limits_;
  std::string place_;
  Fault fault_;
  std::vector<Level> levels_;
  Value root_;
  std::size_t values_ = 0, memory_ = 0;
};

}  // namespace

Value parse(std::string_view text, std::string_view place, Fault fault, const Limits& limits) {
  if (text.size() > limits.bytes) {
    throw UserError(fault, Report{std::string(place), std::to_string(text.size()) + " bytes of JSON",
                                  "at most " + std::to_string(limits.bytes), "a smaller document"});
  }
  // The library takes a NUL for the end of the text, so that anything could follow.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    throw UserError(fault, Report{std::string(place) + ":byte " + std::to_string(nul + 1), "a NUL byte",
                                  "JSON (RFC 8259)", "write the file again"});
  }
  Builder builder(limits, std::string(place), fault);
  const bool done = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  require(done, "the JSON parser stopped without an error");
  return builder.result();
}

}  // namespace gradus::json
