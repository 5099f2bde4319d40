#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/arguments/read_number.hpp"
#include "gradus/core/base/error.hpp"

namespace gradus::cli {

std::optional<std::string> Arguments::operand(std::size_t index) const {
  if (index >= operands_.size()) return std::nullopt;
  return operands_[index];
}

const std::string& Arguments::required(std::size_t index) const {
  require(index < operands_.size(), "an operand that parse() did not check");
  return operands_[index];
}

const std::vector<std::string>* Arguments::find(std::string_view option) const {
  for (const auto& [name, values] : options_) {
    if (name == option) return &values;
  }
  return nullptr;
}

std::optional<std::string> Arguments::text(std::string_view option) const {
  const auto* values = find(option);
  if (values == nullptr || values->empty()) return std::nullopt;
  return values->front();
}

std::string Arguments::text(std::string_view option, std::string_view otherwise) const {
  return text(option).value_or(std::string(otherwise));
}

std::vector<std::string> Arguments::texts(std::string_view option) const {
  const auto* values = find(option);
  return values == nullptr ? std::vector<std::string>{} : *values;
}

std::optional<std::int64_t> Arguments::integer(std::string_view option, std::int64_t low, std::int64_t high) const {
  const auto value = text(option);
  if (!value) return std::nullopt;
  return read_integer(*value, std::string(option), low, high);
}

}  // namespace gradus::cli
