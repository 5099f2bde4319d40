// An evaluation as text and as JSON.
#pragma once

#include <string>
#include <vector>

#include "gradus/learn/json/value.hpp"
#include "gradus/learn/train/evaluation.hpp"
#include "gradus/learn/train/history.hpp"

namespace gradus::report {

/// "accuracy 88.12 % (95 %: 87.47 to 88.74)"; "R2 0.9012, mean error 1205" (MAE, in the units of the data when the
/// evaluation is).
std::string metric_text(const Evaluation& evaluation);

/// The metric alone, as of what is only compared with: "accuracy 10.00 %", "R2 0.6137, mean error 3561".
std::string short_metric_text(const Evaluation& evaluation);

/// The short form for a column: "88.12 % (87.5 to 88.7)"; "0.9012 / 1205" (R2 / MAE).
std::string metric_cell(const Evaluation& evaluation);

json::Value to_json(const Evaluation& evaluation);
/// The metrics without a loss, for guesses, which have none.
json::Value guess_to_json(const Evaluation& evaluation);
/// One epoch of a history. `deviation`: what MAE (its square: MSE) is multiplied with to be in the units of the data.
json::Value to_json(const EpochReport& epoch, double deviation);

/// The same numbers in units of the data: MAE times `deviation`, MSE times its square.
Evaluation scaled(Evaluation evaluation, double deviation);

/// "new.csv: found 3 of 60 predictions that are not finite, of rows 17, 18, 40; expected ...": of rows from `source` by
/// the model called `model`.
std::string not_finite_text(const nn::NotFinite& found, std::int64_t rows, const std::string& source,
                            const std::string& model);

/// One character a number from the least to the greatest, at most `width` of them: a curve in a line.
std::string sparkline(const std::vector<double>& numbers, std::size_t width);

}  // namespace gradus::report
