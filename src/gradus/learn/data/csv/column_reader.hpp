// The cells of one column, as they come.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gradus/learn/data/csv/cells.hpp"
#include "gradus/learn/data/csv/distinct.hpp"
#include "gradus/learn/data/csv/missing_marks.hpp"
#include "gradus/learn/data/csv/records.hpp"

namespace gradus::data {

/// What all columns of a file share.
struct CellRules {
  MissingMarks marks;
  NumberFormat format;
  const CsvLimits& limits;
  std::size_t distinct_in_all = 0;  // texts that all columns keep so far
};

class ColumnReader {
 public:
  /// `texts`: a column that is read as it looks is known to hold texts. `keep` false: cells are looked at only.
  ColumnReader(Column& column, CellRules& rules, bool texts, bool keep);

  void read(const Field& field, const Records& records);

  /// Whether cells that are plain numbers may come by add_number instead.
  bool takes_numbers() const { return column_->numeric; }
  bool has_marked_numbers() const { return rules_->marks.has_numbers(); }
  bool is_skipped() const { return column_->read == ReadAs::nothing; }
  /// A number with `fraction` digits behind the decimal mark, neither infinite nor odd in another way.
  void add_number(double value, unsigned fraction) {
    if (column_->numeric && keep_) column_->numbers.push_back(value);
    ++column_->facts.numbers;
    fractions_ |= 1U << (fraction < 4 ? fraction : 4U);
  }

  /// Once all cells were seen: what the column is.
  void finish();
  /// Texts came behind numbers, so that those before them are not kept: the file must be read again.
  bool lost_texts() const { return lost_texts_; }
  /// Whether it holds texts, as far as its cells tell, though it was to be read as it looks.
  bool holds_texts() const { return holds_texts_; }
  /// The formats in which all its cells that are no numbers in this one would be numbers; 0 when there are none.
  NumberForms other_forms() const { return column_->facts.not_number.count > 0 ? forms_ : 0; }
  /// Bit k: there are numbers with k digits behind the decimal mark (4: or more).
  unsigned fractions() const { return fractions_; }

 private:
  enum class Seen : std::uint8_t { number, text, thousands, decimal_comma, unit };

  bool is_missing_text(const Field& field) const;
  void read_number(const Field& field, const Records& records);
  void read_text(const Field& field, const Records& records);
  Seen look_at(const Field& field, const Records& records, double& value);
  void count_again(Seen seen);
  bool are_codes() const;
  bool are_two() const;
  std::int32_t keep_text(std::string_view text);

  Column* column_;
  CellRules* rules_;
  bool texts_, keep_;
  Distinct distinct_;
  std::vector<Seen> seen_;  // of the distinct texts, in columns that are read as they look
  NumberForms forms_ = all_forms;
  unsigned fractions_ = 0;
  bool lost_texts_ = false, holds_texts_ = false;
};

}  // namespace gradus::data
