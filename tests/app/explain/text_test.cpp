#include "gradus/app/explain/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "gradus/app/explain/annotate.hpp"
#include "gradus/app/explain/dot.hpp"
#include "gradus/app/explain/json_document.hpp"
#include "gradus/app/explain/layout.hpp"
#include "gradus/app/explain/svg.hpp"
#include "gradus/app/explain/text_lines.hpp"

namespace gradus::explain {
namespace {

Explanation lecture() { return annotate(parse_formula("(2*x + y^2) * z^3", parse_variables("x=4,y=3,z=2"))); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Text, SpellsOutEveryProduct) {
  const std::string text = to_text(lecture());
  EXPECT_TRUE(contains(text, "  v3  v1 + v2  17\n")) << text;
  EXPECT_TRUE(contains(text, "to z: df/dv4 * dv4/dz = 17 * 12 = 204  (reads z=2)\n")) << text;
  EXPECT_TRUE(contains(text, "  df/dz = 204\n")) << text;
}

void expect_width(const std::string& text, std::size_t width) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    EXPECT_LE(shown_width(text.substr(begin, end - begin)), width) << text.substr(begin, end - begin);
    begin = end + 1;
  }
}

TEST(Text, Fits80Columns) {
  expect_width(to_text(lecture()), 80);
  const std::string formula =
      "a_rather_long_name_of_a_value = sigmoid(W@another_rather_long_name_of_a_vector) + 123456.789*W;"
      "sum(a_rather_long_name_of_a_value^2)";
  const auto values =
      parse_variables("W=[1 2 3; 4 5 6; 7 8 9], another_rather_long_name_of_a_vector=[0.123456789;2;3]");
  expect_width(to_text(annotate(parse_formula(formula, values))), 80);
}

TEST(Text, ColorOnlyWhenAsked) {
  EXPECT_FALSE(contains(to_text(lecture()), "\033"));
  EXPECT_TRUE(contains(to_text(lecture(), {.color = true}), "\033[31m204\033[0m"));
}

TEST(Text, LongWordsAreBroken) {
  const std::string text = wrapped("  ", std::string(200, 'x'), 4, 80);
  EXPECT_EQ(std::count(text.begin(), text.end(), 'x'), 200);
  for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1)
    EXPECT_LE(text.find('\n', begin) - begin, 80u);
}

TEST(Json, HasEveryNumber) {
  const Explanation e = lecture();
  const json::Value document = json::parse(json::write(to_json(e, {e.variables[0]})), "test");
  EXPECT_EQ(document.at("schema").text(), "gradus.explain/1");
  ASSERT_EQ(document.at("nodes").array().size(), e.nodes.size());
  EXPECT_EQ(document.at("nodes").array()[static_cast<std::size_t>(e.output)].at("value").at("data").numbers()[0], 136);
  EXPECT_EQ(document.at("paths").array()[0].at("sum").number(), 16);
  EXPECT_EQ(document.at("paths").array()[0].at("paths").array()[0].at("factors").numbers(),
            (std::vector<double>{8, 1, 2}));
}

TEST(Dot, NamesNodesAndEdges) {
  const std::string text = to_dot(lecture());
  EXPECT_TRUE(contains(text, "v3 = v1 + v2\\nvalue 17\\ngradient 8")) << text;
}

TEST(Svg, ValueAboveAndGradientBelowTheEdge) {
  const std::string text = to_svg(lecture());
  const auto y_of = [&](const std::string& kind, const std::string& number) {
    const auto end = text.find("\">" + number + "</text>", text.find("class=\"" + kind + "\""));
    const auto begin = text.rfind("y=\"", end);
    return std::stod(text.substr(begin + 3));
  };
  EXPECT_LT(y_of("value", "136"), y_of("gradient", "1"));
  EXPECT_EQ(text.substr(text.size() - 7), "</svg>\n");
}

TEST(Svg, EscapesNames) {
  Explanation e = lecture();
  e.title = "a<b & \"c\"";
  EXPECT_TRUE(contains(to_svg(e), "<title>a&lt;b &amp; &quot;c&quot;</title>"));
}

TEST(Layout, NodesDoNotOverlapAndEdgesGoRight) {
  const Explanation e =
      annotate(parse_formula("a = x*y; b = a+x; c = a*b; d = c - x; sum(d*a + b)", parse_variables("x=2,y=3")));
  const Layout layout = lay_out(e);
  for (std::size_t i = 0; i < e.nodes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool same_column = layout.nodes[i].x == layout.nodes[j].x;
      EXPECT_TRUE(!same_column || std::abs(layout.nodes[i].y - layout.nodes[j].y) >= 1 - 1e-9) << i << " " << j;
    }
  }
  for (const auto& points : layout.edges) {
    for (std::size_t i = 1; i < points.size(); ++i) EXPECT_EQ(points[i].x, points[i - 1].x + 1);
  }
}

}  // namespace
}  // namespace gradus::explain
