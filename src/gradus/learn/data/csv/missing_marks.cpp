#include "gradus/learn/data/csv/missing_marks.hpp"

#include <algorithm>

#include "gradus/learn/data/csv/cells.hpp"

namespace gradus::data {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

MissingMarks::MissingMarks(const std::vector<std::string>& marks) {
  for (const std::string& mark : marks) {
    if (mark.empty()) continue;
    std::string& kept = marks_.emplace_back(mark);
    std::transform(kept.begin(), kept.end(), kept.begin(), lower);
    longest_ = std::max(longest_, kept.size());
    const char upper = kept[0] >= 'a' && kept[0] <= 'z' ? static_cast<char>(kept[0] - 'a' + 'A') : kept[0];
    first_[static_cast<unsigned char>(kept[0])] = first_[static_cast<unsigned char>(upper)] = true;
    if (const ParsedNumber number = parse_number(kept); number.kind == NumberText::number)
      numbers_.push_back(number.value);
  }
}

bool MissingMarks::is_listed(std::string_view text) const {
  return std::any_of(marks_.begin(), marks_.end(), [&](const std::string& mark) {
    return mark.size() == text.size() &&
           std::equal(mark.begin(), mark.end(), text.begin(), [](char a, char b) { return a == lower(b); });
  });
}

bool MissingMarks::holds(double number) const {
  return std::find(numbers_.begin(), numbers_.end(), number) != numbers_.end();
}

bool is_missing(std::string_view text) {
  static const MissingMarks marks(default_missing_marks());
  return marks.holds(text);
}

}  // namespace gradus::data
