#include "gradus/learn/optim/updates.hpp"

#include <algorithm>
#include <cmath>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/remedy.hpp"
#include "gradus/core/graph/print.hpp"

namespace gradus::optim {
namespace {

constexpr std::string_view frozen = "frozen", blanks = " \t";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

[[noreturn]] void refuse(const std::string& place, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::usage, Report{place, found, expected, given_at(place, remedy)});
}

Group parse_group(std::string_view text, const Optimizer& base, const std::string& place) {
  const std::size_t end = std::min(text.find_first_of(blanks), text.size());
  const std::string_view rest = trimmed(text.substr(end));
  Group group{std::string(text.substr(0, end)), base};
  const std::string example = "*.bias " + std::string(frozen);
  if (group.parameters.empty()) refuse(place, "a group without parameters", "names, * for any letters", example);
  if (rest.empty()) {
    refuse(place, printable(group.parameters) + " alone", "keys of " + std::string(base.kind->name) + ", or frozen",
           printable(group.parameters) + " " + std::string(frozen));
  }
  if (rest == frozen) return {group.parameters, {}};
  try {
    const kinds::SaidRecipe said =
        kinds::split_text(std::string(base.kind->name) + " " + std::string(rest), {base.kind}, place);
    for (const kinds::SaidKey& one : said.keys) {
      kinds::set(group.optimizer, one.key->name,
                 kinds::read_value(*one.key, one.text, place + " " + std::string(one.key->name)));
    }
  } catch (const UserError& error) {  // it tries the recipe of an optimizer, which is no group
    const std::string_view told = error.what();
    throw UserError(error.fault(),
                    std::string(told.substr(0, told.rfind("; try: "))) +
                        "; try: " + given_at(place, group.parameters + " rate " + print_number(learning_rate(base))));
  }
  return group;
}

std::string print_group(const Group& group, const Optimizer& base) {
  std::string out = group.parameters;
  if (!group.optimizer) return out + " " + std::string(frozen);
  if (group.optimizer.kind != base.kind) return out + " " + kinds::print_all(group.optimizer);
  for (std::size_t i = 0; i < base.kind->keys.size(); ++i) {
    const kinds::KeyValue& value = group.optimizer.keys.value(i);
    if (kinds::same_value(value, base.keys.value(i))) continue;
    out += " " + std::string(base.kind->keys[i].name) + " " + kinds::print_value(value);
  }
  return out == group.parameters ? out + " rate " + print_number(learning_rate(base)) : out;
}

void check_number(const char* what, double value, bool holds, const char* expected, const char* usual) {
  if (!holds) throw UserError(Fault::usage, Report{what, print_number(value), expected, usual});
}

}  // namespace

bool fits(std::string_view pattern, std::string_view name) {
  // The last star takes more letters until the rest fits.
  std::size_t p = 0, n = 0, star = std::string_view::npos, taken = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++, taken = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p, ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1, n = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::size_t group_of(const Updates& updates, std::string_view parameter) {
  for (std::size_t i = updates.groups.size(); i > 0; --i) {
    if (fits(updates.groups[i - 1].parameters, parameter)) return i;
  }
  return 0;
}

const Optimizer& optimizer_of(const Updates& updates, std::size_t group) {
  return group == 0 ? updates.optimizer : updates.groups[group - 1].optimizer;
}

std::vector<Group> parse_groups(std::string_view text, const Optimizer& base, const std::string& place) {
  std::vector<Group> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    out.push_back(parse_group(trimmed(text.substr(at, end - at)), base, place));
    at = end + 1;
  }
  return out;
}

std::string print_groups(const std::vector<Group>& groups, const Optimizer& base) {
  std::string out;
  for (const Group& group : groups) out += (out.empty() ? "" : "; ") + print_group(group, base);
  return out;
}

void check(const Updates& updates, std::span<const std::string> parameters) {
  const auto limit = [](const char* what, double value, const char* usual) {
    check_number(what, value, std::isfinite(value) && value >= 0, "a number greater than 0 (0: no clipping)", usual);
  };
  limit("clipping of elements", updates.clipping.value, "0.5");
  limit("clipping of the norm", updates.clipping.norm, "1");
  check_number("average", updates.average, updates.average >= 0 && updates.average < 1,
               "a number from 0 (no averages) to below 1", "0.999");
  if (parameters.empty()) return;
  std::string names;
  for (const std::string& one : parameters) names += (names.empty() ? "" : ", ") + printable(one);
  for (const Group& group : updates.groups) {
    if (std::any_of(parameters.begin(), parameters.end(),
                    [&](const std::string& one) { return fits(group.parameters, one); })) {
      continue;
    }
    throw UserError(Fault::usage, Report{"groups", printable(group.parameters) + ", which fits no parameter", names,
                                         nearest_or(group.parameters, parameters, parameters.front())});
  }
  if (std::any_of(parameters.begin(), parameters.end(),
                  [&](const std::string& one) { return !is_frozen(updates, one); })) {
    return;
  }
  throw UserError(Fault::usage,
                  Report{"groups", "frozen parameters alone", "one at least that is learnt", "a group less"});
}

}  // namespace gradus::optim
