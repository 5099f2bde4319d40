// --metrics: a list of recipes, or all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gradus/learn/data/schema.hpp"
#include "gradus/learn/nn/metric.hpp"

namespace gradus::cli {

/// Refuses a text that is no list of metrics. Throws UserError(Fault::usage) at `place`.
void check_metrics(const std::string& text, const std::string& place);

/// Those that `said` names ("all": of this task), else the usual ones. Throws UserError(Fault::usage) as check_metrics,
/// and for metrics of another task.
metric::Metrics choose_metrics(const std::optional<std::string>& said, bool classes);
/// The same for the targets of a schema: of several those that compare one of them at least; empty: the usual ones.
metric::Metrics choose_metrics(const std::optional<std::string>& said, const data::Schema& schema);
/// The same, where unless others are said all are meant that an evaluation of so many rows reports: areas under curves
/// not of more rows and classes than are sorted in a moment.
metric::Metrics choose_reported_metrics(const std::optional<std::string>& said, const data::Schema& schema,
                                        std::int64_t rows);

}  // namespace gradus::cli
