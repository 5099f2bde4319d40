#include "gradus/app/explain/check_text.hpp"

#include <algorithm>
#include <cmath>

#include "gradus/app/explain/names.hpp"
#include "gradus/app/explain/second.hpp"
#include "gradus/app/explain/text_lines.hpp"

namespace gradus::explain {
namespace {

const char* verdict(const GradientCheckPart& part) {
  if (part.wrong > 0) return "WRONG";
  return part.cannot_tell > 0 ? "?" : part.kinks > 0 ? "kink" : "ok";
}

/// "(3,2)", from 1; the name of a scalar, "direction 1".
std::string place(const GradientCheckPart& part) {
  if (part.worst.element < 0 || part.shape.rank() == 0) return part.worst.place;
  return element_name("", part.shape, part.worst.element);
}

/// "64/100352" of a tensor that was sampled.
std::string checked(const GradientCheckPart& part) {
  const bool sampled = part.worst.element >= 0 && part.checked < part.elements;
  return std::to_string(part.checked) + (sampled ? "/" + std::to_string(part.elements) : "");
}

std::string cell(double number, int digits, std::size_t width) { return pad_left(short_number(number, digits), width); }

/// Where a number stands in the picture; errors of 0 are drawn at the bottom.
constexpr double left = 70, right = 600, top = 30, bottom = 330;
constexpr double least_error = 1e-16, most_error = 1;
double x_of(double epsilon, const EpsilonSweep& sweep) {
  double low = 1, high = -400;
  for (const EpsilonError& row : sweep.rows) {
    low = std::min(low, std::log10(row.epsilon)), high = std::max(high, std::log10(row.epsilon));
  }
  return left + (right - left) * (high > low ? (std::log10(epsilon) - low) / (high - low) : 0.5);
}
double y_of(double error) {
  const double power = std::log10(std::clamp(error, least_error, most_error));
  return bottom +
         (top - bottom) * (power - std::log10(least_error)) / (std::log10(most_error) - std::log10(least_error));
}

std::string at(double x) { return short_number(std::round(x * 10) / 10, 8); }

std::string curve(const EpsilonSweep& sweep, double EpsilonError::*error, std::size_t best, const char* kind) {
  std::string points, out;
  for (const EpsilonError& row : sweep.rows) points += at(x_of(row.epsilon, sweep)) + "," + at(y_of(row.*error)) + " ";
  if (!points.empty()) points.pop_back();
  out += std::string("<polyline class=\"") + kind + "\" points=\"" + points + "\"/>\n";
  for (std::size_t i = 0; i < sweep.rows.size(); ++i) {
    const EpsilonError& row = sweep.rows[i];
    out += std::string("<circle class=\"") + kind + (i == best ? " best" : "") + "\" cx=\"" +
           at(x_of(row.epsilon, sweep)) + "\" cy=\"" + at(y_of(row.*error)) + "\" r=\"" + (i == best ? "7" : "2.5") +
           "\"><title>epsilon " + short_number(row.epsilon, 3) + ", error " + short_number(row.*error, 4) +
           "</title></circle>\n";
  }
  return out;
}

constexpr const char* head =
    R"(<svg xmlns="http://www.w3.org/2000/svg" role="img" width="720" height="390" viewBox="0 0 720 390">
<title>Error of numeric derivatives against epsilon</title>
<style>
text { font-family: system-ui, sans-serif; font-size: 12px; fill: #1b1f24 }
line { stroke: #c8cdd2 } polyline, .best { fill: none; stroke-width: 2 }
.forward { stroke: #b3261e } .central { stroke: #0b57b0 }
@media (prefers-color-scheme: dark) {
svg { background: #14171a } text { fill: #e6edf3 } line { stroke: #3a424b }
.forward { stroke: #ff8f85 } .central { stroke: #79b8ff }
}
</style>
)";

std::string label(double x, double y, const std::string& text, const char* anchor) {
  return "<text x=\"" + at(x) + "\" y=\"" + at(y) + "\" text-anchor=\"" + anchor + "\">" + text + "</text>\n";
}

/// Why some could not be told, and what is known of those that are wrong.
std::string reasons(const GradientCheck& check) {
  std::string out;
  for (const GradientCheckPart& part : check.parts) {
    const bool told = part.wrong > 0 || part.cannot_tell > 0;
    if (!told || part.worst.because.empty()) continue;
    const bool direction = part.worst.element < 0;
    const std::string at = direction ? ", " + place(part) : part.shape.rank() == 0 ? "" : " " + place(part);
    const char* verdict = part.wrong > 0 ? "wrong, " : "cannot tell, because ";
    out += wrapped(std::string(part.wrong > 0 ? "WRONG" : "?    ") + "  ",
                   part.name + at + ": " + verdict + part.worst.because + ".", 7, 80);
  }
  const bool beside = !check.parts.empty() && check.parts.back().name.starts_with("beside");
  if (beside) out += "beside: the same rules with every input moved a little, off kinks and edges.\n";
  return out;
}

std::string sampling(const GradientCheck& check) {
  if (!check.sampled()) return "";
  std::int64_t all = 0;
  for (const GradientCheckPart& part : check.parts) all += part.worst.element >= 0 ? part.elements : 0;
  return wrapped("",
                 "Sampled: of large tensors the elements counted above, chosen by --seed; every direction moves all " +
                     std::to_string(all) + ". --elements 0 checks each one.",
                 0, 80);
}

std::string conclusion(const GradientCheck& check) {
  std::int64_t kinks = 0, cannot_tell = 0, wrong = 0;
  for (const GradientCheckPart& part : check.parts) {
    kinks += part.kinks, cannot_tell += part.cannot_tell, wrong += part.wrong;
  }
  std::string out;
  if (kinks > 0)
    out += std::to_string(kinks) + " at a kink: the slopes on both sides differ, the gradient lies between them.\n";
  if (wrong > 0) return out + std::to_string(wrong) + " WRONG: no slope there is the gradient.\n";
  if (cannot_tell > 0) return out + "Cannot tell for " + std::to_string(cannot_tell) + "; nothing else is wrong.\n";
  return out + "Gradients agree with central differences.\n";
}

}  // namespace

std::string check_text(const GradientCheck& check) {
  std::size_t names = 4, places = 11, counts = 7;
  for (const GradientCheckPart& part : check.parts) {
    names = std::max(names, shown_width(part.name)), places = std::max(places, shown_width(place(part)));
    counts = std::max(counts, checked(part).size());
  }
  std::string out = "       " + pad_right("what", names) + " " + pad_left("checked", counts) + " " +
                    pad_right("worst place", places) + "      exact    numeric abs err rel err\n";
  for (const GradientCheckPart& part : check.parts) {
    out += pad_right(verdict(part), 5) + "  " + pad_right(part.name, names) + " " + pad_left(checked(part), counts) +
           " " + pad_right(place(part), places) + " " + cell(part.worst.exact, 5, 10) + " " +
           cell(part.worst.numeric, 5, 10) + " " + cell(part.worst.absolute_error(), 2, 7) + " " +
           cell(part.worst.relative_error(), 2, 7) + "\n";
  }
  return out + reasons(check) + sampling(check) + conclusion(check);
}

std::string sweep_text(const EpsilonSweep& sweep) {
  std::string out = "exact derivative " + short_number(sweep.exact, 15) + "\n";
  out += "epsilon  forward difference       error  central difference       error\n";
  for (std::size_t i = 0; i < sweep.rows.size(); ++i) {
    const EpsilonError& row = sweep.rows[i];
    out += pad_left(short_number(row.epsilon, 3), 7) + "  " + cell(row.forward, 12, 18) + "  " +
           cell(row.forward_error, 3, 10) + (i == sweep.best_forward ? "*" : " ") + " " + cell(row.central, 12, 18) +
           "  " + cell(row.central_error, 3, 10) + (i == sweep.best_central ? "*" : "") + "\n";
  }
  return out +
         "* least error. Large epsilons err by the formula (epsilon, epsilon^2), small ones by rounding (1/epsilon).\n";
}

std::string sweep_svg(const EpsilonSweep& sweep) {
  std::string out = head;
  for (int power = 0; power >= -16; power -= 4) {
    const double y = y_of(std::pow(10.0, power));
    out += "<line x1=\"" + at(left) + "\" x2=\"" + at(right) + "\" y1=\"" + at(y) + "\" y2=\"" + at(y) + "\"/>\n";
    out += label(left - 8, y + 4, "1e" + std::to_string(power), "end");
  }
  for (std::size_t i = 0; i < sweep.rows.size(); i += 2) {
    out += label(x_of(sweep.rows[i].epsilon, sweep), bottom + 18, short_number(sweep.rows[i].epsilon, 2), "middle");
  }
  out += label((left + right) / 2, bottom + 40, "epsilon", "middle") + label(left - 8, top - 12, "error", "end");
  out += curve(sweep, &EpsilonError::forward_error, sweep.best_forward, "forward");
  out += curve(sweep, &EpsilonError::central_error, sweep.best_central, "central");
  out += "<line class=\"forward\" x1=\"612\" x2=\"632\" y1=\"60\" y2=\"60\"/>\n" + label(638, 64, "forward", "start");
  out += "<line class=\"central\" x1=\"612\" x2=\"632\" y1=\"80\" y2=\"80\"/>\n" + label(638, 84, "central", "start");
  return out + label(612, 108, "circle: least error", "start") + "</svg>\n";
}

}  // namespace gradus::explain
