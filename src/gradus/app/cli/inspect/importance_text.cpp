#include "gradus/app/cli/inspect/importance_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradus/app/report/numbers.hpp"
#include "gradus/core/base/error.hpp"

namespace gradus::cli {
namespace {

constexpr std::size_t widest = 40;

std::string number(double x) { return fmt::format("{:.4f}", x); }

/// The output whose mean moves most, and between what.
struct Moving {
  std::size_t output = 0;
  double low = 0, high = 0;
};

Moving most_moving(const Dependence& dependence) {
  Moving out;
  for (std::size_t k = 0; !dependence.means.empty() && k < dependence.means.front().size(); ++k) {
    double low = INFINITY, high = -INFINITY;
    for (const auto& means : dependence.means) low = std::min(low, means[k]), high = std::max(high, means[k]);
    // Of two classes the second, though both move alike.
    if (k == 0 || high - low >= out.high - out.low) out = {k, low, high};
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

std::string shown(const std::string& name) { return report::cut(printable(name), widest); }

std::string heading(const Dependence& dependence, const std::vector<std::string>& outputs) {
  const Moving moving = most_moving(dependence);
  const bool classes = outputs.size() > 1;
  return (classes ? "probability of " : "mean ") + shown(outputs[std::min(moving.output, outputs.size() - 1)]) +
         " by " + shown(dependence.column);
}

/// Bars from 0, with the interval as a line; one a column.
std::string bars(const Importance& importance) {
  constexpr double left = 220, width = 460, step = 26;
  double most = 1e-12;
  for (const ColumnImportance& one : importance.columns) most = std::max({most, one.high, std::fabs(one.low)});
  std::string out = fmt::format("<svg viewBox=\"0 0 760 {:.0f}\" role=\"img\">\n",
                                step * static_cast<double>(importance.columns.size()) + 6);
  double y = 4;
  for (const ColumnImportance& one : importance.columns) {
    const auto at = [&](double x) { return left + width * std::max(0.0, x) / most; };
    out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>", left - 8, y + 14,
                       escaped(shown(one.column)));
    out +=
        fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"16\"/>", left, y, at(one.fall) - left);
    out += fmt::format("<path d=\"M{:.1f} {:.1f}H{:.1f}\"/>", at(one.low), y + 8, at(one.high));
    out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", at(one.high) + 6, y + 14, number(one.fall));
    y += step;
  }
  return out + "</svg>\n";
}

std::string curve(const Dependence& dependence) {
  const Moving moving = most_moving(dependence);
  const double span = moving.high > moving.low ? moving.high - moving.low : 1;
  const auto last = static_cast<double>(std::max<std::size_t>(dependence.cells.size(), 2) - 1);
  std::string out = "<svg viewBox=\"0 0 760 240\" role=\"img\">\n", line;
  for (std::size_t i = 0; i < dependence.cells.size(); ++i) {
    const double x = 90 + 600 * static_cast<double>(i) / last;
    const double y = 190 - 160 * (dependence.means[i][moving.output] - moving.low) / span;
    line += fmt::format("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", x, y);
    out +=
        fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\"><title>{}: {}</title></circle>", x, y,
                    escaped(printable(dependence.cells[i])), report::short_number(dependence.means[i][moving.output]));
    out += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x, i % 2 == 0 ? 212 : 230,
                       escaped(report::cut(printable(dependence.cells[i]), 14)));
  }
  out += fmt::format("<path class=\"line\" d=\"{}\"/>\n", line);
  out += fmt::format("<text x=\"80\" y=\"34\" text-anchor=\"end\">{}</text>", report::short_number(moving.high));
  out += fmt::format("<text x=\"80\" y=\"194\" text-anchor=\"end\">{}</text>\n", report::short_number(moving.low));
  return out + "</svg>\n";
}

std::string summary(const Importance& importance) {
  return importance.score + " " + number(importance.whole) + " on " + report::counted(importance.rows, "row") +
         "; how much it falls where the cells of a column are in another order (mean of " +
         std::to_string(importance.repeats) + ", 95 % interval)";
}

}  // namespace

std::string importance_text(const Importance& importance, const std::vector<std::string>& outputs) {
  std::size_t width = 6;
  for (const ColumnImportance& one : importance.columns) width = std::max(width, report::columns(shown(one.column)));
  std::string out = summary(importance) + "\n\n" + report::padded("column", width) + "     falls   interval\n";
  for (const ColumnImportance& one : importance.columns) {
    out += report::padded(shown(one.column), width) + report::left_padded(number(one.fall), 10) + "   " +
           number(one.low) + " to " + number(one.high) + "\n";
  }
  for (const Dependence& dependence : importance.dependences) {
    if (dependence.cells.empty()) continue;
    const Moving moving = most_moving(dependence);
    out += "\n" + heading(dependence, outputs) + ", all else as it is\n";
    std::size_t cells = 0;
    for (const std::string& cell : dependence.cells) cells = std::max(cells, report::columns(shown(cell)));
    for (std::size_t i = 0; i < dependence.cells.size(); ++i) {
      out += "  " + report::padded(shown(dependence.cells[i]), cells) + "  " +
             report::short_number(dependence.means[i][moving.output]) + "\n";
    }
  }
  return out;
}

json::Value importance_json(const Importance& importance, const std::vector<std::string>& outputs) {
  json::Array columns, dependences;
  for (const ColumnImportance& one : importance.columns) {
    columns.push_back(json::Object{{"column", one.column}, {"fall", one.fall}, {"low", one.low}, {"high", one.high}});
  }
  for (const Dependence& one : importance.dependences) {
    json::Array means;
    for (const auto& at : one.means) means.emplace_back(json::Array(at.begin(), at.end()));
    dependences.push_back(json::Object{
        {"column", one.column}, {"cells", json::Array(one.cells.begin(), one.cells.end())}, {"means", means}});
  }
  return json::Object{{"schema", "gradus.importance/1"},
                      {"score", importance.score},
                      {"whole", importance.whole},
                      {"rows", importance.rows},
                      {"repeats", std::int64_t{importance.repeats}},
                      {"outputs", json::Array(outputs.begin(), outputs.end())},
                      {"columns", columns},
                      {"dependences", dependences}};
}

std::string importance_page(const Importance& importance, const std::vector<std::string>& outputs,
                            const std::string& title) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n<title>" +
      escaped(printable(title)) +
      "</title>\n<style>body{font:15px/1.5 system-ui,sans-serif;max-width:800px;margin:2em auto;padding:0 "
      "1em;color:#222}"
      "svg{width:100%;font-size:12px}rect,circle{fill:#4878a8}path{stroke:#222;fill:none}"
      ".line{stroke:#4878a8;stroke-width:2}</style></head>\n<body>\n<h1>" +
      escaped(printable(title)) + "</h1>\n<p>" + escaped(summary(importance)) + ".</p>\n" + bars(importance);
  for (const Dependence& dependence : importance.dependences) {
    if (dependence.cells.empty()) continue;
    out += "<h2>" + escaped(heading(dependence, outputs)) + "</h2>\n" + curve(dependence);
  }
  return out + "</body></html>\n";
}

}  // namespace gradus::cli
