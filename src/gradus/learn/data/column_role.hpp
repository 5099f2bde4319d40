// What a column of a training file is, from all its cells.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradus/learn/data/cell_rule.hpp"
#include "gradus/learn/data/encoders/encoder.hpp"
#include "gradus/learn/data/note.hpp"
#include "gradus/learn/data/schema.hpp"
#include "gradus/learn/data/table.hpp"

namespace gradus::data {

struct ColumnRole {
  kinds::Recipe<EncoderKind> encoder;  // of a column that is left out: ignored, with the reason
  CellRule rule;
  std::vector<DateOrder> orders = {};  // all that fit, of dates that could be read in several ways
  bool counts = false;                 // the rows, by a name that may mean something else
  bool asked = false;                  // by a rule: numbers are used even where all are the same
};

/// By its rule, if `options` have one; else as its cells look. `keep`: it is not left out.
ColumnRole find_role(const Table& table, const Column& column, const FitOptions& options, bool keep);

/// The unit of a column of texts that are all numbers with the same unit.
std::optional<CellRule> unit_of(const Column& column);

/// Whether of 20 texts and more nearly each is another one.
bool nearly_all_different(const Column& column);

/// Columns as a flag takes them: a,b or 'a b,"c,d"'.
std::string columns_word(std::span<const std::string> names);

/// Says of all columns at once what they were taken for, where it is not plain.
class RoleNotes {
 public:
  void add(const Column& column, const ColumnRole& role);
  void add_left_out(const std::string& name, LeftOut why);
  /// The notes, about the table called `source`.
  void say(const std::string& source, Notes& notes) const;

 private:
  struct Left {
    std::string name;
    LeftOut why;
  };
  std::vector<Left> left_;
  std::vector<std::string> units_, dates_;
  Notes doubts_;
};

}  // namespace gradus::data
