// Numbers that say how good predictions are. A kind of metric is one constant object (metrics/), a metric a kind with
// its numbers; a list of them is what trainings, evaluations, logs, model files and terminals know. All are added up in
// f64 over batches of any size.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"
#include "gradus/learn/kinds/recipe.hpp"

namespace gradus::metric {

/// How a number is read: "0.3341", "88.12 %", "0.9012", "54"; and with which power of the target's units it grows,
/// since nets are trained on scaled targets.
enum class Unit { number, share, score, count, target, target_squared };

struct Interval {
  double low = 0, high = 1;
};
/// 95 % confidence interval of a share, Wilson 1927.
Interval wilson(std::int64_t correct, std::int64_t rows);

/// What a kind says of each of its results.
struct ResultSpec {
  std::string_view name;   // in logs and files: letters, digits and _
  std::string_view label;  // for people
  Unit unit = Unit::number;
  std::string_view doc = {};  // without a full stop
  bool interval = false;      // with a 95 % confidence interval
  bool shown = true;          // false: beside another result that says it to people
};

/// Counts by two lists of names.
struct Table {
  std::vector<std::string> rows, columns;
  std::vector<std::int64_t> counts;  // rows.size() * columns.size(), row by row
};

/// One number of a metric, as a value that needs no kind.
struct Result {
  std::string name, label;
  Unit unit = Unit::number;
  std::optional<double> number = {};
  std::string undefined = {};  // why there is no number: "constant target"
  std::optional<Interval> interval = {};
  std::optional<Table> table = {};  // in the place of a number
  bool shown = true;
};
using Results = std::vector<Result>;

/// The result of that name; nullptr: none.
const Result* find(const Results& results, std::string_view name);

/// Which results have 95 % confidence intervals.
enum class Intervals {
  usual,  // shares of rows: what costs nothing
  all,    // whatever has one; some keep a few numbers a row
};

/// What is compared.
struct Subject {
  std::int64_t outputs = 1;               // numbers of a prediction
  std::vector<std::string> classes = {};  // names of the classes; none: the target are numbers
  Intervals intervals = Intervals::usual;
};

/// Rows of predictions beside their targets.
struct Rows {
  ConstView prediction;  // f32 or f64 [rows, outputs]: probabilities (of class 1, for a single output), or numbers
  ConstView
      target;  // class numbers i64 [rows], -1 for a class that the model does not know; or f32, f64 [rows, outputs]
};

/// A metric in the course of one pass over rows.
class Sums {
 public:
  virtual ~Sums() = default;
  virtual void add(const Rows& rows) = 0;
  /// A result for each ResultSpec of the kind, in order.
  virtual Results finish() = 0;
};

enum class Compares { classes, numbers, anything };

struct MetricKind : kinds::Kind {
  Compares compares;
  std::span<const ResultSpec> results;
  std::unique_ptr<Sums> (*begin)(const kinds::Keys& keys, const Subject& subject);
  /// Adds to what model files of gradus 0.1 keep of `rows` rows what they left out; nullptr: nothing.
  void (*complete)(Results& kept, std::int64_t rows) = nullptr;
};

using Metric = kinds::Recipe<MetricKind>;
using MetricKinds = std::span<const MetricKind* const>;
using Metrics = std::vector<Metric>;

/// Every metric that comes with gradus: the list is in metrics/all.cpp.
MetricKinds all_metrics();
/// What is computed unless other metrics are asked for.
Metrics usual_metrics(bool classes);
/// What an evaluation reports unless other metrics are asked for.
Metrics reported_metrics(bool classes);
/// All that compare classes, or numbers, as by default.
Metrics metrics_for(bool classes);

/// "accuracy, calibration_error bins 10". Throws UserError(Fault::usage) at `place` as kinds::parse, and for a metric
/// given twice. `own`: kinds of the caller's own.
Metrics parse_metrics(std::string_view text, MetricKinds own = {}, const std::string& place = "metrics");
/// "accuracy, calibration_error bins 10"
std::string print(const Metrics& metrics);
/// Throws UserError(Fault::usage) at `place` for a metric that compares something else.
void check(const Metrics& metrics, bool classes, const std::string& place = "metrics");

/// All metrics of a list over one pass.
class Measurement {
 public:
  /// Throws as check().
  Measurement(const Metrics& metrics, const Subject& subject);
  /// Throws UserError(Fault::usage) for shapes and dtypes that are not those of Rows.
  void add(const Rows& rows);
  /// Results in the order of the list. The names of those of a metric with keys that are not as by default end with
  /// these: "error_quantile_q_0.5".
  Results finish();

 private:
  Metrics metrics_;
  std::vector<std::unique_ptr<Sums>> sums_;
  Subject subject_;
};

/// `results` where a unit of the target stands for `deviation` units of the data.
Results scaled(Results results, double deviation);

/// The label as in a heading and in texts: "accuracy", "error quantile q 0.5"; of results that people are shown.
struct Heading {
  std::string label;
  bool interval = false;
};
std::vector<Heading> headings(const Metrics& metrics);

/// "88.12 %", "0.9012", "1205", "undefined (constant target)"; "" of a table.
std::string number_text(const Result& result);
/// "accuracy 88.12 % (95 %: 87.47 to 88.74)"; without its interval: "accuracy 88.12 %".
std::string describe(const Result& result, bool with_interval = true);

/// Members {"accuracy": 0.88, "accuracy_low": 0.87, "accuracy_high": 0.89}; a table is an object.
void put(json::Object& into, const Results& results);
/// What put() wrote, without tables; labels and units are those of `known`, else of all_metrics(), else the name alone.
/// Members `but` are no results. Throws UserError(Fault::model_file).
Results take(const json::Value& from, std::span<const std::string_view> but, std::span<const Result> known);
/// Name, label and unit of each, without numbers: [{"name": "mse", "label": "MSE", "unit": "target_squared"}].
json::Value describe_columns(const Results& results);
Results read_columns(const json::Value& columns);

}  // namespace gradus::metric
