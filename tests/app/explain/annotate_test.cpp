#include "gradus/app/explain/annotate.hpp"

#include <gtest/gtest.h>

#include "gradus/app/explain/text.hpp"

namespace gradus::explain {
namespace {

Explanation explain(const std::string& formula, const std::string& at, const AnnotateOptions& options = {}) {
  return annotate(parse_formula(formula, parse_variables(at)), options);
}

const Node& node(const Explanation& e, const std::string& name) {
  return e.nodes[static_cast<std::size_t>(find_node(e, name, "test"))];
}

const Edge& edge(const Explanation& e, const std::string& from, const std::string& to) {
  for (const Edge& candidate : e.edges) {
    if (e.nodes[static_cast<std::size_t>(candidate.from)].name == from &&
        e.nodes[static_cast<std::size_t>(candidate.to)].name == to) {
      return candidate;
    }
  }
  throw InternalError("no such edge");
}

// The numbers are those of the slides (worked example 001-graph).
TEST(Annotate, TheGraphOfTheLecture) {
  const Explanation e = explain("g1 = 2*x; g2 = y^2; g4 = g1 + g2; g3 = z^3; f = g3*g4", "x=4,y=3,z=2");
  const std::vector<std::tuple<std::string, double, double>> want{{"x", 4, 16},  {"y", 3, 48}, {"z", 2, 204},
                                                                  {"g1", 8, 8},  {"g2", 9, 8}, {"g3", 8, 17},
                                                                  {"g4", 17, 8}, {"f", 136, 1}};
  for (const auto& [name, value, gradient] : want) {
    EXPECT_EQ(node(e, name).value.number(), value) << name;
    EXPECT_EQ(node(e, name).gradient->number(), gradient) << name;
  }
  EXPECT_EQ(edge(e, "x", "g1").local->number(), 2);
  EXPECT_EQ(edge(e, "y", "g2").local->number(), 6);
  EXPECT_EQ(edge(e, "z", "g3").local->number(), 12);
  EXPECT_EQ(edge(e, "g1", "g4").local->number(), 1);
  EXPECT_EQ(edge(e, "g2", "g4").contribution->number(), 8);
  EXPECT_EQ(node(e, "g4").expression, "g1 + g2");
  EXPECT_EQ(node(e, "g4").rule, "add distributes: each input gets the gradient as it is");
}

TEST(Annotate, BackwardGoesFromTheOutputAndSaysWhatItReads) {
  const Explanation e = explain("g1 = 2*x; g2 = y^2; g4 = g1 + g2; g3 = z^3; f = g3*g4", "x=4,y=3,z=2");
  std::vector<std::string> order;
  for (int at : e.backward) order.push_back(e.nodes[static_cast<std::size_t>(at)].name);
  EXPECT_EQ(order, (std::vector<std::string>{"f", "g3", "g4", "g2", "g1"}));
  ASSERT_EQ(edge(e, "g3", "f").reads.size(), 1u);
  EXPECT_EQ(e.nodes[static_cast<std::size_t>(edge(e, "g3", "f").reads[0])].name, "g4");
  EXPECT_TRUE(edge(e, "g1", "g4").reads.empty());
}

TEST(Annotate, ANodeUsedTwiceAddsItsParts) {
  const Explanation e = explain("z1 = x1^2; z2 = x2*x3; z3 = z2 - z1; z4 = 3*z3; y = z1 + z4", "x1=1,x2=2,x3=3");
  EXPECT_EQ(node(e, "z1").gradient->number(), -2);
  EXPECT_EQ(edge(e, "z1", "y").contribution->number(), 1);
  EXPECT_EQ(edge(e, "z1", "z3").contribution->number(), -3);
  const Explanation parallel = explain("x*x", "x=3");
  EXPECT_EQ(node(parallel, "x").gradient->number(), 6);
  EXPECT_EQ(parallel.edges.size(), 2u);
}

TEST(Annotate, TensorsHaveContributionsAndJacobians) {
  const Explanation e = explain("Z = X@W; sum(Z*G)", "X=[1 2 3; 4 5 6], W=[0.1 0.2; 0.3 0.4; 0.5 0.6], G=[1 -1; 0.5 2]",
                                {.variables = {"X", "W"}, .jacobian = true});
  EXPECT_EQ(edge(e, "W", "Z").contribution->numbers(), (std::vector<double>{3, 7, 4.5, 8, 6, 9}));
  const Tensor& jacobian = *edge(e, "W", "Z").jacobian;  // [Z's 4 elements, W's 6]
  ASSERT_EQ(jacobian.shape(), (Shape{4, 6}));
  for (std::int64_t i = 0; i < 6; ++i)
    EXPECT_EQ(jacobian.number(i), (std::vector{1, 0, 2, 0, 3, 0}[static_cast<std::size_t>(i)]));
  EXPECT_FALSE(node(e, "G").gradient);
}

TEST(Annotate, BroadcastNumbersGetTheSumOfTheirContributions) {
  const Explanation e = explain("sum(x * w)", "x=[1 2 3],w=2");
  EXPECT_EQ(node(e, "w").gradient->number(), 6);
  EXPECT_EQ(e.edges[1].local->numbers(), (std::vector<double>{1, 2, 3}));
}

TEST(Annotate, SecondDerivatives) {
  const Explanation e = explain("(2*x + y^2) * z^3", "x=4,y=3,z=2", {.second = true});
  EXPECT_EQ(e.hessian->names, (std::vector<std::string>{"x", "y", "z"}));
  EXPECT_EQ(e.hessian->values.numbers(), (std::vector<double>{0, 0, 24, 0, 16, 72, 24, 72, 204}));
  const Explanation matrix = explain("sum(w * w * [1 2])", "w=[3 4]", {.second = true});
  EXPECT_EQ(matrix.hessian->names, (std::vector<std::string>{"w(1,1)", "w(1,2)"}));
  EXPECT_EQ(matrix.hessian->values.numbers(), (std::vector<double>{2, 0, 0, 4}));
}

TEST(Annotate, GradientsAreZeroWhereNoPathLeads) {
  const Explanation e = explain("x + step(y)", "x=1,y=2");
  EXPECT_EQ(node(e, "y").gradient->number(), 0);
}

TEST(Annotate, SeveralElementsAreDerivedAsTheirSum) {
  const Explanation e = explain("x^2", "x=[1 2]");
  EXPECT_EQ(node(e, "x").gradient->numbers(), (std::vector<double>{2, 4}));
  ASSERT_EQ(e.notes.size(), 1u);
  EXPECT_EQ(e.notes[0], "f has 2 elements: the gradients are those of their sum.");
}

std::string error(const std::string& formula, const std::string& at, const AnnotateOptions& options = {}) {
  try {
    explain(formula, at, options);
  } catch (const UserError& e) {
    return e.what();
  }
  return "no error";
}

TEST(Annotate, TellsWhereANumberIsNoLongerFinite) {
  EXPECT_EQ(error("d = x - 4; 1/d", "x=4"),
            "f = 1 / d: found a division by zero at d = 0 (no limit: beside these values it grows without bound); "
            "expected a finite value; try: other values for --at");
  EXPECT_NE(error("log(x)", "x=-1").find("f = log(x): found the logarithm of a negative number at x = -1"),
            std::string::npos);
  EXPECT_NE(error("exp(x)", "x=1000").find("f = exp(x): found the value inf"), std::string::npos);
  EXPECT_NE(error("x^0.5", "x=-1").find("a negative number to a power"), std::string::npos);
}

TEST(Annotate, RefusesUnknownVariablesAndLargeTables) {
  EXPECT_NE(error("weight * 2", "weight=1", {.variables = {"wieght"}}).find("try: weight"), std::string::npos);
  std::string row = "w=[1";
  for (int i = 0; i < 99; ++i) row += " 1";
  EXPECT_NE(error("sum(w)", row + "]", {.second = true}).find("100 by 100 elements"), std::string::npos);
}

// 16,000 terms, each of which uses x: what takes the square of their number takes minutes.
TEST(Annotate, ManyTerms) {
  std::string sum = "x";
  for (int i = 1; i < 16'000; ++i) sum += "+x";
  const Explanation e = explain(sum, "x=2");
  EXPECT_EQ(node(e, "f").value.number(), 32'000);
  EXPECT_EQ(node(e, "x").gradient->number(), 16'000);
  EXPECT_EQ(edges_from(e, 0).size(), 16'000U);
  EXPECT_GT(edges_from(e, 0).front()->to, edges_from(e, 0).back()->to);
  EXPECT_NE(to_text(e).find("x was used 16000 times"), std::string::npos);
}

}  // namespace
}  // namespace gradus::explain
