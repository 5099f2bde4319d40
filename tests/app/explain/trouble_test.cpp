// Derivatives and values that are not finite say where that begins, and what to write; what is advised works.
#include "gradus/app/explain/trouble.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/app/explain/annotate.hpp"
#include "gradus/app/explain/formula/print.hpp"
#include "gradus/app/explain/json_document.hpp"
#include "gradus/app/explain/page.hpp"
#include "gradus/app/explain/text.hpp"

namespace gradus::explain {
namespace {

Explanation explained(const std::string& formula, const std::string& at, bool second = false) {
  AnnotateOptions options;
  options.second = second;
  return annotate(parse_formula(formula, parse_variables(at)), options);
}

std::vector<double> gradients(const Explanation& e) {
  std::vector<double> out;
  for (int variable : e.variables) {
    for (double number : e.nodes[static_cast<std::size_t>(variable)].gradient->numbers()) out.push_back(number);
  }
  return out;
}

double value(const Explanation& e) { return e.nodes[static_cast<std::size_t>(e.output)].value.number(); }

struct Case {
  const char *formula, *at, *node, *found;
  std::vector<double> by_convention;  // gradients of what is advised
};

const Case cases[] = {
    {"sqrt(sum(x^2))", "x=[0;0;0]", "f", "nan", {0, 0, 0}},
    {"sqrt((x-y)^2)", "x=2,y=2", "f", "nan", {0, 0}},
    {"sqrt(x)", "x=0", "f", "inf", {0}},
    {"x^0.5 + y", "x=0,y=1", "v1", "inf", {0, 1}},
    {"where(greater(x, 0), log(x), 3*x)", "x=0", "v2", "nan", {3}},
    {"where(less_equal(x, 0), x, sqrt(x)*y)", "x=0,y=2", "v2", "nan", {1, 0}},
    {"s = sqrt(x); where(greater(x, 1), s, x)", "x=0", "s", "nan", {1}},
    {"where(equal(y, 0), 0, x/y)", "x=1,y=0", "v2", "nan", {0, 0}},
    {"relu(sqrt(x) - 1)", "x=0", "v1", "nan", {0}},
    {"sqrt(x^2 + y^2)*z", "x=0,y=0,z=0", "v4", "nan", {0, 0, 0}},
    {"where(greater(x, -1), log1p(x), x)", "x=-1", "v2", "nan", {1}},
    // Two nodes of the branch that is not taken: the formula that cures one must cure the other.
    {"where(greater(x, 0), x*log(x), 0)", "x=0", "v3", "nan", {0}},
    {"where(greater(x, 0), x*log(x), 0)", "x=-2", "v3", "nan", {0}},
    {"where(less(x, 0), x, x*log(x))", "x=-2", "v3", "nan", {1}},
    {"where(equal(x, 0), 1, (exp(x) - 1)/x)", "x=0", "v4", "nan", {0}},
};

TEST(Troubles, NameTheNodeAndWhatIsAdvisedHasTheDerivative) {
  for (const Case& c : cases) {
    const Explanation e = explained(c.formula, c.at);
    ASSERT_FALSE(e.troubles.empty()) << c.formula;
    const Trouble& trouble = e.troubles.front();
    EXPECT_EQ(e.nodes[static_cast<std::size_t>(trouble.node)].name, c.node) << c.formula;
    EXPECT_EQ(trouble.found, c.found) << c.formula;
    EXPECT_FALSE(trouble.rule.empty() || trouble.cause.empty() || trouble.limit.empty() || trouble.convention.empty());
    const Explanation better = explained(trouble.remedy, c.at);
    EXPECT_TRUE(better.troubles.empty()) << trouble.remedy;
    EXPECT_EQ(gradients(better), c.by_convention) << c.formula << " -> " << trouble.remedy;
    EXPECT_EQ(value(better), value(e)) << c.formula << " -> " << trouble.remedy;
  }
}

TEST(Troubles, AreInTextDocumentAndPage) {
  const Explanation e = explained("where(greater(x, 0), log(x), x)", "x=0");
  const std::string text = to_text(e);
  EXPECT_NE(text.find("df/dx = nan: it begins at v2 = log(x)."), std::string::npos) << text;
  EXPECT_NE(text.find("try:        where(greater(x, 0), log(where(greater(x, 0), x, 1)), x)"), std::string::npos)
      << text;
  const json::Value document = to_json(e);
  const json::Value& trouble = document.at("not_finite").array()[0];
  EXPECT_EQ(trouble.at("of").array()[0].text(), "df/dx");
  EXPECT_EQ(trouble.at("found").text(), "nan");
  EXPECT_EQ(trouble.at("rule").text(), "log: the gradient times 1/x");
  EXPECT_EQ(trouble.at("try").text(), "where(greater(x, 0), log(where(greater(x, 0), x, 1)), x)");
  EXPECT_NE(to_page(e).find("it begins at v2 = log(x)."), std::string::npos);
  const Explanation finite = explained("x^2", "x=0");
  EXPECT_EQ(to_text(finite).find("Not finite"), std::string::npos);
  EXPECT_EQ(json::Value(to_json(finite)).find("not_finite"), nullptr);
}

TEST(Troubles, LimitsAreThoseOfTheFunction) {
  EXPECT_EQ(explained("s = sqrt(x); where(greater(x, 1), s, 4*x)", "x=0").troubles[0].limit, "4");
  EXPECT_EQ(explained("sqrt(x^2)", "x=0").troubles[0].limit, "none: beside these values it is -1 to 1, by the side");
  EXPECT_EQ(explained("sqrt(x)", "x=0").troubles[0].limit, "none: beside these values it grows without bound");
}

TEST(Troubles, OfTheSecondOrder) {
  const Explanation e = explained("x^1.5 + y", "x=0,y=1", true);
  ASSERT_EQ(e.troubles.size(), 1U);
  EXPECT_EQ(e.troubles[0].of.front(), "d2f/dx^2");
  EXPECT_EQ(e.troubles[0].found, "inf");
  EXPECT_EQ(e.nodes[static_cast<std::size_t>(e.troubles[0].node)].name, "v1");
  EXPECT_TRUE(explained(e.troubles[0].remedy, "x=0,y=1", true).troubles.empty()) << e.troubles[0].remedy;
  for (const char* whole : {"x^0", "x^1", "x^2", "x^3", "x^4"}) {
    EXPECT_TRUE(explained(whole, "x=0", true).troubles.empty()) << whole;
  }
}

// Values that the result does not use are no reason to refuse: 2 x at -3 is -6, its slope 2.
TEST(Troubles, UnusedValuesThatAreNotFiniteDoNotRefuse) {
  for (const char* formula :
       {"where(greater(x, 0), log(x), 2*x)", "where(greater(x, 0), sqrt(x), 2*x)", "where(less(x, 0), 2*x, x^0.5)"}) {
    const Explanation e = explained(formula, "x=-3");
    EXPECT_EQ(value(e), -6) << formula;
    EXPECT_EQ(std::isfinite(gradients(e)[0]), e.troubles.empty()) << formula;
  }
  EXPECT_EQ(gradients(explained("where(greater(x, 0), log(x), 2*x)", "x=-3"))[0], 2);
  EXPECT_EQ(value(explained("max(log(x), 0)", "x=0")), 0);
}

std::string refusal(const std::string& formula, const std::string& at) {
  try {
    explained(formula, at);
  } catch (const UserError& error) {
    EXPECT_EQ(error.fault(), Fault::data);
    return error.what();
  }
  return "";
}

struct Refused {
  const char *formula, *at, *found, *limit;
  double value;  // of what is advised
};

TEST(Troubles, RefusedValuesSayTheirLimitAndAFormulaThatHasIt) {
  const Refused all[] = {
      {"sin(x)/x", "x=0", "f = v1 / x: found 0/0, which is no number", "(limit: 1)", 1},
      {"(x^2 - 4)/(x - 2)", "x=2", "found 0/0", "(limit: 4)", 4},
      {"3 + x*log(x)", "x=0", "v1 = log(x): found the logarithm of zero", "grows without bound", 3},
  };
  for (const Refused& c : all) {
    const std::string message = refusal(c.formula, c.at);
    EXPECT_NE(message.find(c.found), std::string::npos) << message;
    EXPECT_NE(message.find(c.limit), std::string::npos) << message;
    const std::size_t advice = message.find("try: ");
    ASSERT_NE(advice, std::string::npos) << message;
    EXPECT_NEAR(value(explained(message.substr(advice + 5), c.at)), c.value, 1e-7) << message;
  }
  EXPECT_NE(refusal("x/y", "x=0,y=0").find("(no limit: "), std::string::npos);
  // What is blamed is what the result uses, not the first that is not finite.
  EXPECT_EQ(refusal("where(greater(x, 0), log(x), x) + 1/y", "x=0,y=0").find("v4 = 1 / y: found a division by zero"),
            0U)
      << refusal("where(greater(x, 0), log(x), x) + 1/y", "x=0,y=0");
}

TEST(PrintFormula, GivesTheSameNumbers) {
  const char* formulas[] = {
      "(2*x + y^2)*z^3",
      "a = x - (y - z); b = -a^2; (a + b)/(x*y)/z",
      "2^-x^2 - -y*(z + 1)",
      "(x/y)*(z/x) - x*(y/z)",
      "(-2)^2*x + (-x)^2*y - -z",
      "sum([x y; z 1]@[1; 2])*3",
      "maximum(x, y) - max([x y z]) + sum(mean([x y; z 1], axis=0))",
      "x^y^2 + (x^y)^2 + z'",
  };
  const auto at = parse_variables("x=1.3,y=0.7,z=2.9");
  for (const char* text : formulas) {
    Formula formula = parse_formula(text, at);
    const auto printed = print_formula(formula.graph, formula.output);
    ASSERT_TRUE(printed) << text;
    const AnnotateOptions options;
    Explanation first = annotate(parse_formula(text, at), options),
                second = annotate(parse_formula(*printed, at), options);
    EXPECT_EQ(first.nodes[static_cast<std::size_t>(first.output)].value.numbers(),
              second.nodes[static_cast<std::size_t>(second.output)].value.numbers())
        << text << " -> " << *printed;
    EXPECT_EQ(gradients(first), gradients(second)) << text << " -> " << *printed;
  }
}

}  // namespace
}  // namespace gradus::explain
