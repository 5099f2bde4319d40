// What a kind of a family (an optimizer, a layer, a loss) can be told, as data: the one source of texts, files, ranges,
// defaults and help.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gradus::kinds {

enum class KeyType { truth, whole, number, word, sizes };

using Sizes = std::vector<std::int64_t>;
/// Nothing (not given yet), or what KeyType names.
using KeyValue = std::variant<std::monostate, bool, std::int64_t, double, std::string, Sizes>;

/// Finite numbers from `low` to `high`, without an end that is open.
struct Range {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  bool low_open = false, high_open = false;

  bool contains(double number) const;
};
inline constexpr Range any_number{};
inline constexpr Range positive{.low = 0, .low_open = true};
inline constexpr Range not_negative{.low = 0};
inline constexpr Range below_one{.low = 0, .high = 1, .high_open = true};
inline constexpr Range up_to_one{.low = 0, .high = 1};
inline constexpr Range above_one{.low = 1, .low_open = true};

struct Key {
  std::string_view name;  // letters, digits and _: "weight_decay"
  KeyType type;
  std::string_view value;                        // its default as text (of sizes "": none), or an example if `required`
  std::string_view doc;                          // for help, without a full stop
  Range range = {};                              // of numbers, whole numbers and each of sizes
  std::span<const std::string_view> words = {};  // of a word: those it may be
  bool required = false;
  bool bare = false;        // texts have its value without its name; such keys are the first of a table
  std::size_t numbers = 1;  // of sizes: at most so many, "5x3"
};

/// "a number from 0 to below 1", "a whole number from 1 on", "true or false", "epochs or steps", "5 or 5x5: whole
/// numbers from 1 on"
std::string describe(const Key& key);

/// The value of `key` that `text` is. Throws UserError(Fault::usage) at `place`, which should name the key.
KeyValue read_value(const Key& key, std::string_view text, const std::string& place);
/// The default of `key`, or its example when it is required.
KeyValue usual_value(const Key& key);
/// The same type and bits: 0 is not -0.
bool same_value(const KeyValue& a, const KeyValue& b);
/// The shortest text that read_value reads back to the same bits.
std::string print_value(const KeyValue& value);

/// `value` as `key` holds it (a whole number may stand for a number). Throws UserError(Fault::usage) at `place` for
/// another type, and out of the key's range.
KeyValue checked_value(const Key& key, KeyValue value, const std::string& place);

/// Where the key called `name` is in a table ('-' is as good as '_'), or the table's size.
std::size_t find_key(std::span<const Key> table, std::string_view name);

/// The values of all keys of one table, by name. Copies of a table are not made: it must stay where it is.
class Keys {
 public:
  Keys() = default;
  /// The defaults; required keys hold nothing.
  explicit Keys(std::span<const Key> table);

  bool truth(std::string_view name) const { return std::get<bool>(at(name)); }
  std::int64_t whole(std::string_view name) const { return std::get<std::int64_t>(at(name)); }
  double number(std::string_view name) const { return std::get<double>(at(name)); }
  const std::string& word(std::string_view name) const { return std::get<std::string>(at(name)); }
  const Sizes& sizes(std::string_view name) const { return std::get<Sizes>(at(name)); }

  std::span<const Key> table() const { return table_; }
  const KeyValue& value(std::size_t index) const { return values_[index]; }
  /// REQUIRES: a value as checked_value gives it.
  void set(std::size_t index, KeyValue value) { values_[index] = std::move(value); }
  /// Values alone: their tables are those of a kind, which its owner compares.
  friend bool operator==(const Keys& a, const Keys& b);

 private:
  const KeyValue& at(std::string_view name) const;
  std::span<const Key> table_;
  std::vector<KeyValue> values_;  // by place in the table
};

/// Names as equal as texts take them: '-' is '_'.
bool same_name(std::string_view a, std::string_view b);

}  // namespace gradus::kinds
