#include "gradus/app/report/evaluation.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "gradus/app/report/layout.hpp"
#include "gradus/app/report/numbers.hpp"

namespace gradus::report {
namespace {

constexpr std::size_t widest_name = 20;

/// Counts in columns under the names of the classes that were predicted.
std::string table_text(const metric::Table& table) {
  const auto name_of = [](const std::string& name) { return cut(printable(name), widest_name); };
  std::vector<std::size_t> widths;
  std::size_t first = 0;
  for (const std::string& row : table.rows) first = std::max(first, columns(name_of(row)));
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    widths.push_back(columns(name_of(table.columns[c])));
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
      widths[c] = std::max(widths[c], grouped(table.counts[r * table.columns.size() + c]).size());
    }
  }
  std::string out = std::string(first, ' ');
  for (std::size_t c = 0; c < widths.size(); ++c) out += "  " + left_padded(name_of(table.columns[c]), widths[c]);
  out += "\n";
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    out += padded(name_of(table.rows[r]), first);
    for (std::size_t c = 0; c < widths.size(); ++c) {
      out += "  " + left_padded(grouped(table.counts[r * widths.size() + c]), widths[c]);
    }
    out += "\n";
  }
  return out;
}

/// In one line there is room for so many; of several targets for so many of each.
constexpr std::size_t most_in_line = 2, most_of_each = 1;

/// "price" of "price/r2"; "" where there is one target.
std::string target_of(const metric::Result& result) {
  const std::size_t bar = result.name.rfind('/');
  return bar == std::string::npos ? "" : result.name.substr(0, bar);
}

/// The first results that people are shown.
std::vector<const metric::Result*> shown(const Evaluation& evaluation) {
  std::vector<const metric::Result*> out;
  for (const metric::Result& one : evaluation.metrics) {
    if (!one.shown || one.table) continue;
    const std::string target = target_of(one);
    const auto known =
        std::count_if(out.begin(), out.end(), [&](const metric::Result* other) { return target_of(*other) == target; });
    if (known < static_cast<std::ptrdiff_t>(target.empty() ? most_in_line : most_of_each)) out.push_back(&one);
  }
  return out;
}

std::string line_of(const Evaluation& evaluation, bool with_interval) {
  std::string out;
  for (const metric::Result* one : shown(evaluation)) {
    out += (out.empty() ? "" : ", ") + metric::describe(*one, with_interval);
  }
  return out;
}

/// "88.12 %" to "88.1": as an end of an interval in a column.
std::string end_text(metric::Result result, double end) {
  if (result.unit == metric::Unit::share) {
    const std::string text = percent(end, 1);
    return text.substr(0, text.size() - 2);
  }
  result.number = end;
  return metric::number_text(result);
}

}  // namespace

Units units_of(const data::Schema& schema) {
  const auto deviation = [](const data::TargetEncoding& target) {
    const bool scales = target.task == data::Task::regression && target.linear() && target.scaling.deviation > 0;
    return scales ? target.scaling.deviation : 1;  // others come decoded
  };
  Units out(schema.several.empty() ? deviation(schema.target) : 1);
  for (const data::TargetEncoding& target : schema.several) out.targets.emplace_back(target.name, deviation(target));
  return out;
}

std::string metric_text(const Evaluation& evaluation) { return line_of(evaluation, true); }

std::string short_metric_text(const Evaluation& evaluation) { return line_of(evaluation, false); }

std::string metric_heading(const metric::Metrics& metrics) {
  std::string out;
  std::size_t count = 0;
  for (const metric::Heading& one : metric::headings(metrics)) {
    if (count++ < most_in_line) out += (out.empty() ? "" : " / ") + one.label + (one.interval ? " (95 %)" : "");
  }
  return out;
}

std::string metric_heading(const std::vector<TargetMetrics>& several) {
  std::string out;
  for (const TargetMetrics& one : several) {
    std::size_t count = 0;
    for (const metric::Heading& heading : metric::headings(one.metrics)) {
      if (count++ == most_of_each) break;
      out += (out.empty() ? "" : " / ") + printable(one.target) + " " + heading.label +
             (heading.interval ? " (95 %)" : "");
    }
  }
  return out;
}

std::string metric_cell(const Evaluation& evaluation) {
  std::string out;
  for (const metric::Result* one : shown(evaluation)) {
    if (!out.empty()) out += " / ";
    out += one->number ? metric::number_text(*one) : "-";
    if (one->number && one->interval) {
      out += " (" + end_text(*one, one->interval->low) + " to " + end_text(*one, one->interval->high) + ")";
    }
  }
  return out;
}

std::string metric_table(const Evaluation& evaluation) {
  std::size_t width = 0;
  for (const metric::Result& one : evaluation.metrics) {
    if (one.shown && !one.table) width = std::max(width, columns(one.label));
  }
  std::string out;
  for (const metric::Result& one : evaluation.metrics) {
    if (one.table || !one.shown) continue;
    const std::string text = metric::describe(one);
    out += padded(one.label, width + 2) + text.substr(one.label.size() + 1) + "\n";
  }
  for (const metric::Result& one : evaluation.metrics) {
    if (one.table) out += (out.empty() ? "" : "\n") + one.label + "\n" + table_text(*one.table);
  }
  return out;
}

json::Value to_json(const Evaluation& evaluation) {
  json::Object out{{"rows", evaluation.rows}, {"loss", evaluation.loss}};
  metric::put(out, evaluation.metrics);
  if (evaluation.unseen > 0) out["unseen"] = evaluation.unseen;
  if (evaluation.not_finite.count > 0) out["not_finite"] = evaluation.not_finite.count;
  return out;
}

json::Value guess_to_json(const Evaluation& evaluation) {
  const json::Value all = to_json(evaluation);
  json::Object out;
  for (const auto& [key, value] : all.object()) {
    if (key != "loss") out[key] = value;
  }
  return out;
}

json::Value to_json(const EpochReport& epoch, const Units& units) {
  json::Object out{{"epoch", epoch.epoch},
                   {"steps", epoch.steps},
                   {"loss", epoch.loss},
                   {"learning_rate", epoch.learning_rate},
                   {"gradient_norm", epoch.gradient_norm},
                   {"seconds", epoch.seconds},
                   {"best", epoch.best}};
  if (epoch.validation) out["validation"] = to_json(scaled(*epoch.validation, units));
  return out;
}

Evaluation scaled(Evaluation evaluation, const Units& units) {
  if (units.targets.empty()) evaluation.metrics = metric::scaled(std::move(evaluation.metrics), units.deviation);
  for (metric::Result& one : evaluation.metrics) {
    for (const auto& [target, deviation] : units.targets) {
      if (target_of(one) == target) one = metric::scaled({one}, deviation)[0];
    }
  }
  return evaluation;
}

std::string not_finite_text(const nn::NotFinite& found, std::int64_t rows, const std::string& source,
                            const std::string& model) {
  std::string numbers;
  for (const std::int64_t row : found.named) numbers += (numbers.empty() ? "" : ", ") + std::to_string(row);
  if (found.count > static_cast<std::int64_t>(found.named.size())) numbers += ", ...";
  return describe(Report{
      printable(source),
      grouped(found.count) + " of " + counted(rows, "prediction") + " that are not finite, of " +
          (found.count == 1 ? "row " : "rows ") + numbers,
      "finite numbers", "gradus inspect " + shell_word(model) + ", which shows what numbers the model was trained on"});
}

std::string sparkline(const std::vector<double>& numbers, std::size_t width) {
  constexpr std::array<const char*, 8> marks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double low = INFINITY, high = -INFINITY;
  for (const double number : numbers) {
    if (!std::isfinite(number)) continue;
    low = std::min(low, number);
    high = std::max(high, number);
  }
  std::string out;
  const std::size_t count = std::min(width, numbers.size());
  for (std::size_t i = 0; i < count; ++i) {
    // The last number of each piece, so that the last mark is the last number.
    const double number = numbers[(i + 1) * numbers.size() / count - 1];
    const double share = high > low && std::isfinite(number) ? (number - low) / (high - low) : 0;
    out += std::isfinite(number) ? marks[static_cast<std::size_t>(std::lround(share * 7))] : "!";
  }
  return out;
}

}  // namespace gradus::report
