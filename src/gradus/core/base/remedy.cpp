#include "gradus/core/base/remedy.hpp"

#include "gradus/core/base/nearest.hpp"

namespace gradus {
namespace {

std::string one_word(const std::string& text) {
  return text.empty() || text.find(' ') != std::string::npos ? "\"" + text + "\"" : text;
}

}  // namespace

std::string nearest_or(std::string_view name, std::span<const std::string> candidates, std::string_view otherwise) {
  std::string close = nearest(name, candidates);
  return close.empty() ? std::string(otherwise) : close;
}

std::string nearest_or(std::string_view name, std::span<const std::string_view> candidates,
                       std::string_view otherwise) {
  std::string close = nearest(name, candidates);
  return close.empty() ? std::string(otherwise) : close;
}

std::string given_at(std::string_view place, std::string_view value) {
  constexpr std::string_view assignment = "--set ";
  std::string text(value);
  if (place.starts_with("gradus ")) return std::string(place) + " " + text;
  if (!place.starts_with("--")) return text;
  const bool assigned = place.starts_with(assignment);
  if (const std::size_t blank = place.find(' ', assigned ? assignment.size() : 0); blank != place.npos) {
    const std::size_t comma = place.find(", ", blank);  // "--optimizer sgd, momentum"
    if (comma == place.npos) return text;
    text = std::string(place.substr(blank + 1, comma - blank - 1)) + " " + std::string(place.substr(comma + 2)) + " " +
           text;
    place = place.substr(0, blank);
  }
  if (!assigned) return std::string(place) + " " + one_word(text);
  return std::string(assignment) + one_word(std::string(place.substr(assignment.size())) + "=" + text);
}

}  // namespace gradus
