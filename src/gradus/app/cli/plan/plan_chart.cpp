#include "gradus/app/cli/plan/plan_chart.hpp"

#include <algorithm>

#include "gradus/app/report/numbers.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/engine/cpu/plan/lifetimes.hpp"

namespace gradus::cli {
namespace {

constexpr std::size_t most_lines = 16;

struct Row {
  const Buffer* buffer;
  Lifetime life;
};

std::vector<Row> planned(const Plan& plan, Home home) {
  const std::vector<Lifetime> lives = lifetimes(plan);
  std::vector<Row> rows;
  for (std::size_t b = 0; b < plan.buffers.size(); ++b) {
    if (plan.buffers[b].home == home && lives[b].first >= 0) rows.push_back({&plan.buffers[b], lives[b]});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.buffer->bytes > b.buffer->bytes; });
  return rows;
}

/// Columns of the time line: each stands for `per` steps; a region begins with "|".
struct TimeLine {
  std::vector<int> starts;
  int per = 1;

  std::string bar(Lifetime life, const char* mark) const {
    std::string out;
    for (std::size_t r = 0; r + 1 < starts.size(); ++r) {
      out += '|';
      for (int at = starts[r]; at < starts[r + 1]; at += per) {
        const int end = std::min(at + per, starts[r + 1]);
        if (life.first < end && life.last >= at) out += mark;
        else out += ' ';
      }
    }
    return out + '|';
  }
};

TimeLine time_line(const Plan& plan, std::size_t columns) {
  TimeLine line{region_starts(plan)};
  const auto used = [&] { return report::columns(line.bar({}, " ")); };
  while (used() > columns && line.per < line.starts.back()) ++line.per;
  return line;
}

std::string chart_of(const Plan& plan, Home home, const std::string& title, std::size_t width, const char* bar) {
  using report::left_padded;
  const std::vector<Row> rows = planned(plan, home);
  if (rows.empty()) return "";
  constexpr std::size_t left = 2 + 14 + 10 + 11 + 2;
  const TimeLine line = time_line(plan, width > left + 8 ? width - left : 8);
  std::string out = title + "\n  " + report::padded("buffer", 14) + left_padded("size", 10) +
                    left_padded("offset", 11) + "  steps 1 to " + std::to_string(line.starts.back()) +
                    ", regions between |\n";
  double rest = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Buffer& buffer = *rows[i].buffer;
    if (i >= most_lines) {
      rest += static_cast<double>(buffer.bytes);
      continue;
    }
    out += "  " + report::padded(report::cut(printable(buffer.name), 13), 14) +
           left_padded(report::bytes(static_cast<double>(buffer.bytes)), 10) +
           left_padded(report::grouped(static_cast<std::int64_t>(buffer.offset)), 11) + "  " +
           line.bar(rows[i].life, bar) + "\n";
  }
  if (rows.size() > most_lines) {
    out +=
        "  and " + std::to_string(rows.size() - most_lines) + " smaller ones, together " + report::bytes(rest) + "\n";
  }
  return out;
}

constexpr const char* style = R"(<style>
text { font-family: system-ui, sans-serif; font-size: 12px; fill: #1b1f24 }
.title { font-size: 15px; font-weight: 600 } .small { font-size: 11px; fill: #57606a }
rect { stroke: #ffffff; stroke-width: 1 } .ground { fill: #f6f8fa } .region { stroke: #8c959f; stroke-dasharray: 3 3 }
.label { font-size: 10px; fill: #10151a; pointer-events: none }
@media (prefers-color-scheme: dark) {
svg { background: #14171a } text { fill: #e6edf3 } .small { fill: #9aa4af }
rect { stroke: #14171a } .ground { fill: #22272e } .region { stroke: #7a838d } .label { fill: #10151a }
}
</style>
)";

constexpr const char* fills[] = {"#79b8ff", "#85e89d", "#ffd33d", "#f97583",
                                 "#b392f0", "#ffab70", "#7fd4d8", "#e1a3d0"};

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

std::string number(double value) {
  return report::short_number(static_cast<double>(static_cast<long>(value * 10)) / 10, 6);
}

std::string text_at(double x, double y, const char* kind, const std::string& content) {
  return "<text class=\"" + std::string(kind) + "\" x=\"" + number(x) + "\" y=\"" + number(y) + "\">" +
         escaped(content) + "</text>\n";
}

std::string rectangle(double x, double y, double width, double height, const std::string& attributes,
                      const std::string& inside) {
  return "<rect x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(width) + "\" height=\"" +
         number(height) + "\" " + attributes + ">" + inside + "</rect>\n";
}

/// One of the two memories, `top` pixels from the top.
struct Panel {
  Home home;
  std::string title;
  std::size_t bytes;
  double top;
};

constexpr double left = 20, width = 960, height = 300, head = 44;

std::string draw(const Plan& plan, const Panel& panel) {
  const std::vector<int> starts = region_starts(plan);
  const double steps = std::max(1, starts.back());
  const auto x = [&](double step) { return left + width * step / steps; };
  const double bottom = panel.top + head + height;
  const auto y = [&](double offset) {
    return bottom - height * offset / static_cast<double>(std::max<std::size_t>(panel.bytes, 1));
  };
  std::string out =
      text_at(left, panel.top + 16, "title", panel.title + ": " + report::bytes(static_cast<double>(panel.bytes)));
  out += rectangle(left, bottom - height, width, height, "class=\"ground\"", "");
  std::size_t index = 0;
  for (const Row& row : planned(plan, panel.home)) {
    const Buffer& buffer = *row.buffer;
    const double from = x(row.life.first), to = x(row.life.last + 1);
    const double high = y(static_cast<double>(buffer.offset + buffer.bytes)),
                 low = y(static_cast<double>(buffer.offset));
    const std::string name = printable(buffer.name) + " " + to_string(buffer.type);
    const std::string about = name + ": " + report::bytes(static_cast<double>(buffer.bytes)) + " at " +
                              report::grouped(static_cast<std::int64_t>(buffer.offset)) + ", steps " +
                              std::to_string(row.life.first + 1) + " to " + std::to_string(row.life.last + 1);
    out += rectangle(from, high, to - from, std::max(low - high, 1.0),
                     "fill=\"" + std::string(fills[index++ % std::size(fills)]) + "\"",
                     "<title>" + escaped(about) + "</title>");
    constexpr double line_height = 13, letter = 6;
    if (low - high >= line_height && to - from >= letter * static_cast<double>(name.size())) {
      out += text_at(from + 3, high + 11, "label", name);
    }
  }
  for (std::size_t r = 0; r + 1 < starts.size(); ++r) {
    const std::string at = number(x(starts[r]));
    out += "<line class=\"region\" x1=\"" + at + "\" x2=\"" + at + "\" y1=\"" + number(bottom - height) + "\" y2=\"" +
           number(bottom) + "\"/>\n";
    out += text_at(x(starts[r]) + 2, bottom - height - 6, "small", "region " + std::to_string(r + 1));
  }
  return out;
}

}  // namespace

std::string lifetime_chart(const Plan& plan, std::size_t columns, const char* bar) {
  return chart_of(plan, Home::arena, "values that cross regions", columns, bar) +
         chart_of(plan, Home::local, "values of one block, in the memory of each thread", columns, bar);
}

std::string plan_picture(const Plan& plan, const std::string& title) {
  constexpr double first = 40, panel = head + height + 26;
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1000 " + number(first + 2 * panel) +
                    "\" role=\"img\">\n<title>" + escaped(title) + "</title>\n" + style;
  out += text_at(left, 26, "title", title);
  out += draw(plan, {Home::arena, "shared by the threads", plan.arena_bytes, first});
  out += draw(plan, {Home::local, "of each thread", plan.local_bytes, first + panel});
  return out + "</svg>\n";
}

}  // namespace gradus::cli
