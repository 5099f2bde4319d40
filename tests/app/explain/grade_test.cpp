#include <gtest/gtest.h>

#include <cmath>

#include "gradus/app/explain/annotate.hpp"
#include "gradus/app/explain/worksheet.hpp"

namespace gradus::explain {
namespace {

using Verdict = Mark::Verdict;

Explanation explain(const std::string& formula, const std::string& at) {
  return annotate(parse_formula(formula, parse_variables(at)));
}

Mark mark_of(const Explanation& e, const Answers& answers, const std::string& name) {
  for (Mark& mark : grade(e, answers)) {
    if (mark.question.name == name) return mark;
  }
  throw InternalError("no such question");
}

Answers right_answers(const Explanation& e) {
  Answers out;
  for (const Question& question : questions(e)) out[question.name] = answer(e, question);
  return out;
}

void expect_remark(const Explanation& e, const std::string& name, const Tensor& given, const std::string& part) {
  Answers answers = right_answers(e);
  answers[name] = given;
  const Mark mark = mark_of(e, answers, name);
  EXPECT_EQ(mark.verdict, Verdict::wrong) << name;
  EXPECT_NE(mark.remark.find(part), std::string::npos) << name << ": \"" << mark.remark << "\"";
}

TEST(Worksheet, AsksForEveryValueAndGradientAndHasTheAnswers) {
  const Explanation e = explain("(2*x + y^2) * z^3", "x=4,y=3,z=2");
  const std::string text = worksheet_text(e);
  EXPECT_NE(text.find("v3     = v1 + v2 = ________\n"), std::string::npos) << text;
  EXPECT_NE(text.find("df/dz  = ________\n"), std::string::npos) << text;
  EXPECT_NE(text.find("df/dz  = 204\n"), std::string::npos) << text;
  EXPECT_LT(text.find("df/dz  = ________"), text.find("ANSWERS"));
  EXPECT_EQ(text.find("204"), text.find("204", text.find("ANSWERS")));
}

TEST(Grade, RightAnswersAreRight) {
  const Explanation e = explain("Z = X@W; H = tanh(Z); sum(H^2)", "X=[1 2; 3 4], W=[0.1 0.2; 0.3 -0.4]");
  for (const Mark& mark : grade(e, right_answers(e))) EXPECT_EQ(mark.verdict, Verdict::right) << mark.question.name;
  for (const Mark& mark : grade(e, {})) EXPECT_EQ(mark.verdict, Verdict::missing);
  EXPECT_EQ(mark_of(explain("f = x/3", "x=2"), {{"f", Tensor(0.67)}}, "f").verdict, Verdict::right);  // rounded by hand
}

// The "wrong" values of the worked examples are what learners give.
TEST(Grade, SaysWhichRuleWasMissed) {
  const Explanation graph = explain("z1 = x1^2; z2 = x2*x3; z3 = z2 - z1; z4 = 3*z3; y = z1 + z4", "x1=1,x2=2,x3=3");
  expect_remark(graph, "dy/dz1", Tensor(1.0), "overwritten, not added: only the part through y");
  expect_remark(graph, "dy/dz1", Tensor(2.0), "sign");
  expect_remark(graph, "dy/dx2", Tensor(6.0), "not swapped");
  expect_remark(graph, "dy/dx2", Tensor(3.0 * 1), "local derivative");
  const Explanation product = explain("5*(a*b)", "a=2,b=3");
  expect_remark(product, "df/da", Tensor(10.0), "not swapped");
  expect_remark(product, "df/da", Tensor(3.0), "gradient that comes in");
  const Explanation copy = explain("4*a + 2*a", "a=7");
  expect_remark(copy, "df/da", Tensor(2.0), "overwritten");
  const Explanation tie = explain("9*max(a, b)", "a=5,b=5");
  expect_remark(tie, "df/da", Tensor(9.0), "handed out once");
  const Explanation log = explain("-ln(p)", "p=0.5");
  expect_remark(log, "v1", Tensor(-0.30103), "natural");
}

TEST(Grade, MatricesTransposesAndBrackets) {
  const Explanation e = explain("Z = X@W; H = tanh(Z); sum(H)", "X=[1 2; 3 4], W=[0.1 0.2; 0.3 -0.4]");
  const Tensor& gradient = *e.nodes[static_cast<std::size_t>(e.variables[1])].gradient;
  expect_remark(e, "df/dW",
                Tensor::from({2, 2}, {gradient.number(0), gradient.number(2), gradient.number(1), gradient.number(3)}),
                "transpose");
  const Explanation one = explain("H = tanh(z); 2*H", "z=0.5");
  const double h = std::tanh(0.5);
  expect_remark(one, "df/dz", Tensor(2 * (1 - h) * (1 - h)), "brackets");
  expect_remark(explain("sum(X@W)", "X=[1 2 3], W=[1; 2; 3]"), "df/dX", Tensor::from({3, 1}, {1, 2, 3}), "transpose");
}

TEST(Grade, WhatFollowsFromAnEarlierMistakeIsNotWrongAgain) {
  const Explanation e = explain("s = w*x; z = s^2; 3*z", "w=2,x=5");
  Answers answers = right_answers(e);
  answers["df/ds"] = Tensor(-60.0);  // sign
  answers["df/dw"] = Tensor(-300.0);
  EXPECT_EQ(mark_of(e, answers, "df/ds").verdict, Verdict::wrong);
  EXPECT_EQ(mark_of(e, answers, "df/dw").verdict, Verdict::follows);
}

TEST(Grade, ReadsAnswers) {
  const Answers answers =
      read_answers(R"({"answers": {"f": 3, "df/dW": [[1, 2], [3, 4]], "df/dx": null, "v": [1, 2]}})", "a.json");
  EXPECT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers.at("df/dW").shape(), (Shape{2, 2}));
  EXPECT_THROW(read_answers(R"([1])", "a.json"), UserError);
  EXPECT_THROW(read_answers(R"({"f": "three"})", "a.json"), UserError);
  EXPECT_THROW(read_answers(R"({"f": [[1], [2, 3]]})", "a.json"), UserError);
  EXPECT_THROW(grade(explain("f = x", "x=1"), {{"g", Tensor(1.0)}}), UserError);
}

}  // namespace
}  // namespace gradus::explain
