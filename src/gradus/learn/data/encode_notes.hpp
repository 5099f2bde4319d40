// What was noticed when cells became features, counted and put into words.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradus/learn/data/note.hpp"
#include "gradus/learn/data/schema.hpp"

namespace gradus::data {

/// What was noticed of the cells of one column, over all parts of a table.
struct ColumnNotes {
  std::string place;                                           // column "age" of cars.csv
  Finding unseen, strange, infinite, too_large, outside, far;  // their first texts as messages have them
  bool far_outside = false;                                    // of `outside`: by more than the training range
  std::int64_t filled = 0;
};

/// Whether what is missing in a column of texts has features of its own.
inline bool is_category_of_its_own(const ColumnEncoding& encoding) {
  return !encoding.numeric() && encoding.gaps.in_training;
}

/// Puts them into words, column by column.
class NoteWriter {
 public:
  /// `rows`: how many there were. Adds to `notes`, which outlives it.
  NoteWriter(std::string source, std::int64_t rows, Notes& notes);
  void add(const ColumnEncoding& encoding, const ColumnNotes& of);
  /// What is said of all columns at once.
  void finish();

 private:
  void add_outside(const ColumnEncoding& encoding, const ColumnNotes& of);
  void add_all(const std::string& what, const std::vector<std::string>& columns);
  std::string source_;
  std::int64_t rows_;
  Notes& notes_;
  std::vector<std::string> filled_;          // "age" (3 by 38), ...
  std::vector<std::string> little_outside_;  // "age" (1, the first in line 7: 101), ...
};

}  // namespace gradus::data
