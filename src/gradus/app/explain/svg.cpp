#include "gradus/app/explain/svg.hpp"

#include <algorithm>

#include "gradus/app/explain/layout.hpp"
#include "gradus/app/explain/names.hpp"
#include "gradus/app/explain/text_lines.hpp"

namespace gradus::explain {
namespace {

constexpr double column = 200, row = 86, margin = 70, half_width = 46, half_height = 21;
constexpr std::size_t most_nodes = 400;

constexpr const char* style = R"(<style>
text { font-family: system-ui, sans-serif; font-size: 13px; fill: #1b1f24; text-anchor: middle }
.small { font-size: 11px; fill: #57606a }
.value, .gradient { font-size: 12px; paint-order: stroke; stroke: #fff; stroke-width: 4px }
.value { fill: #0b57b0 } .gradient { fill: #b3261e }
.node { fill: #f6f8fa; stroke: #57606a }
.edge { fill: none; stroke: #8c959f }
@media (prefers-color-scheme: dark) {
svg { background: #14171a }
text { fill: #e6edf3 } .small { fill: #9aa4af }
.value, .gradient { stroke: #14171a } .value { fill: #79b8ff } .gradient { fill: #ff8f85 }
.node { fill: #22272e; stroke: #9aa4af } .edge { stroke: #7a838d }
}
</style>
)";

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

std::string shortened(const std::string& text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t end = longest - 1;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "\u2026";
}

std::string shown(ConstView value) {
  if (value.count() == 1) return short_number(value.number(), 5);
  return value.count() <= 2 ? short_value(value, 3) : to_string(value.shape());
}

std::string at(double x) { return short_number(static_cast<double>(static_cast<long>(x * 10)) / 10, 8); }
Point pixels(Point p) { return {margin + half_width + p.x * column, margin + p.y * row}; }

std::string text(const char* kind, double x, double y, const std::string& content) {
  return "<text class=\"" + std::string(kind) + "\" x=\"" + at(x) + "\" y=\"" + at(y) + "\">" + escaped(content) +
         "</text>\n";
}

/// A curve through the points, level where it leaves and arrives, and its labels after the first bend.
std::string edge_picture(const Explanation& e, const Edge& edge, const std::vector<Point>& points, double shift) {
  std::vector<Point> p;
  for (Point point : points) p.push_back(pixels(point));
  p.front().x += half_width, p.back().x -= half_width, p.back().y += shift;
  std::string path = "M" + at(p[0].x) + " " + at(p[0].y);
  for (std::size_t i = 1; i < p.size(); ++i) {
    const double bend = (p[i].x - p[i - 1].x) * 0.45;
    path += " C" + at(p[i - 1].x + bend) + " " + at(p[i - 1].y) + " " + at(p[i].x - bend) + " " + at(p[i].y) + " " +
            at(p[i].x) + " " + at(p[i].y);
  }
  const double x = (p[p.size() - 2].x + p.back().x) / 2, y = (p[p.size() - 2].y + p.back().y) / 2;
  std::string out = "<path class=\"edge\" marker-end=\"url(#arrow)\" d=\"" + path + "\"/>\n";
  const Node& from = e.nodes[static_cast<std::size_t>(edge.from)];
  if (from.kind != Node::Kind::constant) out += text("value", x, y - 6, shown(from.value));
  if (edge.contribution) out += text("gradient", x, y + 15, shown(*edge.contribution));
  return out;
}

/// How far from the middle of its node an edge arrives: from top to bottom as they come, so that they do not cross
/// there.
double arrival(const Explanation& e, const Layout& layout, std::size_t edge) {
  const auto from_row = [&](std::size_t i) { return layout.edges[i][layout.edges[i].size() - 2].y; };
  int above = 0, all = 0;
  for (std::size_t i = 0; i < e.edges.size(); ++i) {
    if (e.edges[i].to != e.edges[edge].to) continue;
    ++all;
    above += from_row(i) < from_row(edge) || (from_row(i) == from_row(edge) && i < edge);
  }
  return all > 1 ? (above - (all - 1) / 2.0) * std::min(18.0, 2 * half_height / all) : 0;
}

std::string node_picture(const Node& node, Point where, int id) {
  const Point p = pixels(where);
  std::string hover = node.kind == Node::Kind::operation ? node.name + " = " + node.expression : node.name;
  hover += ": value " + short_value(node.value);
  if (node.gradient) hover += ", gradient " + short_value(*node.gradient);
  std::string out = "<g id=\"node" + std::to_string(id) + "\"><title>" + escaped(hover) + "</title>\n";
  if (node.kind != Node::Kind::constant) {
    out += "<rect class=\"node\" x=\"" + at(p.x - half_width) + "\" y=\"" + at(p.y - half_height) + "\" width=\"" +
           at(2 * half_width) + "\" height=\"" + at(2 * half_height) + "\" rx=\"9\"/>\n";
  }
  const bool two = node.kind == Node::Kind::operation;
  out += text("name", p.x, p.y + (two ? -3 : 4), shortened(node.name, 11));
  if (two) out += text("small", p.x, p.y + 13, shortened(node.expression, 15));
  return out + "</g>\n";
}

/// The output's own value and gradient on a short line to the right.
std::string output_picture(const Node& node, Point where) {
  const Point p = pixels(where);
  const double x = p.x + half_width;
  std::string out = "<path class=\"edge\" marker-end=\"url(#arrow)\" d=\"M" + at(x) + " " + at(p.y) + " L" +
                    at(x + 64) + " " + at(p.y) + "\"/>\n";
  out += text("value", x + 30, p.y - 6, shown(node.value));
  if (node.gradient) out += text("gradient", x + 30, p.y + 15, shown(*node.gradient));
  return out;
}

}  // namespace

std::string to_svg(const Explanation& e) {
  if (e.nodes.size() > most_nodes) {
    throw UserError(Fault::usage, Report{"--svg", std::to_string(e.nodes.size()) + " nodes",
                                         "at most " + std::to_string(most_nodes), "--dot, or a part of the formula"});
  }
  const Layout layout = lay_out(e);
  const double width = 2 * margin + 2 * half_width + (layout.columns - 1) * column + 60;
  const double height = 2 * margin + (layout.rows - 1) * row + 24;
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"" + at(width) + "\" height=\"" +
                    at(height) + "\" viewBox=\"0 0 " + at(width) + " " + at(height) + "\">\n<title>" +
                    escaped(e.title) + "</title>\n" + style;
  out +=
      "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
      "orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\" fill=\"#8c959f\"/></marker></defs>\n";
  for (std::size_t i = 0; i < e.edges.size(); ++i) {
    out += edge_picture(e, e.edges[i], layout.edges[i], arrival(e, layout, i));
  }
  for (std::size_t i = 0; i < e.nodes.size(); ++i)
    out += node_picture(e.nodes[i], layout.nodes[i], static_cast<int>(i));
  const auto output = static_cast<std::size_t>(e.output);
  out += output_picture(e.nodes[output], layout.nodes[output]);
  out += "<text class=\"small\" style=\"text-anchor:start\" x=\"16\" y=\"" + at(height - 12) +
         "\">above an edge: the value; below: the gradient that comes back through it</text>\n";
  return out + "</svg>\n";
}

}  // namespace gradus::explain
