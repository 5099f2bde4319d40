// An evaluation as text and as JSON.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gradus/learn/data/schema.hpp"
#include "gradus/learn/json/value.hpp"
#include "gradus/learn/train/evaluation.hpp"
#include "gradus/learn/train/history.hpp"

namespace gradus::report {

/// Units of the data for one of the encoded target; where there are several, by their names.
struct Units {
  Units(double of_target = 1) : deviation(of_target) {}  // NOLINT: mostly one number
  double deviation;
  std::vector<std::pair<std::string, double>> targets = {};
};

/// Of the target that a schema has, or of several; 1 for classes.
Units units_of(const data::Schema& schema);

/// The first two metrics, of several targets the first of each: "accuracy 88.12 % (95 %: 87.47 to 88.74)"; "R2 0.9012,
/// mean error 1205".
std::string metric_text(const Evaluation& evaluation);

/// Without intervals, as of what is only compared with: "accuracy 10.00 %", "R2 0.6137, mean error 3561".
std::string short_metric_text(const Evaluation& evaluation);

/// The short form for a column: "88.12 % (87.5 to 88.7)"; "0.9012 / 1205"; and the heading over it, "accuracy (95 %)",
/// "R2 / mean error".
std::string metric_cell(const Evaluation& evaluation);
std::string metric_heading(const metric::Metrics& metrics);
/// Of several targets, by their names.
struct TargetMetrics {
  std::string target;
  metric::Metrics metrics;
};
std::string metric_heading(const std::vector<TargetMetrics>& several);

/// All metrics that people are shown, one a line, and tables of counts below.
std::string metric_table(const Evaluation& evaluation);

json::Value to_json(const Evaluation& evaluation);
/// The metrics without a loss, for guesses, which have none.
json::Value guess_to_json(const Evaluation& evaluation);
/// One epoch of a history.
json::Value to_json(const EpochReport& epoch, const Units& units);

/// The same numbers in units of the data.
Evaluation scaled(Evaluation evaluation, const Units& units);

/// "new.csv: found 3 of 60 predictions that are not finite, of rows 17, 18, 40; expected ...": of rows from `source` by
/// the model called `model`.
std::string not_finite_text(const nn::NotFinite& found, std::int64_t rows, const std::string& source,
                            const std::string& model);

/// One character a number from the least to the greatest, at most `width` of them: a curve in a line.
std::string sparkline(const std::vector<double>& numbers, std::size_t width);

}  // namespace gradus::report
