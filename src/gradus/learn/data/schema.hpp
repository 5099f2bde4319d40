// How rows become numbers and numbers become predictions again: fitted on the training rows, kept in the model.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradus/core/tensor/shape.hpp"
#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/data/note.hpp"
#include "gradus/learn/data/table.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::data {

/// A column of numbers: encoded as (x - mean) / deviation. Population deviation, sqrt(mean((x - mean)^2)), as in
/// scikit-learn's StandardScaler; 0 for a constant column, which is encoded as 0.
struct Scaling {
  double mean = 0;
  double deviation = 0;
  double minimum = 0;  // of the training rows, to notice later rows outside
  double maximum = 0;
  double encode(double x) const { return deviation > 0 ? (x - mean) / deviation : 0.0; }
  double decode(double z) const { return mean + z * deviation; }
  friend bool operator==(const Scaling&, const Scaling&) = default;
};

/// A feature column. A column of texts becomes one feature a category (1 where it holds, else 0; categories sorted by
/// byte); a text that was not seen in the training rows gives 0 in all of them. A single category gives no feature.
struct ColumnEncoding {
  std::string name;
  ReadAs read = ReadAs::number;         // number; text, literal; looks in models that took 01 and 1 for the same
  Scaling scaling;                      // numeric
  std::vector<std::string> categories;  // not numeric
  bool numeric() const { return read == ReadAs::number; }
  std::int64_t feature_count() const;
  /// False when it was the same in every training row: then files need not have it.
  bool used() const { return numeric() ? scaling.deviation > 0 : feature_count() > 0; }
  friend bool operator==(const ColumnEncoding&, const ColumnEncoding&) = default;
};

/// The column that is learnt.
struct TargetEncoding {
  std::string name;  // "" for images
  Task task = Task::regression;
  ReadAs read = ReadAs::number;      // as of columns
  Scaling scaling;                   // regression
  std::vector<std::string> classes;  // classification: sorted by byte, or by size when all are numbers
  friend bool operator==(const TargetEncoding&, const TargetEncoding&) = default;
};

/// What a model must be given. Either `columns` (a table) or `image` (u8 images [height, width], divided by divisor).
struct Schema {
  std::vector<ColumnEncoding> columns;
  std::vector<std::string> ignored;  // columns of the training file that are not used
  Shape image;                       // rank 0 for tables
  double divisor = 1;
  TargetEncoding target;

  bool is_table() const { return image.rank() == 0; }
  /// Inputs of the network.
  std::int64_t feature_count() const;
  /// Outputs of the network: the classes, or 1.
  std::int64_t output_count() const;
  /// "kilometres", "fuel=diesel", ...; empty for images.
  std::vector<std::string> feature_names() const;
  friend bool operator==(const Schema&, const Schema&) = default;
};

struct FitOptions {
  std::string target;                    // name of the column to learn; "": the last one
  std::optional<Task> task;              // not given: text -> classification, numbers -> regression
  std::vector<std::string> ignore;       // columns that are not used
  std::vector<std::string> categorical;  // columns of texts, whatever they look like: 0123, NA, ...
};

/// How to read a table that is to be fitted: categorical columns as literal texts, a target of classes as texts,
/// ignored columns not at all, all others as they look.
ReadColumns reading(const FitOptions& options);

struct Fitted {
  Schema schema;
  Notes notes;
};

/// The schema for `table`, with means, deviations, ranges and categories from `rows` alone (numbers from 0), the list
/// of classes from all rows. Throws UserError(Fault::data), with file:line:column where there is one, for: an unknown
/// or missing column, a used column with missing or infinite numbers anywhere in the table, a column that is mostly but
/// not all numbers, thousands marks or decimal commas, a text column with more than 1,000 categories, a constant target
/// or a single class, no feature left; UserError(Fault::usage) for a table that was not read as reading(options) says.
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
/// any order; those that the schema does not use may be absent. Throws UserError(Fault::data) listing every missing
/// column, and as fit_schema for cells; for a number that the type cannot hold once it is scaled.
Encoded encode(const Schema& schema, const Table& table, DType dtype = DType::f32,
               WantTarget target = WantTarget::known);
/// The same; whether the target is wanted, with classes that are known.
inline Encoded encode(const Schema& schema, const Table& table, DType dtype, bool target) {
  return encode(schema, table, dtype, target ? WantTarget::known : WantTarget::no);
}

json::Value to_json(const Schema& schema);
/// Throws UserError(Fault::model_file) when the document does not describe a schema.
Schema schema_from_json(const json::Value& value);

}  // namespace gradus::data
