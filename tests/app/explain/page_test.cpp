#include "gradus/app/explain/page.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/app/explain/annotate.hpp"

namespace gradus::explain {
namespace {

Explanation explained(const std::string& formula, const std::string& values) {
  return annotate(parse_formula(formula, parse_variables(values)));
}

std::size_t occurrences(const std::string& text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

TEST(Page, KeepsForeignTextFromEndingTheScript) {
  Explanation e = explained("2 * x", "x=3");
  e.title = "</script><script>alert(1)</script><!-- \" & '";
  e.nodes[0].name = "</SCRIPT><img src=x>";
  const std::string page = to_page(e);
  EXPECT_EQ(occurrences(page, "</script>"), 2U);
  EXPECT_EQ(occurrences(page, "</SCRIPT>"), 0U);
  EXPECT_EQ(occurrences(page, "<img"), 0U);
  EXPECT_EQ(occurrences(page, "<!--"), 0U);
}

TEST(Page, HasNoPlaceLeftToFill) {
  const std::string page = to_page(explained("2 * x", "x=3"));
  for (const char* place : {"@title@", "@style@", "@script@", "@data@", "@style-hash@", "@script-hash@"}) {
    EXPECT_EQ(occurrences(page, place), 0U) << place;
  }
}

TEST(Page, StoresAnArrayOnce) {
  const json::Value data = page_data(explained("x + y", "x=[1 2 3],y=[1 2 3]"));
  EXPECT_EQ(data.at("nodes").array()[0].at("value").array()[1].integer(),
            data.at("nodes").array()[1].at("value").array()[1].integer());
}

Explanation large(std::int64_t rows, std::int64_t columns) {
  Tensor value(DType::f64, {rows, columns});
  for (std::int64_t i = 0; i < value.count(); ++i) value.set(i, std::sin(static_cast<double>(i)));
  Explanation out;
  Node node;
  node.kind = Node::Kind::input, node.name = "w", node.op = &input_op, node.value = value, node.gradient = value;
  out.nodes.push_back(node);
  out.output = 0;
  return out;
}

// 4 characters an element (base64 of 3 bytes), the gradient is the same array: 400 KB, not 2 MB of digits.
TEST(Page, PacksLargeTensors) {
  const std::string text = json::write(page_data(large(1000, 100)));
  EXPECT_GT(text.size(), 400'000U);
  EXPECT_LT(text.size(), 401'000U);
}

TEST(Page, ThinsOutWhatIsTooLarge) {
  const json::Value data = page_data(large(3000, 1000));
  EXPECT_LT(json::write(data).size(), 1'100'000U);
  const json::Array& value = data.at("nodes").array()[0].at("value").array();
  EXPECT_EQ(value[0].array()[0].integer(), 3000);
  ASSERT_EQ(value.size(), 4U);
  EXPECT_LT(value[3].array()[0].integer(), 3000);
}

}  // namespace
}  // namespace gradus::explain
