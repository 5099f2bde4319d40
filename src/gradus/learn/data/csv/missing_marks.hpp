// Which texts stand for a missing value.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::data {

class MissingMarks {
 public:
  /// Marks are found whatever the case of their letters; the empty text is always one.
  explicit MissingMarks(const std::vector<std::string>& marks);

  bool holds(std::string_view text) const {
    if (text.empty()) return true;
    return text.size() <= longest_ && first_[static_cast<unsigned char>(text[0])] && is_listed(text);
  }
  /// Whether a number that is written as one of the marks is missing.
  bool has_numbers() const { return !numbers_.empty(); }
  bool holds(double number) const;

 private:
  bool is_listed(std::string_view text) const;

  std::vector<std::string> marks_;
  std::vector<double> numbers_;
  std::array<bool, 256> first_{};
  std::size_t longest_ = 0;
};

/// Whether `text` is one of default_missing_marks(), or empty.
bool is_missing(std::string_view text);

}  // namespace gradus::data
