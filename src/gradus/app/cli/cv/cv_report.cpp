#include "gradus/app/cli/cv/cv_report.hpp"

#include <algorithm>

#include "gradus/app/cli/train/training.hpp"
#include "gradus/app/report/evaluation.hpp"
#include "gradus/app/report/numbers.hpp"
#include "gradus/learn/train/evaluate.hpp"

namespace gradus::cli {
namespace {

using report::counted;

double held_per_learnt(const CrossValidation& of) {
  double out = 0;
  for (const FoldResult& fold : of.results)
    out += static_cast<double>(fold.model.rows) / static_cast<double>(fold.learnt);
  return out / static_cast<double>(of.results.size());
}

struct Summary {
  std::vector<MeanScore> model, guess, linear, difference;  // the last two empty without linear models
};

Summary summarize(const CrossValidation& of) {
  std::vector<metric::Results> model, guess, linear;
  for (const FoldResult& fold : of.results) {
    model.push_back(fold.model.metrics), guess.push_back(fold.guess.metrics);
    if (fold.linear) linear.push_back(fold.linear->metrics);
  }
  const double ratio = held_per_learnt(of);
  Summary out{mean_of_folds(model, ratio), mean_of_folds(guess, ratio), {}, {}};
  if (linear.size() != model.size()) return out;
  out.linear = mean_of_folds(linear, ratio);
  out.difference = mean_of_differences(model, linear, ratio);
  return out;
}

const MeanScore* find(const std::vector<MeanScore>& scores, const std::string& name) {
  const auto at = std::find_if(scores.begin(), scores.end(), [&](const MeanScore& s) { return s.mean.name == name; });
  return at == scores.end() ? nullptr : &*at;
}

std::string short_text(const metric::Result& of) { return of.number ? metric::number_text(of) : "undefined"; }

std::string text_of(metric::Result like, double number) {
  like.number = number;
  return metric::number_text(like);
}

std::string interval_text(const metric::Result& of) {
  if (!of.interval) return "-";
  const std::string low = text_of(of, of.interval->low);
  return (low.ends_with(" %") ? low.substr(0, low.size() - 2) : low) + " to " + text_of(of, of.interval->high);
}

/// Rows of cells under one another, the first column to the left.
std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], report::columns(row[c]));
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c)
      out += c == 0 ? report::padded(row[c], widths[c]) : "  " + report::left_padded(row[c], widths[c]);
    out += "\n";
  }
  return out;
}

std::string count_text(const CrossValidation& of) {
  return of.repeats > 1 ? counted(std::ssize(of.results), "fold") + " of " + counted(of.repeats, "repeat")
                        : counted(std::ssize(of.results), "fold");
}

std::string means_text(const CrossValidation& of, const Summary& summary) {
  std::vector<std::vector<std::string>> rows{{count_text(of), "mean", "95 % interval", "spread"}};
  std::string missing;
  for (const MeanScore& one : summary.model) {
    if (one.mean.table || !one.mean.shown) continue;
    rows.push_back({one.mean.label, short_text(one.mean), interval_text(one.mean),
                    one.folds > 1 ? text_of(one.mean, one.spread) : "-"});
    if (one.folds < std::ssize(of.results))
      missing += one.mean.label + ": undefined in " + counted(std::ssize(of.results) - one.folds, "fold") +
                 (one.mean.undefined.empty() ? "" : " (" + one.mean.undefined + ")") + "\n";
  }
  return table_text(rows) + missing;
}

std::string beside_text(const Summary& summary) {
  const bool linear = !summary.linear.empty();
  std::vector<std::vector<std::string>> rows{{"beside", "trivial"}};
  if (linear) rows[0].insert(rows[0].end(), {"linear", "model - linear", "95 % interval"});
  for (const MeanScore& one : summary.guess) {
    if (one.mean.table || !one.mean.shown) continue;
    rows.push_back({one.mean.label, short_text(one.mean)});
    if (!linear) continue;
    const MeanScore *line = find(summary.linear, one.mean.name), *less = find(summary.difference, one.mean.name);
    rows.back().push_back(line != nullptr ? short_text(line->mean) : "-");
    rows.back().push_back(less != nullptr && less->mean.number ? metric::number_text(less->mean) : "-");
    rows.back().push_back(less != nullptr ? interval_text(less->mean) : "-");
  }
  return table_text(rows);
}

/// Of the metrics that have numbers: "accuracy": {"mean": ..., "low": ..., "high": ..., "spread": ..., "folds": 5}.
json::Value scores_json(const std::vector<MeanScore>& scores) {
  json::Object out;
  for (const MeanScore& one : scores) {
    if (one.mean.table) {
      metric::put(out, {one.mean});
      continue;
    }
    json::Object of{{"mean", one.mean.number ? json::Value(*one.mean.number) : json::Value()}, {"folds", one.folds}};
    of["low"] = one.mean.interval ? json::Value(one.mean.interval->low) : json::Value();
    of["high"] = one.mean.interval ? json::Value(one.mean.interval->high) : json::Value();
    of["spread"] = one.folds > 1 ? json::Value(one.spread) : json::Value();
    out[one.mean.name] = of;
  }
  return out;
}

json::Value fold_json(const FoldResult& fold) {
  json::Array notes;
  for (const std::string& note : fold.notes) notes.emplace_back(note);
  json::Object out{{"rows", fold.model.rows},
                   {"learnt", fold.learnt},
                   {"steps", fold.steps},
                   {"seconds", fold.seconds},
                   {"chosen", fold.chosen.empty() ? json::Value() : json::Value(fold.chosen)},
                   {"model", report::to_json(fold.model)},
                   {"guess", report::guess_to_json(fold.guess)},
                   {"notes", notes}};
  out["linear"] = fold.linear ? report::guess_to_json(*fold.linear) : json::Value();
  return out;
}

/// The first number that people are shown, without its label.
std::string first_text(const Evaluation& of) {
  const auto first = std::find_if(of.metrics.begin(), of.metrics.end(),
                                  [](const metric::Result& one) { return one.shown && !one.table; });
  return first == of.metrics.end() ? "-" : short_text(*first);
}

}  // namespace

std::string fold_text(const FoldResult& fold, std::size_t number, std::size_t count) {
  const std::string total = std::to_string(count);
  std::string out = "fold " + report::left_padded(std::to_string(number), total.size()) + "/" + total + "  " +
                    report::short_metric_text(fold.model) + "; trivial " + first_text(fold.guess);
  if (fold.linear) out += "; linear " + first_text(*fold.linear);
  out += "; " + counted(fold.model.rows, "row") + ", learnt from " + report::grouped(fold.learnt);
  return out + (fold.chosen.empty() ? "" : ": " + fold.chosen) + "\n";
}

std::string summary_text(const CrossValidation& of) {
  const Summary summary = summarize(of);
  std::string out = "\n" + means_text(of, summary) + "\n" + beside_text(summary);
  Evaluation tables;
  for (const MeanScore& one : summary.model) {
    if (one.mean.table) tables.metrics.push_back(one.mean);
  }
  constexpr std::size_t widest = 20;
  const bool narrow = std::all_of(tables.metrics.begin(), tables.metrics.end(),
                                  [](const metric::Result& one) { return one.table->columns.size() <= widest; });
  if (!tables.metrics.empty() && (narrow || of.said.metrics)) out += "\n" + report::metric_table(tables);
  return out +
         "\nintervals: corrected resampled t (Nadeau and Bengio 2003), since folds share rows that are learnt from\n";
}

json::Value to_json(const CrossValidation& of) {
  const Summary summary = summarize(of);
  json::Array folds, notes;
  for (const FoldResult& fold : of.results) folds.push_back(fold_json(fold));
  for (const data::Note& note : of.notes) notes.emplace_back(note.text);
  json::Object out{{"schema", "gradus.cv/1"},
                   {"data", of.data},
                   {"rows", of.rows},
                   {"folds", of.folds},
                   {"repeats", of.repeats},
                   {"seed", static_cast<std::int64_t>(of.seed)},
                   {"split_by", of.by},
                   {"settings", settings_json(of.said)},
                   {"interval", "corrected resampled t (Nadeau and Bengio 2003), 95 %"},
                   {"results", folds},
                   {"mean", scores_json(summary.model)},
                   {"guess", scores_json(summary.guess)},
                   {"notes", notes}};
  out["linear"] = summary.linear.empty() ? json::Value() : scores_json(summary.linear);
  out["model_minus_linear"] = summary.linear.empty() ? json::Value() : scores_json(summary.difference);
  return out;
}

}  // namespace gradus::cli
