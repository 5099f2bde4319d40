#include "gradus/learn/nn/metric.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "gradus/core/base/remedy.hpp"
#include "gradus/core/base/rounded.hpp"

namespace gradus::metric {
namespace {

constexpr std::string_view unit_names[] = {"number", "share", "score", "count", "target", "target_squared"};

std::string percent(double share) {
  return std::isfinite(share) ? fmt::format("{:.2f} %", 100 * share) : short_number(share);
}

/// Four decimals, also of what is just below 0; as short as others where it is far from 1.
std::string score_text(double score) {
  constexpr double rounds_to_zero = 5e-5, far = -1000;
  if (!(score >= far)) return short_number(score);
  return fmt::format("{:.4f}", std::fabs(score) < rounds_to_zero ? 0.0 : score);
}

std::string word_of(Compares compares) { return compares == Compares::classes ? "classes" : "numbers"; }

/// "q 0.5": the keys of a recipe that are not as by default.
std::string keys_text(const Metric& metric) {
  const std::string all = kinds::print(metric);
  return all.size() > metric.kind->name.size() ? all.substr(metric.kind->name.size() + 1) : "";
}

void check_shapes(const Rows& rows, const Subject& subject) {
  const auto refuse = [](const std::string& what, const std::string& found, const std::string& expected) {
    throw UserError(Fault::usage, Report{"metrics, " + what, found, expected, expected});
  };
  const Shape &given = rows.prediction.shape(), &target = rows.target.shape();
  if (given.rank() != 2 || !is_floating(rows.prediction.dtype())) {
    refuse("predictions", to_string(rows.prediction.type()), "f32 or f64 [rows, outputs]");
  }
  if (!subject.classes.empty()) {
    if (target.rank() != 1 || target[0] != given[0] || rows.target.dtype() != DType::i64) {
      refuse("targets", to_string(rows.target.type()), "i64 [" + std::to_string(given[0]) + "]");
    }
    const auto classes = std::ssize(subject.classes);
    if (given[1] != classes && !(given[1] == 1 && classes == 2)) {
      refuse("predictions", to_string(rows.prediction.type()),
             "a number for each of the " + std::to_string(classes) + " classes");
    }
    for (const std::int64_t c : rows.target.as<std::int64_t>()) {
      if (c < -1 || c >= classes) {
        refuse("targets", "class number " + std::to_string(c), "-1 to " + std::to_string(classes - 1));
      }
    }
  } else if (!(target == given) || !is_floating(rows.target.dtype())) {
    refuse("targets", to_string(rows.target.type()), "f32 or f64 " + to_string(given));
  }
}

json::Value table_json(const Table& table) {
  json::Array counts;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto first = table.counts.begin() + static_cast<std::ptrdiff_t>(row * table.columns.size());
    counts.push_back(std::vector<std::int64_t>(first, first + std::ssize(table.columns)));
  }
  return json::Object{{"rows", table.rows}, {"columns", table.columns}, {"counts", counts}};
}

/// What is known of a result of that name.
Result column_of(std::string_view name, std::span<const Result> known) {
  for (const Result& one : known) {
    if (one.name == name) return one;
  }
  for (const MetricKind* kind : all_metrics()) {
    for (const ResultSpec& spec : kind->results) {
      if (spec.name != name) continue;
      return {.name = std::string(name), .label = std::string(spec.label), .unit = spec.unit, .shown = spec.shown};
    }
  }
  return {.name = std::string(name), .label = std::string(name)};
}

}  // namespace

Interval wilson(std::int64_t correct, std::int64_t rows) {
  if (rows <= 0) return {};
  constexpr double z = 1.959963984540054;  // 97.5 % of the normal distribution
  const double n = static_cast<double>(rows), p = static_cast<double>(correct) / n;
  const double center = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {std::max(0.0, center - half), std::min(1.0, center + half)};
}

const Result* find(const Results& results, std::string_view name) {
  const auto at = std::find_if(results.begin(), results.end(), [&](const Result& r) { return r.name == name; });
  return at == results.end() ? nullptr : &*at;
}

std::string print(const Metrics& metrics) {
  std::string out;
  for (const Metric& metric : metrics) out += (out.empty() ? "" : ", ") + kinds::print(metric);
  return out;
}

void check(const Metrics& metrics, bool classes, const std::string& place) {
  const Compares compared = classes ? Compares::classes : Compares::numbers;
  for (const Metric& metric : metrics) {
    if (!metric)
      throw UserError(Fault::usage, Report{place, "an empty one", "a metric", "metric::usual_metrics(true)"});
    if (metric.of().compares == compared || metric.of().compares == Compares::anything) continue;
    throw UserError(Fault::usage,
                    Report{place, std::string(metric.kind->name) + ", which compares " + word_of(metric.of().compares),
                           "metrics of " + word_of(compared), given_at(place, print(usual_metrics(classes)))});
  }
}

Measurement::Measurement(const Metrics& metrics, const Subject& subject) : metrics_(metrics), subject_(subject) {
  check(metrics, !subject.classes.empty());
  for (const Metric& metric : metrics) sums_.push_back(metric.of().begin(metric.keys, subject));
}

void Measurement::add(const Rows& rows) {
  check_shapes(rows, subject_);
  for (const auto& one : sums_) one->add(rows);
}

Results Measurement::finish() {
  Results out;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    const std::string keys = keys_text(metrics_[i]);
    std::string suffix = keys;
    std::replace(suffix.begin(), suffix.end(), ' ', '_');
    for (Result& one : sums_[i]->finish()) {
      if (!keys.empty()) one.name += "_" + suffix, one.label += " " + keys;
      out.push_back(std::move(one));
    }
  }
  return out;
}

Results scaled(Results results, double deviation) {
  for (Result& one : results) {
    if (one.unit != Unit::target && one.unit != Unit::target_squared) continue;
    const double factor = one.unit == Unit::target ? deviation : deviation * deviation;
    if (one.number) *one.number *= factor;
    if (one.interval) one.interval->low *= factor, one.interval->high *= factor;
  }
  return results;
}

std::vector<Heading> headings(const Metrics& metrics) {
  std::vector<Heading> out;
  for (const Metric& metric : metrics) {
    const std::string keys = keys_text(metric);
    for (const ResultSpec& spec : metric.of().results) {
      if (spec.shown) out.push_back({std::string(spec.label) + (keys.empty() ? "" : " " + keys), spec.interval});
    }
  }
  return out;
}

std::string number_text(const Result& result) {
  if (result.table) return "";
  if (!result.number) return "undefined" + (result.undefined.empty() ? "" : " (" + result.undefined + ")");
  switch (result.unit) {
    case Unit::share: return percent(*result.number);
    case Unit::score: return score_text(*result.number);
    case Unit::count: return fmt::format("{:.0f}", *result.number);
    case Unit::number:
    case Unit::target:
    case Unit::target_squared: break;
  }
  return short_number(*result.number);
}

std::string describe(const Result& result, bool with_interval) {
  std::string out = result.label + " " + number_text(result);
  if (!with_interval || !result.interval || !result.number) return out;
  Result low = result, high = result;
  low.number = result.interval->low, high.number = result.interval->high;
  const auto bare = [](const Result& one) {
    const std::string text = number_text(one);
    return text.ends_with(" %") ? text.substr(0, text.size() - 2) : text;
  };
  return out + " (95 %: " + bare(low) + " to " + bare(high) + ")";
}

void put(json::Object& into, const Results& results) {
  for (const Result& one : results) {
    if (one.table) {
      into[one.name] = table_json(*one.table);
      continue;
    }
    if (one.number && one.unit == Unit::count) into[one.name] = static_cast<std::int64_t>(*one.number);
    else into[one.name] = one.number ? json::Value(*one.number) : json::Value();
    if (!one.interval) continue;
    into[one.name + "_low"] = one.interval->low;
    into[one.name + "_high"] = one.interval->high;
  }
}

Results take(const json::Value& from, std::span<const std::string_view> but, std::span<const Result> known) {
  Results out;
  const auto ends_of = [&](const std::string& name, std::string_view suffix) {
    return name.ends_with(suffix) && from.find(std::string_view(name).substr(0, name.size() - suffix.size()));
  };
  for (const auto& [name, value] : from.object()) {
    if (std::find(but.begin(), but.end(), name) != but.end() || value.is_object()) continue;
    if (ends_of(name, "_low") || ends_of(name, "_high")) continue;
    Result one = column_of(name, known);
    one.number.reset();
    if (!value.is_null()) one.number = value.number();
    const json::Value *low = from.find(name + "_low"), *high = from.find(name + "_high");
    if (low != nullptr && high != nullptr) one.interval = Interval{low->number(), high->number()};
    out.push_back(std::move(one));
  }
  return out;
}

json::Value describe_columns(const Results& results) {
  json::Array out;
  for (const Result& one : results) {
    if (one.table) continue;
    out.push_back(json::Object{{"name", one.name},
                               {"label", one.label},
                               {"unit", unit_names[static_cast<std::size_t>(one.unit)]},
                               {"shown", one.shown}});
  }
  return out;
}

Results read_columns(const json::Value& columns) {
  Results out;
  for (const json::Value& one : columns.array()) {
    const auto unit = std::find(std::begin(unit_names), std::end(unit_names), one.at("unit").text());
    if (unit == std::end(unit_names)) {
      throw UserError(Fault::model_file, Report{"metrics", "the unit " + printable(one.at("unit").text()),
                                                "number, share, score, count, target or target_squared",
                                                "gradus train, to make the model again"});
    }
    out.push_back({.name = one.at("name").text(),
                   .label = one.at("label").text(),
                   .unit = static_cast<Unit>(unit - std::begin(unit_names)),
                   .shown = one.at("shown").truth()});
  }
  return out;
}

}  // namespace gradus::metric
