// How the cells of a column become features: a kind is one constant object (one file here), an encoder a kind with its
// keys and what it learnt of the training rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/kinds/recipe.hpp"

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

/// What an encoder learnt of a column; a kind uses what it needs of it.
struct EncoderState {
  Scaling scaling;                      // of numbers
  std::vector<std::string> categories;  // of texts
  bool other = false;                   // a feature for all texts that are not among the categories
  std::vector<double> points;           // what else a kind keeps: quantiles, edges of bins
  friend bool operator==(const EncoderState&, const EncoderState&) = default;
};

/// A text of the training rows, and in how many of them it is.
struct TextCount {
  std::string text;
  std::int64_t rows = 0;
};

/// What a kind makes features of. Dates are numbers too: seconds since the beginning of 1970 (cell_rule.hpp).
enum class Cells { nothing, numbers, dates, texts };

struct EncoderKind : kinds::Kind {
  Cells cells = Cells::nothing;
  /// Learns from the cells of the training rows that are not missing, in the order of the rows. Throws
  /// UserError(Fault::data) at `place`, which names the column. One of both, by `cells`.
  void (*fit_numbers)(const kinds::Keys& keys, std::span<const double> cells, const std::string& place,
                      EncoderState& state) = nullptr;
  /// `texts`: each once, in the order that categories have.
  void (*fit_texts)(const kinds::Keys& keys, std::span<const TextCount> texts, const std::string& place,
                    EncoderState& state) = nullptr;
  /// Features that a cell becomes.
  std::int64_t (*width)(const kinds::Keys& keys, const EncoderState& state) = nullptr;
  /// Appends a name for each of them, which begins with that of the column.
  void (*names)(const kinds::Keys& keys, const EncoderState& state, const std::string& column,
                std::vector<std::string>& out) = nullptr;
  /// out[r width + f] of cells[r]: finite numbers, or the numbers of categories, -1 for none of the known. `out` is
  /// zeros at first.
  void (*encode)(const kinds::Keys& keys, const EncoderState& state, std::span<const double> cells,
                 std::span<double> out) = nullptr;
  /// The number, or the number of the category (-1: none), that these features are of; nullptr: they do not tell.
  double (*decode)(const kinds::Keys& keys, const EncoderState& state, std::span<const double> features) = nullptr;
  /// Whether a file's state is one that the kind could have learnt; nullptr: it keeps no points.
  bool (*valid)(const EncoderState& state) = nullptr;
  bool codes =
      false;  // its one feature is a whole number from 0, which an embedding takes; missing cells have their own
};

using EncoderKinds = std::span<const EncoderKind* const>;

/// What a column of numbers gets unless it is said otherwise.
kinds::Recipe<EncoderKind> standard_encoder();

struct Encoder : EncoderState {
  kinds::Recipe<EncoderKind> recipe = standard_encoder();

  const EncoderKind& kind() const { return recipe.of(); }
  std::int64_t width() const { return kind().width(recipe.keys, *this); }
  std::vector<std::string> names(const std::string& column) const;
  void encode(std::span<const double> cells, std::span<double> out) const {
    kind().encode(recipe.keys, *this, cells, out);
  }
  double encode(double cell) const;  // REQUIRES: one feature
  /// REQUIRES: the kind decodes.
  double decode(std::span<const double> features) const { return kind().decode(recipe.keys, *this, features); }
  double decode(double feature) const { return decode({&feature, 1}); }
  friend bool operator==(const Encoder&, const Encoder&) = default;
};

/// How many of its last features are of single whole numbers (mixed).
std::int64_t count_levels(const Encoder& encoder);

/// Every encoder that comes with gradus: the list is in all.cpp.
EncoderKinds all_encoders();

/// "standard", "robust clip 3", "one_hot". Throws UserError(Fault::usage) at `place`.
kinds::Recipe<EncoderKind> parse_encoder(std::string_view text, EncoderKinds own = {},
                                         const std::string& place = "encoder");

/// The same of texts, and of dates.
kinds::Recipe<EncoderKind> one_hot_encoder();
/// Of texts in inputs that have nothing else.
kinds::Recipe<EncoderKind> codes_encoder();
kinds::Recipe<EncoderKind> date_encoder();
/// Natural logarithm, then as standard: for skewed targets. `offset` is added before.
kinds::Recipe<EncoderKind> log_encoder(double offset);
/// A column that is left out, and why.
enum class LeftOut { asked, empty, constant, counter, identifier, code, text };
kinds::Recipe<EncoderKind> ignored_encoder(LeftOut why);
/// Why an ignored column is.
LeftOut why_ignored(const Encoder& encoder);
/// "the same in every training row", ...
std::string_view describe(LeftOut why);

}  // namespace gradus::data
