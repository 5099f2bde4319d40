#include "gradus/core/graph/slot.hpp"

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/base/error.hpp"

namespace gradus {
namespace {

std::string text_of(const Slot& slot) {
  const std::string role = "role " + std::string(name(slot.role));
  return slot.role == Role::input ? role : role + ", " + to_string(slot.type);
}

[[noreturn]] void refuse(const Slot& slot, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::usage, Report{"slot \"" + printable(slot.name) + "\"", found, expected, remedy});
}

}  // namespace

std::string_view name(Role role) {
  static constexpr std::string_view names[] = {"parameter", "moment", "running", "sum", "counter", "input"};
  return names[checked_cast<int>(role)];
}

SlotId SlotTable::declare(Slot slot) {
  if (slot.role == Role::input) slot.type = {};
  if (slot.name.empty()) refuse(slot, "an empty name", "a name of its own for every slot", "\"x\"");
  if (const SlotId known = find(slot.name)) {
    const Slot& other = (*this)[known];
    if (other == slot) return known;
    refuse(slot, text_of(slot), text_of(other) + ", as it was declared first",
           other.role == slot.role && other.type == slot.type ? "the same parameter for it" : "another name");
  }
  if (slot.role == Role::moment) {
    if (!has(slot.of) || (*this)[slot.of].role != Role::parameter) {
      refuse(slot, "a moment of no parameter", "the parameter that it belongs to", "of = the parameter's slot");
    }
  } else if (slot.of) {
    refuse(slot, "a " + std::string(name(slot.role)) + " of a parameter", "that only a moment belongs to one",
           "Role::moment");
  }
  const int number = size();
  by_name_.emplace(slot.name, number);
  slots_.push_back(std::move(slot));
  return {number};
}

SlotId SlotTable::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? SlotId{} : SlotId{found->second};
}

}  // namespace gradus
