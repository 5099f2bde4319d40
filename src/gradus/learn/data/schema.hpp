// How rows become numbers and numbers become predictions again: fitted on the training rows, kept in the model.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/tensor/shape.hpp"
#include "gradus/learn/data/cell_rule.hpp"
#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/data/encoders/encoder.hpp"
#include "gradus/learn/data/note.hpp"
#include "gradus/learn/data/table.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::data {

/// What a missing cell becomes: `fill`, the median of the training rows, or of texts the number of the most frequent
/// category (-1: none of them). Where training had some, one more feature is 1 in their rows, and texts have no
/// category there.
struct Gaps {
  double fill = 0;
  bool in_training = false;
  friend bool operator==(const Gaps&, const Gaps&) = default;
};

/// A feature column: how its cells are read, encoded, and what stands for those that are missing. Texts are encoded by
/// the number of their category (sorted by byte); what was not seen in the training rows is none of the known.
struct ColumnEncoding : Encoder {
  std::string name;
  ReadAs read = ReadAs::number;  // number; text, literal; looks in models that took 01 and 1 for the same
  CellRule rule;                 // of texts that are numbers or dates
  Gaps gaps;
  std::string input;  // of the net, that it is a column of; "": the features
  bool numeric() const { return kind().cells == Cells::numbers || kind().cells == Cells::dates; }
  std::int64_t feature_count() const { return width() + (marks_gaps() ? 1 : 0); }
  /// Whether a feature more is 1 where a cell is missing: codes have one for that.
  bool marks_gaps() const { return gaps.in_training && !kind().codes; }
  /// False when it is left out, as what was the same in every training row: then files need not have it.
  bool used() const;
  friend bool operator==(const ColumnEncoding&, const ColumnEncoding&) = default;
};

/// The column that is learnt: numbers by an encoder with one feature that decodes.
struct TargetEncoding : Encoder {
  std::string name;  // "" for images
  Task task = Task::regression;
  ReadAs read = ReadAs::number;  // as of columns
  CellRule rule;
  std::vector<std::string> classes;  // classification: sorted by byte, or by size when all are numbers
  /// Whether a difference of encoded numbers is one in units, up to the factor scaling.deviation.
  bool linear() const;
  friend bool operator==(const TargetEncoding&, const TargetEncoding&) = default;
};

/// What a model must be given. Either `columns` (a table) or `image` (u8 images [height, width], divided by divisor).
struct Schema {
  std::vector<ColumnEncoding> columns;
  std::vector<std::string> ignored;  // columns of the training file that are not used
  Shape image;                       // rank 0 for tables
  double divisor = 1;
  TargetEncoding target;
  std::vector<TargetEncoding> several = {};  // targets, in the place of `target`
  std::optional<ReadingRules> rules;         // how the training file was read; nothing in older models, and for images

  bool is_table() const { return image.rank() == 0; }
  /// Features of the network; of an input beside them its numbers.
  std::int64_t feature_count(std::string_view input = {}) const;
  /// Outputs of the network for its target: the classes, or 1.
  std::int64_t output_count() const;
  /// "kilometres", "fuel=diesel", ...; empty for images.
  std::vector<std::string> feature_names(std::string_view input = {}) const;
  /// The inputs beside the features, by name, in the order of their first columns.
  std::vector<std::string> inputs() const;
  /// Whether all columns of that input are codes, which it then takes as whole numbers.
  bool is_codes(std::string_view input) const;
  /// One, or several.
  std::span<const TargetEncoding> targets() const { return several.empty() ? std::span(&target, 1) : several; }
  friend bool operator==(const Schema&, const Schema&) = default;
};

/// What is said of one column: how it is encoded, or that it is kept whatever it looks like.
struct ColumnRule {
  std::string name;
  kinds::Recipe<EncoderKind> encoder = {};  // none: as its cells look, but it is not left out
};

/// Columns that a net takes by a name.
struct InputColumns {
  std::string name;
  std::vector<std::string> columns;
};

struct FitOptions {
  std::string target;                    // name of the column to learn; "": the last one
  std::optional<Task> task;              // not given: text or two values -> classification, numbers -> regression
  std::vector<std::string> ignore;       // columns that are not used
  std::vector<std::string> categorical;  // columns of texts, whatever they look like: 0123, NA, ...
  std::vector<ColumnRule> columns = {};
  bool log_target = false;                                  // learn the logarithm of the target
  kinds::Recipe<EncoderKind> numbers = standard_encoder();  // of columns of numbers without a rule
  std::vector<std::string> targets = {};                    // several, in the place of `target`
  std::vector<InputColumns> inputs = {};                    // what else the net takes, beside the features
};

/// How to read a table that is to be fitted: categorical columns as literal texts, a target of classes as texts,
/// ignored columns not at all, all others as they look.
ReadColumns reading(const FitOptions& options);

struct Fitted {
  Schema schema;
  Notes notes;
};

/// Takes the rows out that say nothing of the column to learn ("": the last one), and notes how many; their numbers.
/// Throws UserError(Fault::data) when none is left.
std::vector<std::int64_t> drop_rows_without_target(Table& table, const std::string& target, Notes& notes);

/// The same of several, one after the other.
std::vector<std::int64_t> drop_rows_without_targets(Table& table, std::span<const std::string> targets, Notes& notes);

/// The schema for `table`: what each column is from all its cells; means, ranges, medians and categories from `rows`
/// alone (numbers from 0), the list of classes from all rows. Columns that say nothing of new rows are left out and
/// noted at once. Throws UserError(Fault::data), with file:line:column where there is one, for: an unknown column, a
/// target with missing or infinite numbers, that is mostly but not all numbers, is constant or of a single class, no
/// feature left; UserError(Fault::usage) for a table that was not read as reading(options) says.
Fitted fit_schema(const Table& table, std::span<const std::int64_t> rows, const FitOptions& options);

/// The schema of a set of images.
Schema image_schema(const Dataset& images);

/// Throws UserError(Fault::data) unless `images` have the schema's size.
void require_images(const Schema& schema, const Dataset& images);

struct Encoded {
  Dataset dataset;
  Notes notes;  // extra columns, unseen categories and values outside the training range, each with its count
};

/// What a table must say of the target.
enum class WantTarget {
  no,     // nothing: it is not read and may be absent
  known,  // a class that the schema does not know is refused with its place
  any,    // such classes are appended to Dataset::class_names
};

/// How to read a table that is to be encoded: by the types that the schema knows, whatever the cells look like; columns
/// that it does not use, and the target unless it is wanted, not at all.
ReadColumns reading(const Schema& schema, WantTarget target = WantTarget::known);

/// The rows of `table` as numbers, features in `dtype` (f32 or f64) and targets in f64. Columns are matched by name, in
/// any order; those that the schema does not use may be absent. Cells that are missing, no number where one should be
/// or too far away for the type are filled and noted. Throws UserError(Fault::data) listing every missing column, and
/// for a target that is not known.
Encoded encode(const Schema& schema, const Table& table, DType dtype = DType::f32,
               WantTarget target = WantTarget::known);
/// The same; whether the target is wanted, with classes that are known.
inline Encoded encode(const Schema& schema, const Table& table, DType dtype, bool target) {
  return encode(schema, table, dtype, target ? WantTarget::known : WantTarget::no);
}

/// encode() of a table that comes in parts: what is said of its cells is added up over them.
class PartEncoder {
 public:
  /// The schema outlives it.
  PartEncoder(const Schema& schema, DType dtype, WantTarget target);
  PartEncoder(PartEncoder&&) noexcept;
  ~PartEncoder();
  /// Throws as encode().
  Dataset encode(const Table& part);
  /// Of all parts so far.
  Notes notes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

json::Value to_json(const Schema& schema);
/// Throws UserError(Fault::model_file) when the document does not describe a schema. `own`: encoders beside those of
/// gradus.
Schema schema_from_json(const json::Value& value, EncoderKinds own = {});

}  // namespace gradus::data
