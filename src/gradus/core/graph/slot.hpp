// State is declared: a slot is a place for numbers that the graphs of a program share from run to run, or that the
// caller fills before a run.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"

namespace gradus {

enum class Role {
  parameter,  // learnt
  moment,     // what an optimizer keeps of a parameter
  running,    // a statistic that training updates and inference reads; never differentiated
  sum,        // adds up over the runs of a step
  counter,    // of steps, or the like
  input,      // given before each run: features, targets, keys, rates
};

/// "parameter", "moment", ...
std::string_view name(Role role);
/// All roles, in order.
inline constexpr Role roles[] = {Role::parameter, Role::moment, Role::running, Role::sum, Role::counter, Role::input};

/// Which slot of a table: its number there, from 0. An empty one is no slot.
struct SlotId {
  int number = -1;
  explicit operator bool() const { return number >= 0; }
  friend auto operator<=>(SlotId, SlotId) = default;  // NOLINT(modernize-use-nullptr): of 0, which is no pointer
};

struct Slot {
  std::string name;  // for people and files: nothing is recognized by it
  Type type = {};    // in all graphs; not of an input, whose type every graph says itself (batches differ in length)
  Role role = Role::parameter;
  SlotId of = {};  // the parameter that a moment belongs to
  friend bool operator==(const Slot&, const Slot&) = default;
};

/// The slots of all graphs of a program. Grows only. Whoever declares slots has the table for himself meanwhile.
class SlotTable {
 public:
  /// The slot declared so, a new one where there is none of its name. Throws UserError when the name is empty or that
  /// of another slot, when a moment belongs to no parameter, and when anything else belongs to one.
  SlotId declare(Slot slot);
  const Slot& operator[](SlotId id) const { return slots_[static_cast<std::size_t>(id.number)]; }
  int size() const { return static_cast<int>(slots_.size()); }
  bool has(SlotId id) const { return id.number >= 0 && id.number < size(); }
  /// The slot called `name`, or an empty SlotId.
  SlotId find(std::string_view name) const;
  auto begin() const { return slots_.begin(); }
  auto end() const { return slots_.end(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
  };
  std::vector<Slot> slots_;
  std::unordered_map<std::string, int, Hash, std::equal_to<>> by_name_;
};

}  // namespace gradus
