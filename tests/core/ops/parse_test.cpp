#include "gradus/core/ops/parse.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/graph/verify.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus {
namespace {

/// The message that parsing `text` gives.
std::string refusal(std::string_view text) {
  try {
    parse(text);
  } catch (const UserError& error) {
    EXPECT_EQ(error.fault(), Fault::data);
    return error.what();
  }
  return "";
}

constexpr char head[] = "%0 = input {name=\"x\", type=f32[2,3]} : f32[2,3]\n";

TEST(Parse, ReadsWhatPrintWrites) {
  Graph g;
  const Value x = g.input("x \"1\" \\x41 \t\x01 \xc3\xa4", {2}, DType::f64);
  Value y = x;
  const std::vector<double> numbers{0.0, -0.0, INFINITY, -INFINITY, NAN, 0.1, 1e-308, 1.7976931348623157e308};
  y = y + g.constant(Tensor::from({4, 2}, numbers));
  g.constant(Tensor::from({3}, {0.1, 3.4e38, -1e-38}, DType::f32));
  Tensor whole(DType::i64, {2});
  whole.as<std::int64_t>()[0] = std::numeric_limits<std::int64_t>::min();
  whole.as<std::int64_t>()[1] = (std::int64_t{1} << 53) + 1;
  g.constant(whole);
  g.constant(Tensor::from({2}, {0, 255}, DType::u8));
  g.constant(Tensor(DType::i32, {0, 3}));
  g.name_node(y, "a label, with # and @");
  g.output("out\nput", y);
  const std::string text = print(g);
  Graph again = parse(text);
  EXPECT_EQ(print(again), text);
  EXPECT_EQ(again.find_input("x \"1\" \\x41 \t\x01 \xc3\xa4").id, 0);
  EXPECT_EQ(again.outputs()[0].name, "out\nput");
  for (int id = 0; id < g.size(); ++id) {
    EXPECT_TRUE(id == 1 || again.node(id).attrs == g.node(id).attrs) << id;  // 1 holds a NaN
  }
  EXPECT_TRUE(std::signbit(again.node(1).attrs.literal("value").number(1)));
}

TEST(Parse, AllowsCommentsBlankLinesAndCarriageReturns) {
  const Graph g =
      parse("# a graph\r\n\n%0 = input {name=\"#x\", type=f32[]} : f32[] # no label\r\n\n  output %0 \"y\"");
  EXPECT_EQ(g.size(), 1);
  EXPECT_EQ(g.outputs().size(), 1u);
  EXPECT_EQ(parse("").size(), 0);
}

TEST(Parse, SaysWhereAndSuggests) {
  EXPECT_EQ(refusal(std::string(head) + "%1 = sofmax %0 {axis=1} : f32[2,3]\n"),
            "graph:2:6: op: found \"sofmax\"; expected one of `gradus ops`; try: softmax");
  EXPECT_NE(
      refusal(std::string(head) + "%1 = softmax %0 {axis=2} : f32[2,3]\n").find("graph:2:6: softmax: found axis 2"),
      std::string::npos);
  EXPECT_NE(
      refusal(std::string(head) + "%1 = exp %0 : f32[3]\n").find("graph:2:15: found \"f32[3]\"; expected f32[2,3]"),
      std::string::npos);
  EXPECT_NE(refusal(std::string(head) + "%1 = exp %1 : f32[3]\n").find("graph:2:11"), std::string::npos);
}

TEST(Parse, RefusesWhatIsNoGraph) {
  const std::string lines[] = {"x",
                               "%",
                               "%0",
                               "%0 =",
                               "%1 = iota {axis=0, type=i64[2]} : i64[2]",
                               "%0 = iota",
                               "%0 = iota {axis=0} : i64[2]",
                               "%0 = iota {axis=0, axis=0, type=i64[2]} : i64[2]",
                               "%0 = iota {axis=1.5, type=i64[2]} : i64[2]",
                               "%0 = iota {axis=\"0\", type=i64[2]} : i64[2]",
                               "%0 = iota {axis=99999999999999999999, type=i64[2]} : i64[2]",
                               "%0 = iota {axis=0, type=i64} : i64[2]",
                               "%0 = iota {axis=0, type=i64[-2]} : i64[-2]",
                               "%0 = iota {axis=0, type=i64[9999999999,9999999999]} : i64[2]",
                               "%0 = iota {axis=0, type=i64[1,1,1,1,1,1,1,1,1]} : i64[2]",
                               "%0 = iota {axis=0, type=i64[2]} : i64[2] @ x",
                               "%0 = iota {axis=0, type=i64[2]} : i64[2] @ \"x",
                               "%0 = iota {axis=0 type=i64[2]} : i64[2]",
                               "%0 = iota {axis=0, type=i64[2]} : i64[2] more",
                               "%0 = constant {value=f32[2](1)} : f32[2]",
                               "%0 = constant {value=f32[2](1 2 3)} : f32[2]",
                               "%0 = constant {value=f32[1000000000000](1)} : f32[1000000000000]",
                               "%0 = constant {value=u8[1](256)} : u8[1]",
                               "%0 = constant {value=u8[1](0.5)} : u8[1]",
                               "%0 = constant {value=f64[1](1e999)} : f64[1]",
                               "%0 = constant {value=bf16[1](1 2)} : bf16[1]",
                               "%0 = constant {value=f32[1]} : f32[1]",
                               "%0 = constant {value=1} : f32[1]",
                               "%0 = input {name=\"\", type=f32[1]} : f32[1]",
                               "%0 = input {name=1, type=f32[1]} : f32[1]",
                               "%0 = input {type=f32[1]} : f32[1]",
                               "%0 = input {name=\"a\\q\", type=f32[1]} : f32[1]",
                               "%0 = input {name=\"a\\xg0\", type=f32[1]} : f32[1]",
                               "output %0 \"y\"",
                               "outputs",
                               "%-1 = iota {axis=0, type=i64[2]} : i64[2]",
                               "%99999999999999 = iota {axis=0, type=i64[2]} : i64[2]"};
  for (const std::string& line : lines) {
    const std::string found = refusal(line);
    EXPECT_TRUE(found.starts_with("graph:1:")) << line << "\n" << found;
  }
}

TEST(Parse, RefusesNamesThatAreTaken) {
  const std::string twice = std::string(head) + "%1 = input {name=\"x\", type=f32[]} : f32[]\n";
  EXPECT_TRUE(refusal(twice).starts_with("graph:2:")) << refusal(twice);
  const std::string outputs = std::string(head) + "output %0 \"y\"\noutput %0 \"y\"\n";
  EXPECT_TRUE(refusal(outputs).starts_with("graph:3:")) << refusal(outputs);
}

TEST(Parse, RefusesThousandsOfAttributes) {
  std::string text = "%0 = iota {a0=1";
  for (int i = 1; i < 5000; ++i) text += ", a" + std::to_string(i) + "=1";
  EXPECT_NE(refusal(text + "} : i64[2]").find("fewer attributes"), std::string::npos);
}

// Every prefix, and every text with one byte changed, is read or refused.
TEST(Parse, SurvivesDamage) {
  Graph g;
  const Value x = g.input("x", {2}, DType::f64);
  g.output("y", exp(x) + g.constant(Tensor::from({2}, {1, -2.5e-3})));
  const std::string text = print(g);
  for (std::size_t i = 0; i < text.size(); ++i) {
    refusal(text.substr(0, i));
    for (char c : {'\0', '"', '9', '-', '[', '\n', '\xff', '%', '\\'}) {
      std::string damaged = text;
      damaged[i] = c;
      try {
        const Graph read = parse(damaged);
        verify(read);
        EXPECT_EQ(print(parse(print(read))), print(read));
      } catch (const UserError&) {
      }
    }
  }
}

}  // namespace
}  // namespace gradus
