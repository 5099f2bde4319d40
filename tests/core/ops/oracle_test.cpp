// Values and gradients that PyTorch gives, in oracle.txt (written by oracle.py).
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/all.hpp"
#include "gradus/core/ops/parse.hpp"
#include "tests/support/numbers.hpp"
#include "tests/support/paths.hpp"

namespace gradus {
namespace {

struct FormulaBlock {
  int line = 0;
  std::string text;
};

/// The graphs of the file, which blank lines part.
std::vector<FormulaBlock> read_blocks() {
  std::ifstream file(GRADUS_TEST_DATA "/core/ops/oracle.txt");
  std::vector<FormulaBlock> blocks(1);
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty()) {
      blocks.push_back({number + 1, {}});
    } else {
      blocks.back().text += line + "\n";
    }
  }
  blocks.pop_back();
  return blocks;
}

enum class Zeros { same_sign, any_sign };

void expect_near(const Tensor& found, const Tensor& expected, Zeros zeros, const std::string& what) {
  ASSERT_EQ(found.type(), expected.type()) << what;
  for (std::int64_t i = 0; i < found.count(); ++i) {
    const double tolerance = found.dtype() == DType::f32 ? 1e-7 : 1e-14;
    EXPECT_LE(test::difference(found.number(i), expected.number(i)), tolerance)
        << what << ", element " << i << ": " << print_number(found.number(i)) << " for "
        << print_number(expected.number(i));
    if (zeros == Zeros::same_sign && found.number(i) == 0) {
      EXPECT_EQ(std::signbit(found.number(i)), std::signbit(expected.number(i))) << what << ", element " << i;
    }
  }
}

TEST(Oracle, AgreesInValuesAndGradients) {
  const auto blocks = read_blocks();
  ASSERT_GT(blocks.size(), 150u);
  for (const FormulaBlock& block : blocks) {
    SCOPED_TRACE("oracle.txt:" + std::to_string(block.line) + "\n" + block.text.substr(0, 600));
    Graph graph = parse(block.text, "oracle.txt");
    const Value y = graph.find_output("y"), dy = graph.find_output("dy");
    expect_near(interpret({y}, {})[0], graph.find_output("expected y").node().attrs.literal("value"), Zeros::same_sign,
                "y");
    if (!dy) continue;
    for (int i = 0; i < y.id; ++i) {
      const Value expected = graph.find_output("gradient " + std::to_string(i));
      if (!expected) continue;
      const Value found = gradient(y, {graph.value(i)}, dy)[0];
      expect_near(interpret({found}, {})[0], interpret({expected}, {})[0], Zeros::any_sign,
                  "gradient " + std::to_string(i));
    }
  }
}

TEST(Oracle, HasEveryOp) {
  std::set<std::string_view> there;
  for (const FormulaBlock& block : read_blocks()) {
    const Graph graph = parse(block.text, "oracle.txt");
    for (const Node& node : graph.nodes()) there.insert(node.op->name);
  }
  for (const Op* op : all_ops()) {
    if (op == &input_op || op->traits.random) continue;  // random numbers have a test of their own
    EXPECT_TRUE(there.count(op->name)) << op->name << " is missing: add it to oracle.py";
  }
}

}  // namespace
}  // namespace gradus
