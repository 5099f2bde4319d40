#include "gradus/app/cli/arguments/choose_device.hpp"

#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/remedy.hpp"
#include "gradus/engine/cpu/kernels/instruction_set.hpp"
#include "gradus/engine/runtime/engine.hpp"

namespace gradus::cli {

namespace {

std::string_view one_of(std::span<const std::string_view> known, const std::string& text, const std::string& place) {
  const auto found = std::find(known.begin(), known.end(), text);
  if (found != known.end()) return *found;
  std::string all;
  for (const std::string_view one : known) all += (all.empty() ? "" : ", ") + std::string(one);
  throw UserError(Fault::usage, Report{place, "\"" + printable(text) + "\"", "one of: " + all,
                                       given_at(place, nearest_or(text, known, known.front()))});
}

}  // namespace

std::string_view read_device(const std::string& text, const std::string& place) {
  return one_of(devices(), text, place);
}

std::string_view read_isa(const std::string& text, const std::string& place) {
  return one_of(instruction_sets(), text, place);
}

}  // namespace gradus::cli
